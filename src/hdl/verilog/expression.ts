import type { Const, Expr, Net } from "../ir.ts";
import { isIndexed } from "../walk.ts";

/** Text of an expression and whether it must be bracketed inside another one. */
interface Text {
  readonly text: string;
  readonly simple: boolean;
  /** The operator at the top, for chains of one associative operator. */
  readonly op?: string;
}

const symbols = {
  add: "+",
  sub: "-",
  mul: "*",
  and: "&",
  or: "|",
  xor: "^",
  eq: "==",
  ne: "!=",
  lt: "<",
  le: "<=",
  gt: ">",
  ge: ">=",
  shl: "<<",
  shr: ">>",
} as const;

const associative: ReadonlySet<string> = new Set(["+", "*", "&", "|", "^", "&&", "||"]);

/** How the names of nets are written. */
export type NameOf = (net: Net) => string;

/** An expression in Verilog: operands of equal width and sign at every operator, so that no context changes its value. */
export function verilogExpression(expr: Expr, nameOf: NameOf): string {
  return print(expr, nameOf).text;
}

/** As {@link verilogExpression}, where the sign of the result does not matter: whole values of equal width, parts of a concatenation. */
export function verilogBits(expr: Expr, nameOf: NameOf): string {
  return printBits(expr, nameOf).text;
}

function print(expr: Expr, nameOf: NameOf): Text {
  switch (expr.kind) {
    case "const":
      return simple(literal(expr), !literal(expr).startsWith("-"));
    case "ref":
      return simple(nameOf(expr.net));
    case "unary": {
      const reduces = expr.op !== "not" && expr.op !== "neg";
      const inner = reduces ? bracket(printBits(expr.operand, nameOf)) : operand(expr.operand, nameOf);
      // Yosys reads -9'(x) as a cast to -9 bits; |~ is an operator of its own.
      const guarded = /^[0-9~!&|^-]/.test(inner) ? `(${inner})` : inner;
      if (expr.op === "not") return { text: `${isCondition(expr) ? "!" : "~"}${guarded}`, simple: true };
      if (expr.op === "neg") return { text: `-${guarded}`, simple: false };
      const symbol = { reduceOr: "|", reduceAnd: "&", reduceXor: "^" }[expr.op];
      return { text: `${symbol}${guarded}`, simple: false };
    }
    case "binary":
      return printBinary(expr, nameOf);
    case "mux": {
      const condition = bracket(print(expr.condition, nameOf));
      const whenFalse = print(expr.whenFalse, nameOf);
      const rest = expr.whenFalse.kind === "mux" ? whenFalse.text : bracket(whenFalse);
      return { text: `${condition} ? ${operand(expr.whenTrue, nameOf)} : ${rest}`, simple: false };
    }
    case "cat":
      return simple(printCat(expr.parts, nameOf));
    case "slice":
      return simple(printSlice(expr, nameOf));
    case "resize":
      if (expr.width < expr.operand.width && expr.operand.kind === "ref") {
        const low = select(nameOf(expr.operand.net), expr.operand.width, expr.width - 1, 0);
        return simple(expr.signed ? `$signed(${low})` : low);
      }
      return simple(`${expr.width}'(${print(expr.operand, nameOf).text})`);
    case "cast":
      return printCast(expr, nameOf);
    case "case":
      throw new Error("a case inside an expression has no wire");
  }
}

/** Yosys takes the width of $signed(4'(x)) from x: a size cast comes outside, or in braces. */
function printCast(expr: Expr & { kind: "cast" }, nameOf: NameOf): Text {
  const { operand: inner, signed, width } = expr;
  const sign = signed ? "$signed" : "$unsigned";
  const bits = printBits(inner, nameOf);
  if (inner.kind === "resize" && width < inner.operand.width) {
    if (inner.operand.kind === "ref") {
      const low = select(nameOf(inner.operand.net), inner.operand.width, width - 1, 0);
      return simple(signed ? `$signed(${low})` : low);
    }
    const { text } = printBits(inner.operand, nameOf);
    return simple(`${width}'(${sign}(${isSizeCast(text) ? `{${text}}` : text}))`);
  }
  if (!signed && isUnsignedText(inner)) return bits;
  if (isSizeCast(bits.text)) return simple(signed ? `$signed({${bits.text}})` : `{${bits.text}}`);
  return simple(`${sign}(${bits.text})`);
}

