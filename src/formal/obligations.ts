import type { Property } from "../hdl/ir.ts";
import type { Site } from "../hdl/location.ts";
import type { Term } from "./terms/index.ts";
import type { TransitionSystem, TranslatedProperty } from "./translate/index.ts";

/** What a proof is about: an assertion, an assumption of a child that its parent must keep, a cover, or an invariant. */
export interface Obligation {
  readonly kind: Property["check"] | "invariant";
  readonly message: string;
  /** Instance names from the top down, joined by dots; empty for the top. */
  readonly path: string;
  readonly site: Site | undefined;
  /** The property in the design; invariants have none. */
  readonly property: Property | undefined;
  /** One bit: the assertion fails, the cover is reached. */
  readonly event: Term;
}

/** Whose assumptions a proof relies on: the top module's, with those of children to be proved, or all of them. */
export type Assumptions = "top" | "all";

/** What is to be shown, and what may be relied on, in every cycle. */
export interface Goals {
  readonly obligations: readonly Obligation[];
  /** One bit each. */
  readonly assumptions: readonly Term[];
}

/** Sorts the properties of a design. */
export function goalsOf(system: TransitionSystem, trusted: Assumptions): Goals {
  const { terms, properties } = system;
  const relies = ({ path, property }: TranslatedProperty): boolean =>
    property.check === "assume" && (trusted === "all" || path === "");
  const obligations = properties
    .filter((one) => !relies(one))
    .map(({ path, property, applies, condition }): Obligation => {
      const { check, message, site } = property;
      const event = terms.and(applies, check === "cover" ? condition : terms.not(condition));
      return { kind: check, message, path, site, property, event };
    });
  const assumptions = properties
    .filter(relies)
    .map(({ applies, condition }) => terms.or(terms.not(applies), condition));
  return { obligations, assumptions };
}
