import { wrapValue } from "./build.ts";
import type { BinaryOp, Expr, Ref, UnaryOp } from "./ir.ts";

/** The value of an operator on values of `width` bits (the left operand's), before it is wrapped to the result. */
function evaluateBinary(op: BinaryOp, left: bigint, right: bigint, width: number): bigint {
  switch (op) {
    case "add":
      return left + right;
    case "sub":
      return left - right;
    case "mul":
      return left * right;
    case "and":
      return left & right;
    case "or":
      return left | right;
    case "xor":
      return left ^ right;
    case "eq":
      return left === right ? 1n : 0n;
    case "ne":
      return left !== right ? 1n : 0n;
    case "lt":
      return left < right ? 1n : 0n;
    case "le":
      return left <= right ? 1n : 0n;
    case "gt":
      return left > right ? 1n : 0n;
    case "ge":
      return left >= right ? 1n : 0n;
    case "shl":
      return right >= BigInt(width) ? 0n : left << right;
    case "shr":
      return right >= BigInt(width) ? (left < 0n ? -1n : 0n) : left >> right;
  }
}

/** The value of an operator on a value of `width` bits, before it is wrapped to the result. */
function evaluateUnary(op: UnaryOp, operand: bigint, width: number): bigint {
  const bits = BigInt.asUintN(width, operand);
  switch (op) {
    case "not":
      return ~operand;
    case "neg":
      return -operand;
    case "reduceOr":
      return bits === 0n ? 0n : 1n;
    case "reduceAnd":
      return bits === (1n << BigInt(width)) - 1n ? 1n : 0n;
    case "reduceXor":
      return BigInt(bits.toString(2).replaceAll("0", "").length % 2);
  }
}

/** The value of a node from those of its operands; every value lies in the range of its expression. Not for refs. */
export function evaluateNode(expr: Exclude<Expr, Ref>, value: (operand: Expr) => bigint): bigint {
  return wrapValue(rawValue(expr, value), expr.width, expr.signed);
}

/** The value of an expression; `read` gives the value of a net. */
export function evaluate(expr: Expr, read: (expr: Ref) => bigint): bigint {
  if (expr.kind === "ref") return wrapValue(read(expr), expr.width, expr.signed);
  return evaluateNode(expr, (operand) => evaluate(operand, read));
}

function rawValue(expr: Exclude<Expr, Ref>, value: (operand: Expr) => bigint): bigint {
  switch (expr.kind) {
    case "const":
      return expr.value;
    case "unary":
      return evaluateUnary(expr.op, value(expr.operand), expr.operand.width);
    case "binary":
      return evaluateBinary(expr.op, value(expr.left), value(expr.right), expr.left.width);
    case "mux":
      return value(value(expr.condition) === 1n ? expr.whenTrue : expr.whenFalse);
    case "case": {
      const selector = value(expr.selector);
      return value(expr.arms.find((arm) => arm.value === selector)?.expr ?? expr.otherwise);
    }
    case "cat":
      return expr.parts.reduce(
        (bits, part) => (bits << BigInt(part.width)) | BigInt.asUintN(part.width, value(part)),
        0n,
      );
    case "slice":
      return value(expr.operand) >> BigInt(expr.low);
    case "resize":
    case "cast":
      return value(expr.operand);
  }
}
