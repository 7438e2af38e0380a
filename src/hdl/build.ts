import type { ArithmeticOp, CompareOp, Const, Expr, UnaryOp } from "./ir.ts";
import { openScope } from "./context.ts";
import { callSite, type Site } from "./location.ts";

/**
 * Constructors of expressions. They check nothing: widths are the caller's duty. In a module's body they record the
 * user's call site, in a pass they record none.
 */

function site(): Site | undefined {
  return openScope() === undefined ? undefined : callSite(site);
}

export function constant(value: bigint, width: number, signed: boolean, label?: string): Const {
  return { kind: "const", value, width, signed, label };
}

/** The bits needed for `value` as an unsigned (not negative) or a two's complement number. */
export function literalWidth(value: bigint, signed: boolean): number {
  if (!signed) return Math.max(1, value.toString(2).length);
  return (
    (value < 0n ? (-value - 1n).toString(2).replace(/^0$/, "").length : value.toString(2).replace(/^0$/, "").length) + 1
  );
}

/** `expr` at `width` bits, extended by its own sign or truncated; itself when it fits already. `at` is the call site, if it is known. */
export function resize(expr: Expr, width: number, at?: Site): Expr {
  if (expr.width === width) return expr;
  if (expr.kind === "const") return constant(wrapValue(expr.value, width, expr.signed), width, expr.signed, undefined);
  return { kind: "resize", operand: expr, width, signed: expr.signed, site: at ?? site() };
}

/** `value` modulo 2^width, read as the sign says. */
export function wrapValue(value: bigint, width: number, signed: boolean): bigint {
  return signed ? BigInt.asIntN(width, value) : BigInt.asUintN(width, value);
}

export function cast(expr: Expr, signed: boolean): Expr {
  if (expr.signed === signed) return expr;
  if (expr.kind === "const") return constant(wrapValue(expr.value, expr.width, signed), expr.width, signed);
  return { kind: "cast", operand: expr, width: expr.width, signed, site: site() };
}

export function slice(operand: Expr, high: number, low: number): Expr {
  if (low === 0 && high === operand.width - 1) return cast(operand, false);
  return { kind: "slice", operand, high, low, width: high - low + 1, signed: false, site: site() };
}

export function cat(parts: readonly Expr[]): Expr {
  if (parts.length === 1) return cast(parts[0]!, false);
  const width = parts.reduce((sum, part) => sum + part.width, 0);
  return { kind: "cat", parts, width, signed: false, site: site() };
}

/** Modulo 2^width; the operands are resized to it. */
export function arithmetic(op: ArithmeticOp, a: Expr, b: Expr, width: number): Expr {
  const at = site();
  const [left, right] = [resize(a, width, at), resize(b, width, at)];
  return { kind: "binary", op, left, right, width, signed: a.signed, site: at };
}

export function compare(op: CompareOp, a: Expr, b: Expr): Expr {
  const width = Math.max(a.width, b.width);
  const at = site();
  const [left, right] = [resize(a, width, at), resize(b, width, at)];
  return { kind: "binary", op, left, right, width: 1, signed: false, site: at };
}

export function shift(op: "shl" | "shr", left: Expr, right: Expr): Expr {
  return { kind: "binary", op, left, right, width: left.width, signed: left.signed, site: site() };
}

export function unary(op: UnaryOp, operand: Expr): Expr {
  const reduces = op !== "not" && op !== "neg";
  const width = reduces ? 1 : operand.width;
  return { kind: "unary", op, operand, width, signed: !reduces && operand.signed, site: site() };
}

/** Branches are resized to the wider one. */
export function choose(condition: Expr, a: Expr, b: Expr): Expr {
  const width = Math.max(a.width, b.width);
  const at = site();
  const [whenTrue, whenFalse] = [resize(a, width, at), resize(b, width, at)];
  return { kind: "mux", condition, whenTrue, whenFalse, width, signed: a.signed, site: at };
}

/** Item `selector` of `items`; past the end, the last one. */
export function pick(selector: Expr, items: readonly Expr[]): Expr {
  const width = Math.max(...items.map((item) => item.width));
  const at = site();
  const resized = items.map((item) => resize(item, width, at));
  const reachable = Math.min(items.length, 2 ** Math.min(selector.width, 30));
  const arms = resized.slice(0, reachable - 1).map((expr, index) => ({ value: BigInt(index), expr }));
  const otherwise = resized[reachable - 1]!;
  return { kind: "case", selector, arms, otherwise, width, signed: otherwise.signed, site: at };
}