function isSizeCast(text: string): boolean {
  return /^\d+'\(/.test(text);
}

/** Selections and concatenations are unsigned in Verilog whatever they select from. */
function isUnsignedText(expr: Expr): boolean {
  return expr.kind === "slice" || expr.kind === "cat";
}

function printBits(expr: Expr, nameOf: NameOf): Text {
  if (expr.kind === "cast") return printBits(expr.operand, nameOf);
  if (expr.kind === "resize" && expr.width < expr.operand.width && expr.operand.kind === "ref") {
    return simple(select(nameOf(expr.operand.net), expr.operand.width, expr.width - 1, 0));
  }
  return print(expr, nameOf);
}

/** Logical operators are unsigned in Verilog, whatever their operands: one of them would make all signed arithmetic around it unsigned. */
function isCondition({ width, signed }: Expr): boolean {
  return width === 1 && !signed;
}

function printBinary(expr: Expr & { kind: "binary" }, nameOf: NameOf): Text {
  const { op, left, right } = expr;
  let symbol: string = symbols[op];
  if (isCondition(expr) && (op === "and" || op === "or")) symbol += symbol;
  if (op === "shr" && expr.signed) symbol = ">>>";
  const first = print(left, nameOf);
  const chain = associative.has(symbol) && first.op === symbol;
  const rightText = op === "shl" || op === "shr" ? bracket(printBits(right, nameOf)) : operand(right, nameOf);
  return { text: `${chain ? first.text : bracket(first)} ${symbol} ${rightText}`, simple: false, op: symbol };
}

function printCat(parts: readonly Expr[], nameOf: NameOf): string {
  const texts: string[] = [];
  for (let i = 0; i < parts.length;) {
    const text = printBits(parts[i]!, nameOf).text;
    let count = 1;
    while (i + count < parts.length && printBits(parts[i + count]!, nameOf).text === text) count++;
    texts.push(count > 1 ? `{${count}{${text}}}` : text);
    i += count;
  }
  return texts.length === 1 && texts[0]!.startsWith("{") ? texts[0]! : `{${texts.join(", ")}}`;
}

function printSlice(expr: Expr & { kind: "slice" }, nameOf: NameOf): string {
  const { operand: whole, high, low, width } = expr;
  if (whole.kind === "ref") return select(nameOf(whole.net), whole.width, high, low);
  if (isIndexed(expr) && whole.kind === "binary") {
    return `${printBits(whole.left, nameOf).text}[${printBits(whole.right, nameOf).text}]`;
  }
  const unsigned: Expr = { kind: "cast", operand: whole, width: whole.width, signed: false };
  const bits = whole.signed ? print(unsigned, nameOf) : print(whole, nameOf);
  return low === 0 ? `${width}'(${bits.text})` : `${width}'(${bracket(bits)} >> ${low})`;
}

function select(name: string, width: number, high: number, low: number): string {
  if (width === 1) return name;
  return high === low ? `${name}[${high}]` : `${name}[${high}:${low}]`;
}

function operand(expr: Expr, nameOf: NameOf): string {
  return bracket(print(expr, nameOf));
}

function bracket(text: Text): string {
  return text.simple ? text.text : `(${text.text})`;
}

function simple(text: string, isSimple = true): Text {
  return { text, simple: isSimple };
}

/** A sized literal: decimal when short, else hexadecimal; a labelled one is the name of its localparam. */
export function literal({ value, width, signed, label }: Const): string {
  if (label !== undefined) return label;
  if (width === 1 && !signed) return `1'b${value}`;
  const base = signed ? "sd" : "d";
  const least = signed && value === -(1n << BigInt(width - 1));
  const large = value >= 10_000n || value <= -10_000n || least;
  if (large) return `${width}'${signed ? "sh" : "h"}${BigInt.asUintN(width, value).toString(16)}`;
  return value < 0n ? `-${width}'${base}${-value}` : `${width}'${base}${value}`;
}
