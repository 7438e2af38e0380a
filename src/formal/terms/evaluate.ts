import { applyOperator, type ArrayValue } from "./operators.ts";
import { termsUnder, type Term } from "./term.ts";

export type TermValue = bigint | ArrayValue;

/** The values of terms when variables have the values that `variable` gives. */
export class TermEvaluation {
  readonly #values = new Map<Term, TermValue>();
  readonly #variable: (variable: Term & { readonly kind: "variable" }) => TermValue;

  constructor(variable: (variable: Term & { readonly kind: "variable" }) => TermValue) {
    this.#variable = variable;
  }

  /** The bit pattern of a bit vector. */
  bits(term: Term): bigint {
    return this.value(term) as bigint;
  }

  /** Whether a term of one bit is 1. */
  holds(term: Term): boolean {
    return this.bits(term) === 1n;
  }

  value(term: Term): TermValue {
    if (!this.#values.has(term)) for (const inner of termsUnder([term])) this.#compute(inner);
    return this.#values.get(term)!;
  }

  #compute(term: Term): void {
    if (!this.#values.has(term)) this.#values.set(term, this.#valueOf(term));
  }

  #valueOf(term: Term): TermValue {
    switch (term.kind) {
      case "constant":
        return term.value;
      case "variable":
        return this.#variable(term);
      case "uniform":
        return { words: new Map(), otherwise: term.value };
      case "apply": {
        const values = term.operands.map((operand) => this.#values.get(operand)!);
        if (term.operator === "ite") return values[0] === 1n ? values[1]! : values[2]!;
        if (term.operator === "select") return wordAt(values[0] as ArrayValue, values[1] as bigint);
        if (term.operator === "store") {
          const { words, otherwise } = values[0] as ArrayValue;
          return { words: new Map(words).set(values[1] as bigint, values[2] as bigint), otherwise };
        }
        if (term.operator === "=" && term.operands[0]!.index !== undefined) {
          return sameWords(values[0] as ArrayValue, values[1] as ArrayValue) ? 1n : 0n;
        }
        const widths = term.operands.map((operand) => operand.width);
        return applyOperator(term, values as bigint[], widths);
      }
    }
  }
}

/** The word of an array at an address. */
export function wordAt({ words, otherwise }: ArrayValue, address: bigint): bigint {
  return words.get(address) ?? otherwise;
}

function sameWords(a: ArrayValue, b: ArrayValue): boolean {
  const addresses = new Set([...a.words.keys(), ...b.words.keys()]);
  return a.otherwise === b.otherwise && [...addresses].every((at) => wordAt(a, at) === wordAt(b, at));
}
