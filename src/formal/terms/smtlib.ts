import { termsUnder, type ApplyTerm, type Term } from "./term.ts";

const relations: ReadonlySet<string> = new Set(["=", "bvult", "bvule", "bvslt", "bvsle"]);
const connectives: ReadonlyMap<string, string> = new Map([
  ["bvnot", "not"],
  ["bvand", "and"],
  ["bvor", "or"],
  ["bvxor", "xor"],
]);

/** Text of a term as a bit vector, and, when it has one, as a truth value. */
interface Text {
  readonly bits: string;
  readonly condition: string | undefined;
}

/**
 * Writes terms as SMT-LIB: declarations of the variables, a definition for every term that is used twice, and the text by
 * which each root is then known.
 */
export class SmtWriter {
  readonly lines: string[] = [];
  readonly #texts = new Map<Term, Text>();
  readonly #meaning: (variable: Term) => string | undefined;

  /** `meaning`: what a variable stands for; one without is declared as a free name. */
  constructor(meaning: (variable: Term) => string | undefined = () => undefined) {
    this.#meaning = meaning;
  }

  /** Defines what is under the terms; afterwards {@link bits} and {@link condition} give their texts. */
  define(roots: readonly Term[]): void {
    const terms = termsUnder(roots).filter((term) => !this.#texts.has(term));
    const uses = new Map<Term, number>();
    for (const root of roots) uses.set(root, 2);
    for (const term of terms) {
      if (term.kind === "apply") for (const operand of term.operands) uses.set(operand, (uses.get(operand) ?? 0) + 1);
    }
    for (const term of terms) {
      const text = this.#print(term);
      const shared = term.kind === "apply" && uses.get(term)! > 1;
      this.#texts.set(term, shared ? this.#name(term, text) : text);
    }
  }

  /** The text of a term that was defined, as a bit vector or an array. */
  bits(term: Term): string {
    return this.#texts.get(term)!.bits;
  }

  /** The text of a term of one bit that was defined, as a truth value. */
  condition(term: Term): string {
    return conditionOf(this.#texts.get(term)!);
  }

  #name(term: Term, text: Text): Text {
    const name = `t${term.id}`;
    if (text.condition === undefined) {
      this.lines.push(`(define-fun ${name} () ${sortOf(term)} ${text.bits})`);
      return { bits: name, condition: undefined };
    }
    this.lines.push(`(define-fun ${name} () Bool ${text.condition})`);
    return fromCondition(name);
  }

  #print(term: Term): Text {
    switch (term.kind) {
      case "constant":
        return { bits: literal(term.value, term.width), condition: undefined };
      case "variable": {
        const name = symbol(term.name);
        const meaning = this.#meaning(term);
        this.lines.push(
          meaning === undefined
            ? `(declare-fun ${name} () ${sortOf(term)})`
            : `(define-fun ${name} () ${sortOf(term)} ${meaning})`,
        );
        return { bits: name, condition: undefined };
      }
      case "uniform":
        return { bits: `((as const ${sortOf(term)}) ${literal(term.value, term.width)})`, condition: undefined };
      case "apply":
        return this.#printApply(term);
    }
  }

  #printApply(term: ApplyTerm): Text {
    const { operator, operands, width, index } = term;
    const texts = operands.map((operand) => this.#texts.get(operand)!);
    const bits = texts.map((text) => text.bits);
    if (width === 1 && index === undefined) {
      const connective = connectives.get(operator);
      if (connective !== undefined) return fromCondition(`(${connective} ${texts.map(conditionOf).join(" ")})`);
      if (relations.has(operator)) return fromCondition(`(${operator} ${bits.join(" ")})`);
      if (operator === "ite") return fromCondition(`(ite ${texts.map(conditionOf).join(" ")})`);
    }
    switch (operator) {
      case "ite":
        return { bits: `(ite ${conditionOf(texts[0]!)} ${bits[1]!} ${bits[2]!})`, condition: undefined };
      case "extract":
        return { bits: `((_ extract ${term.high} ${term.low}) ${bits[0]!})`, condition: undefined };
      case "zero_extend":
      case "sign_extend":
        return { bits: `((_ ${operator} ${width - operands[0]!.width}) ${bits[0]!})`, condition: undefined };
      default:
        return { bits: `(${operator} ${bits.join(" ")})`, condition: undefined };
    }
  }
}

function conditionOf({ bits, condition }: Text): string {
  return condition ?? `(= ${bits} #b1)`;
}

function fromCondition(condition: string): Text {
  return { bits: `(ite ${condition} #b1 #b0)`, condition };
}

/** A bit-vector literal. */
export function literal(value: bigint, width: number): string {
  return width % 4 === 0
    ? `#x${value.toString(16).padStart(width / 4, "0")}`
    : `#b${value.toString(2).padStart(width, "0")}`;
}

/** A name as a symbol of SMT-LIB. */
export function symbol(name: string): string {
  return `|${name}|`;
}

/** The sort of a term. */
function sortOf({ width, index }: Pick<Term, "width" | "index">): string {
  const word = `(_ BitVec ${width})`;
  return index === undefined ? word : `(Array (_ BitVec ${index}) ${word})`;
}
