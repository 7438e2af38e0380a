/**
 * Terms: the vocabulary of SMT-LIB's QF_ABV that designs are translated to. A term is a bit vector of `width` bits, or, when
 * it has an `index`, an array of such words at addresses of `index` bits. Truth values are bit vectors of one bit.
 */

/** A literal: 0 <= `value` < 2^width. */
export interface ConstantTerm {
  readonly kind: "constant";
  readonly id: number;
  readonly width: number;
  readonly index?: undefined;
  readonly value: bigint;
}

/** A free name. */
export interface VariableTerm {
  readonly kind: "variable";
  readonly id: number;
  readonly width: number;
  readonly index: number | undefined;
  readonly name: string;
}

/** An array with every word the same. */
export interface UniformTerm {
  readonly kind: "uniform";
  readonly id: number;
  readonly width: number;
  readonly index: number;
  readonly value: bigint;
}

/** Operands and result of one width. */
export type BitwiseOperator =
  "bvnot" | "bvneg" | "bvand" | "bvor" | "bvxor" | "bvadd" | "bvsub" | "bvmul" | "bvshl" | "bvlshr" | "bvashr";
/** Operands of one width (`=` also arrays), result one bit. */
export type RelationOperator = "=" | "bvult" | "bvule" | "bvslt" | "bvsle";
/**
 * `concat`: first operand on top. `extract`: bits `high` to `low`. `zero_extend`, `sign_extend`: to the result's width.
 * `ite`: condition of one bit, two branches of one type. `select`: array, address. `store`: array, address, word.
 */
export type StructureOperator = "concat" | "extract" | "zero_extend" | "sign_extend" | "ite" | "select" | "store";
export type Operator = BitwiseOperator | RelationOperator | StructureOperator;

/** An operator on terms, named as in SMT-LIB. */
export interface ApplyTerm {
  readonly kind: "apply";
  readonly id: number;
  readonly width: number;
  readonly index: number | undefined;
  readonly operator: Operator;
  readonly operands: readonly Term[];
  /** `extract` only. */
  readonly high: number;
  readonly low: number;
}

export type Term = ConstantTerm | VariableTerm | UniformTerm | ApplyTerm;

/** All terms under `roots`, each once, operands before what uses them. */
export function termsUnder(roots: Iterable<Term>): Term[] {
  const seen = new Set<Term>();
  const pending: Term[] = [];
  const reach = (term: Term): void => {
    if (seen.has(term)) return;
    seen.add(term);
    pending.push(term);
  };
  for (const root of roots) reach(root);
  for (let term = pending.pop(); term !== undefined; term = pending.pop()) {
    if (term.kind === "apply") term.operands.forEach(reach);
  }
  // An operand exists before the term that uses it.
  return [...seen].sort((a, b) => a.id - b.id);
}
