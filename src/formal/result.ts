import type { Design } from "../hdl/ir.ts";
import type { Site } from "../hdl/location.ts";
import type { Obligation } from "./obligations.ts";
import type { Trace } from "./counterexample.ts";

/**
 * How a property ended. `proven`: by induction over `cycles` cycles, for ever. `holds`: in the first `cycles` cycles after
 * reset, more is not known. `refuted`: the trace makes it fail. `reached`: the trace makes the cover happen. `unreached`: not
 * in the first `cycles` cycles. `unreachable`: never, by induction.
 */
export type Outcome =
  | { readonly status: "proven" | "holds" | "unreached" | "unreachable"; readonly cycles: number }
  | { readonly status: "refuted" | "reached"; readonly cycles: number; readonly trace: Trace };

/** A property and how it ended. */
export type PropertyResult = Outcome & {
  readonly kind: Obligation["kind"];
  readonly message: string;
  /** Instance names from the top down, joined by dots; empty for the top. */
  readonly path: string;
  readonly site: Site | undefined;
};

/** The outcome of a proof. */
export interface ProofResult {
  /** `refuted` when a property is, `proven` when all assertions are, else `holds`: no violation in `depth` cycles. */
  readonly status: "proven" | "holds" | "refuted";
  /** What was proved, to replay traces on. */
  readonly design: Design;
  /** Cycles after reset that were searched. */
  readonly depth: number;
  readonly properties: readonly PropertyResult[];
}

/** The result as lines of text, one a property. */
export function formatProof({ properties }: ProofResult): string {
  return properties.map(formatProperty).join("\n");
}

function formatProperty(result: PropertyResult): string {
  const { status, cycles, kind, path, message } = result;
  const count = `${cycles} ${cycles === 1 ? "cycle" : "cycles"}`;
  const how = {
    proven: `proven by induction over ${count}`,
    holds: `holds for ${count}`,
    refuted: `refuted in cycle ${cycles - 1}`,
    reached: `reached in cycle ${cycles - 1}`,
    unreached: `not reached in ${count}`,
    unreachable: `unreachable by induction over ${count}`,
  }[status];
  return `${kind}${path === "" ? "" : ` in ${path}`}: ${message}: ${how}`;
}
