import * as build from "./build.ts";
import { report } from "./context.ts";
import { bitCount, describe, isSignal, isWidth } from "./guards.ts";
import type { ArithmeticOp, CompareOp, Expr } from "./ir.ts";

/** What the front end accepts as an operand; the kinds of signals are the type checker's business. */
export type Operand = { readonly expr: Expr } | number | bigint | boolean;

/** A literal as a whole number; a fraction or an imprecise number is reported and read as 0. */
export function wholeNumber(value: number | bigint | boolean): bigint {
  if (typeof value === "number" && !Number.isSafeInteger(value)) {
    const help = Number.isInteger(value) ? "write it as a bigint: 123n" : undefined;
    report({ code: "hdl-literal", message: `${value} is not a whole number that a double holds exactly`, help });
    return 0n;
  }
  return BigInt(value);
}

/** The operand as an expression; a literal takes the fewest bits that hold it. `role` is whose sign it takes. */
export function toExpr(operand: Operand, signed: boolean, role = "the other operand"): Expr {
  if (isSignal(operand)) return checkSign(operand.expr, signed);
  if (isConstant(operand)) return operand.expr;
  if (typeof operand !== "number" && typeof operand !== "bigint" && typeof operand !== "boolean") {
    return notASignal(operand, signed);
  }
  const value = wholeNumber(operand);
  if (value < 0n && !signed) {
    report({
      code: "hdl-literal",
      message: `${value} is negative, but ${role} is unsigned`,
      help: "use a signed signal: .toSint() keeps the value, .asSint() the bits",
    });
    return build.constant(0n, 1, false);
  }
  return build.constant(value, build.literalWidth(value, signed), signed);
}

/** The encoded states of machines come as bare expressions. */
function isConstant(operand: Operand): operand is { readonly expr: Expr } {
  return typeof operand === "object" && (operand as unknown) !== null && "expr" in operand;
}

/** The type checker refuses these, but an array read past its end gets by it. */
function notASignal(operand: unknown, signed: boolean): Expr {
  report({
    code: "hdl-not-a-signal",
    message: `${describe(operand)} stands where a signal or a number is needed`,
    help: signalHelp(operand),
  });
  return build.constant(0n, 1, signed);
}

function signalHelp(operand: unknown): string {
  if (operand === undefined) return "an array may have been read past its end";
  if (typeof operand === "function") return "a method is called with (), a function with its arguments";
  if (typeof operand === "string") return "take the quotes away: numbers are written as numbers";
  return operand === null ? "give a signal or a number" : "take one of its fields";
}

/** The operand as an expression of exactly `width` bits if it is a literal, at most that if it is a signal. */
export function fitLiteral(operand: Operand, width: number, signed: boolean, role: string): Expr {
  const expr = toExpr(operand, signed, role);
  if (typeof operand === "object" || expr.width <= width)
    return typeof operand === "object" ? expr : build.resize(expr, width);
  report({
    code: "hdl-literal",
    message: `${String(operand)} does not fit ${role}, which has ${bitCount(width)}`,
    help: `${signed ? "signed" : "unsigned"} values of ${bitCount(width)} go from ${rangeText(width, signed)}`,
  });
  return build.constant(0n, width, signed);
}

function rangeText(width: number, signed: boolean): string {
  const span = 1n << BigInt(signed ? width - 1 : width);
  return signed ? `${-span} to ${span - 1n}` : `0 to ${span - 1n}`;
}

export function grow(op: "add" | "sub", a: Expr, other: Operand): Expr {
  const b = toExpr(other, a.signed);
  return build.arithmetic(op, a, b, Math.max(a.width, b.width) + 1);
}

export function product(a: Expr, other: Operand): Expr {
  const b = toExpr(other, a.signed);
  return build.arithmetic("mul", a, b, a.width + b.width);
}

export function bitwise(op: Extract<ArithmeticOp, "and" | "or" | "xor">, a: Expr, other: Operand): Expr {
  const b = fitLiteral(other, a.width, a.signed, "the other operand");
  return build.arithmetic(op, a, b, Math.max(a.width, b.width));
}

/** An order with a literal out of range is decided; equality with one is surely a mistake. */
export function compare(op: CompareOp, a: Expr, other: Operand): Expr {
  const equality = op === "eq" || op === "ne";
  const b = equality ? fitLiteral(other, a.width, a.signed, "the other operand") : toExpr(other, a.signed);
  return build.compare(op, a, b);
}

/** The widest result of a shift by a changing amount. */
const widestShift = 4096;

export function shiftLeft(a: Expr, amount: number | { readonly expr: Expr }): Expr {
  if (typeof amount === "object") {
    if (!isAmount(amount.expr)) return a;
    const width = a.width + 2 ** amount.expr.width - 1;
    if (width > widestShift) {
      report({
        code: "hdl-shift",
        message: `a shift by ${bitCount(amount.expr.width)} grows ${bitCount(a.width)} to ${width}`,
        help: `shorten the amount, for example .wrap(5); the limit is ${bitCount(widestShift)}`,
      });
      return a;
    }
    return build.shift("shl", build.resize(a, width), amount.expr);
  }
  if (!checkAmount(amount) || amount === 0) return a;
  return build.cast(build.cat([a, build.constant(0n, amount, false)]), a.signed);
}

export function shiftRight(a: Expr, amount: number | { readonly expr: Expr }): Expr {
  if (typeof amount === "object") return isAmount(amount.expr) ? build.shift("shr", a, amount.expr) : a;
  if (!checkAmount(amount) || amount === 0) return a;
  if (amount >= a.width && !a.signed) return build.constant(0n, 1, false);
  return build.cast(build.slice(a, a.width - 1, Math.min(amount, a.width - 1)), a.signed);
}

function isAmount(amount: Expr): boolean {
  if (!amount.signed) return true;
  report({ code: "hdl-shift", message: "a shift by a signed amount", help: "an amount is a Uint: .asUint()" });
  return false;
}

function checkAmount(amount: number): boolean {
  if (Number.isInteger(amount) && amount >= 0 && amount <= widestShift) return true;
  report({ code: "hdl-shift", message: `a shift by ${amount}`, help: `amounts go from 0 to ${widestShift}` });
  return false;
}

export function extend(a: Expr, width: number): Expr {
  if (!isWidth("extend", width)) return a;
  if (width >= a.width) return build.resize(a, width);
  report({
    code: "hdl-width",
    message: `extend(${width}) of a signal of ${bitCount(a.width)}`,
    help: `to narrow it, say how: .wrap(${width}), .saturate(${width}) or .bits(${width - 1}, 0)`,
  });
  return build.resize(a, width);
}

/** The type checker refuses a wrong sign; this is for callers it does not see. */
function checkSign(expr: Expr, signed: boolean): Expr {
  if (expr.signed === signed) return expr;
  const [is, wanted] = signed ? ["unsigned", "signed"] : ["signed", "unsigned"];
  report({
    code: "hdl-sign",
    message: `${is} and ${wanted} operands are mixed`,
    help: "convert one of them: .toSint() keeps the value, .asSint() and .asUint() the bits",
  });
  return build.cast(expr, signed);
}
