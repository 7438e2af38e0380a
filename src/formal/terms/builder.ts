import { applyOperator } from "./operators.ts";
import type { ApplyTerm, BitwiseOperator, Operator, RelationOperator, Term } from "./term.ts";

/**
 * Makes terms, each one once: equal terms are the same object. Constants are computed and the plainest identities applied,
 * so that what reset or a constant decides never reaches the solver.
 */
export class TermBuilder {
  readonly #known = new Map<string, Term>();
  #count = 0;

  /** A literal; `value` is taken modulo 2^width. */
  constant(value: bigint | number, width: number): Term {
    const bits = BigInt.asUintN(width, BigInt(value));
    return this.#intern(`c${width}:${bits}`, (id) => ({ kind: "constant", id, width, value: bits }));
  }

  /** A free name; an array when `index` is given. One name has one type. */
  variable(name: string, width: number, index?: number): Term {
    return this.#intern(`v${width}:${index ?? ""}:${name}`, (id) => ({ kind: "variable", id, width, index, name }));
  }

  /** An array with every word `value`. */
  uniform(value: bigint, width: number, index: number): Term {
    return this.#intern(`u${width}:${index}:${value}`, (id) => ({ kind: "uniform", id, width, index, value }));
  }

  /** An operator whose operands have the result's width. */
  bitwise(operator: BitwiseOperator, ...operands: readonly Term[]): Term {
    const [a, b] = operands as [Term, Term];
    const { width } = a;
    const zero = this.constant(0n, width);
    const ones = this.constant(-1n, width);
    switch (operator) {
      case "bvand":
        if (a === zero || b === zero) return zero;
        if (a === ones || a === b) return b;
        if (b === ones) return a;
        break;
      case "bvor":
        if (a === ones || b === ones) return ones;
        if (a === zero || a === b) return b;
        if (b === zero) return a;
        break;
      case "bvnot":
        if (a.kind === "apply" && a.operator === "bvnot") return a.operands[0]!;
        break;
      case "bvxor":
      case "bvadd":
        if (a === zero) return b;
        if (b === zero) return a;
        break;
      case "bvsub":
      case "bvshl":
      case "bvlshr":
      case "bvashr":
        if (b === zero) return a;
        break;
      case "bvneg":
      case "bvmul":
        break;
    }
    return this.#apply(operator, operands, width);
  }

  /** A comparison: one bit. */
  relation(operator: RelationOperator, a: Term, b: Term): Term {
    if (a === b) return this.constant(operator === "=" || operator === "bvule" || operator === "bvsle" ? 1 : 0, 1);
    if (operator === "=" && a.width === 1 && a.index === undefined) {
      if (a.kind === "constant") return a.value === 1n ? b : this.not(b);
      if (b.kind === "constant") return b.value === 1n ? a : this.not(a);
    }
    return this.#apply(operator, [a, b], 1);
  }

  equal(a: Term, b: Term): Term {
    return this.relation("=", a, b);
  }

  not(a: Term): Term {
    return this.bitwise("bvnot", a);
  }

  /** Whether all hold; true of none. */
  and(...terms: readonly Term[]): Term {
    return terms.reduce((all, term) => this.bitwise("bvand", all, term), this.constant(1n, 1));
  }

  /** Whether one holds; false of none. */
  or(...terms: readonly Term[]): Term {
    return terms.reduce((any, term) => this.bitwise("bvor", any, term), this.constant(0n, 1));
  }

  ite(condition: Term, whenTrue: Term, whenFalse: Term): Term {
    if (whenTrue === whenFalse) return whenTrue;
    if (condition.kind === "constant") return condition.value === 1n ? whenTrue : whenFalse;
    if (condition.kind === "apply" && condition.operator === "bvnot") {
      return this.ite(condition.operands[0]!, whenFalse, whenTrue);
    }
    if (whenTrue.width === 1 && whenTrue.index === undefined) {
      if (whenTrue.kind === "constant") {
        return whenTrue.value === 1n ? this.or(condition, whenFalse) : this.and(this.not(condition), whenFalse);
      }
      if (whenFalse.kind === "constant") {
        return whenFalse.value === 1n ? this.or(this.not(condition), whenTrue) : this.and(condition, whenTrue);
      }
    }
    return this.#apply("ite", [condition, whenTrue, whenFalse], whenTrue.width, whenTrue.index);
  }

