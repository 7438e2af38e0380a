import type { TermBuilder } from "./builder.ts";
import { termsUnder, type Term } from "./term.ts";

/** Replaces variables; one object per replacement, which remembers what it has rewritten. Variables not in `values` stay. */
export class Substitution {
  readonly #terms: TermBuilder;
  readonly #done: Map<Term, Term>;

  constructor(terms: TermBuilder, values: ReadonlyMap<Term, Term>) {
    this.#terms = terms;
    this.#done = new Map(values);
  }

  apply(term: Term): Term {
    const known = this.#done.get(term);
    if (known !== undefined) return known;
    for (const inner of termsUnder([term])) {
      if (this.#done.has(inner)) continue;
      const operands = inner.kind === "apply" ? inner.operands.map((operand) => this.#done.get(operand)!) : [];
      const same = inner.kind !== "apply" || operands.every((operand, i) => operand === inner.operands[i]);
      this.#done.set(inner, same ? inner : this.#terms.rebuild(inner, operands));
    }
    return this.#done.get(term)!;
  }
}
