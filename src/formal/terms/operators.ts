import type { ApplyTerm } from "./term.ts";

/** The words of an array: those that were stored, and what is everywhere else. */
export interface ArrayValue {
  readonly words: ReadonlyMap<bigint, bigint>;
  readonly otherwise: bigint;
}

/** Shape of an application of a bit-vector operator: enough to compute its value. */
export type ApplyShape = Pick<ApplyTerm, "operator" | "width" | "high" | "low">;

/** The value of a bit-vector operator on bit patterns; `widths` are the operands'. Not for arrays and `ite`. */
export function applyOperator(shape: ApplyShape, values: readonly bigint[], widths: readonly number[]): bigint {
  const [a, b] = [values[0]!, values[1] ?? 0n];
  const width = widths[0]!;
  const signed = (value: bigint): bigint => BigInt.asIntN(width, value);
  const truth = (holds: boolean): bigint => (holds ? 1n : 0n);
  const wrap = (value: bigint): bigint => BigInt.asUintN(shape.width, value);
  switch (shape.operator) {
    case "bvnot":
      return wrap(~a);
    case "bvneg":
      return wrap(-a);
    case "bvand":
      return a & b;
    case "bvor":
      return a | b;
    case "bvxor":
      return a ^ b;
    case "bvadd":
      return wrap(a + b);
    case "bvsub":
      return wrap(a - b);
    case "bvmul":
      return wrap(a * b);
    case "bvshl":
      return b >= BigInt(width) ? 0n : wrap(a << b);
    case "bvlshr":
      return b >= BigInt(width) ? 0n : a >> b;
    case "bvashr":
      return wrap(signed(a) >> (b >= BigInt(width) ? BigInt(width) : b));
    case "=":
      return truth(a === b);
    case "bvult":
      return truth(a < b);
    case "bvule":
      return truth(a <= b);
    case "bvslt":
      return truth(signed(a) < signed(b));
    case "bvsle":
      return truth(signed(a) <= signed(b));
    case "concat":
      return (a << BigInt(widths[1]!)) | b;
    case "extract":
      return wrap(a >> BigInt(shape.low));
    case "zero_extend":
      return a;
    case "sign_extend":
      return wrap(signed(a));
    case "ite":
    case "select":
    case "store":
      throw new Error(`${shape.operator} is not an operator on bit vectors`);
  }
}