  /** Side by side, first operand on top. */
  concat(parts: readonly Term[]): Term {
    return parts.reduce((high, low) => this.#apply("concat", [high, low], high.width + low.width));
  }

  /** Bits `high` to `low`. */
  extract(term: Term, high: number, low: number): Term {
    if (low === 0 && high === term.width - 1) return term;
    if (term.kind === "apply" && term.operator === "extract") {
      return this.extract(term.operands[0]!, high + term.low, low + term.low);
    }
    if (term.kind === "apply" && (term.operator === "zero_extend" || term.operator === "sign_extend")) {
      const inner = term.operands[0]!;
      if (high < inner.width) return this.extract(inner, high, low);
      if (low >= inner.width && term.operator === "zero_extend") return this.constant(0n, high - low + 1);
    }
    return this.#apply("extract", [term], high - low + 1, undefined, high, low);
  }

  /** At another width: truncated, or extended by its top bit when `signed`, else by zeros. */
  resize(term: Term, width: number, signed: boolean): Term {
    if (width <= term.width) return this.extract(term, width - 1, 0);
    return this.#apply(signed ? "sign_extend" : "zero_extend", [term], width);
  }

  /** The word at an address of the array's `index` bits. */
  select(array: Term, address: Term): Term {
    if (array.kind === "uniform") return this.constant(array.value, array.width);
    if (array.kind === "apply" && array.operator === "store") {
      const [inner, at, word] = array.operands as [Term, Term, Term];
      if (at === address) return word;
      if (at.kind === "constant" && address.kind === "constant") return this.select(inner, address);
    }
    return this.#apply("select", [array, address], array.width);
  }

  store(array: Term, address: Term, word: Term): Term {
    return this.#apply("store", [array, address, word], array.width, array.index);
  }

  /** The same operator on other operands. */
  rebuild({ operator, width, high, low }: ApplyTerm, operands: readonly Term[]): Term {
    const [a, b, c] = operands as [Term, Term, Term];
    switch (operator) {
      case "ite":
        return this.ite(a, b, c);
      case "concat":
        return this.concat(operands);
      case "extract":
        return this.extract(a, high, low);
      case "zero_extend":
      case "sign_extend":
        return this.resize(a, width, operator === "sign_extend");
      case "select":
        return this.select(a, b);
      case "store":
        return this.store(a, b, c);
      case "=":
      case "bvult":
      case "bvule":
      case "bvslt":
      case "bvsle":
        return this.relation(operator, a, b);
      default:
        return this.bitwise(operator, ...operands);
    }
  }

  #apply(operator: Operator, operands: readonly Term[], width: number, index?: number, high = 0, low = 0): Term {
    const values = operands.map((operand) => (operand.kind === "constant" ? operand.value : undefined));
    const isPlain = operator !== "ite" && operator !== "select" && operator !== "store";
    if (isPlain && values.every((value) => value !== undefined)) {
      const widths = operands.map((operand) => operand.width);
      return this.constant(applyOperator({ operator, width, high, low }, values, widths), width);
    }
    const key = `${operator}${width}:${index ?? ""}:${high}:${low}:${operands.map((operand) => operand.id).join()}`;
    return this.#intern(key, (id) => ({ kind: "apply", id, width, index, operator, operands, high, low }));
  }

  #intern(key: string, make: (id: number) => Term): Term {
    let term = this.#known.get(key);
    if (term === undefined) {
      term = make(this.#count++);
      this.#known.set(key, term);
    }
    return term;
  }
}
