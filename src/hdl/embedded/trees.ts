import * as build from "../build.ts";
import type { Binary, Case, Expr } from "../ir.ts";
import { withOperands } from "../walk.ts";

/** Values of up to this many bits live in one machine word; wider ones in several. */
export const WORD_BITS = 64;

/** An operator as code generation takes it: no `case`, no shift by more than the machine shifts. */
export function reduceOperators(): (expr: Expr) => Expr {
  const memo = new Map<Expr, Expr>();
  const visit = (expr: Expr): Expr => {
    let result = memo.get(expr);
    if (result === undefined) {
      result = withOperands(expr, visit);
      if (result.kind === "case") result = chooseByMux(result);
      else if (result.kind === "binary" && (result.op === "shl" || result.op === "shr")) result = boundShift(result);
      memo.set(expr, result);
    }
    return result;
  };
  return visit;
}

function chooseByMux({ selector, arms, otherwise, width, signed }: Case): Expr {
  const largest = 1n << BigInt(selector.width);
  return arms
    .filter((arm) => arm.value < largest)
    .reduceRight<Expr>((rest, arm) => {
      const condition = compare("eq", selector, build.constant(arm.value, selector.width, false));
      return { kind: "mux", condition, whenTrue: arm.expr, whenFalse: rest, width, signed };
    }, otherwise);
}

/** Amounts of `width` and more are looked after by a multiplexer, so that the shift itself gets few bits of amount. */
function boundShift(expr: Binary): Expr {
  const { left, right, width, signed } = expr;
  const bits = Math.max(1, (width - 1).toString(2).length);
  const room = width <= 32 ? 5 : width <= WORD_BITS ? 6 : bits;
  if (right.width <= room) return expr;
  const far = compare("ge", right, build.constant(BigInt(width), Math.max(right.width, bits + 1), false));
  const small = right.width > bits ? build.resize(right, bits) : right;
  const near: Expr = { ...expr, right: small };
  const sign = build.slice(left, width - 1, width - 1);
  const fill =
    expr.op === "shr" && signed ? build.resize(build.cast(sign, true), width) : build.constant(0n, width, signed);
  return { kind: "mux", condition: far, whenTrue: fill, whenFalse: near, width, signed };
}

export function compare(op: "eq" | "ge", left: Expr, right: Expr): Expr {
  const width = Math.max(left.width, right.width);
  return {
    kind: "binary",
    op,
    left: build.resize(left, width),
    right: build.resize(right, width),
    width: 1,
    signed: false,
  };
}

/** Rearranges bits without computing. */
export function isWiring(expr: Expr): boolean {
  return expr.kind === "cat" || expr.kind === "slice" || expr.kind === "resize" || expr.kind === "cast";
}

export function isAtom(expr: Expr): boolean {
  return expr.kind === "ref" || expr.kind === "const";
}

/** Whether an operator on wide values must have its whole result at once. */
function isWideArithmetic(expr: Expr): boolean {
  if (expr.width <= WORD_BITS) return false;
  if (expr.kind === "unary") return expr.op === "neg";
  return expr.kind === "binary" && !["and", "or", "xor"].includes(expr.op);
}

/** Whether `operand` needs a net of its own because `expr`, which uses it once, would compute it several times or in parts. */
export function wantsNet(expr: Expr, operand: Expr): boolean {
  if (isAtom(operand)) return false;
  if (isWideArithmetic(operand)) return true;
  const wide = expr.width > WORD_BITS || operand.width > WORD_BITS;
  switch (expr.kind) {
    case "mux":
      return wide && operand === expr.condition;
    case "cat":
    case "slice":
    case "resize":
    case "cast":
      return wide && !isWiring(operand);
    case "binary":
      if (expr.op === "shl" || expr.op === "shr") return wide;
      return expr.op === "mul" && wide;
    default:
      return false;
  }
}
