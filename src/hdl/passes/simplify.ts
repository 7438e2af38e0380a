import * as build from "../build.ts";
import type { Binary, Cat, CompareOp, Const, Expr, Mux, Resize, Slice } from "../ir.ts";

/** One step of simplification, or `undefined`. `single` tells whether an operand has no other user. */
export function simplify(expr: Expr, single: (operand: Expr) => boolean): Expr | undefined {
  switch (expr.kind) {
    case "resize":
      return simplifyResize(expr, single);
    case "slice":
      return simplifySlice(expr, single);
    case "cast":
      return expr.operand.kind === "cast" ? build.cast(expr.operand.operand, expr.signed) : undefined;
    case "cat":
      return simplifyCat(expr);
    case "mux":
      return simplifyMux(expr);
    case "case":
      return simplifyCase(expr);
    case "binary":
      return simplifyBinary(expr, single);
    case "unary":
      return simplifyUnary(expr, single);
    default:
      return undefined;
  }
}

type Single = (operand: Expr) => boolean;

function simplifyResize(expr: Resize, single: Single): Expr | undefined {
  const { operand, width } = expr;
  if (operand.width === width) return operand;
  const truncates = width < operand.width;
  if (operand.kind === "resize") {
    const widened = operand.width >= operand.operand.width;
    if (truncates || widened) return resize(operand.operand, width);
  }
  if (truncates && operand.kind === "slice") return build.slice(operand.operand, operand.low + width - 1, operand.low);
  if (truncates && operand.kind === "cat") return sliceOfCat(operand, width - 1, 0);
  if (truncates && operand.kind === "cast") return build.cast(resize(operand.operand, width), expr.signed);
  if (!single(operand)) return undefined;
  if (truncates || operand.kind === "mux") return truncate(operand, width);
  return widenSum(operand, width);
}

/** The low bits of many operators depend only on the low bits of their operands; a choice may be made at any width. */
function truncate(operand: Expr, width: number): Expr | undefined {
  if (operand.kind === "binary") {
    const { op, left, right } = operand;
    if (op === "shl") return { ...operand, left: resize(left, width), width, site: operand.site };
    if (op === "shr" || isCompare(op)) return undefined;
    return { ...operand, left: resize(left, width), right: resize(right, width), width };
  }
  if (operand.kind === "unary" && (operand.op === "not" || operand.op === "neg")) {
    return { ...operand, operand: resize(operand.operand, width), width };
  }
  if (operand.kind === "mux") {
    const { whenTrue, whenFalse } = operand;
    return { ...operand, whenTrue: resize(whenTrue, width), whenFalse: resize(whenFalse, width), width };
  }
  return undefined;
}

/** A sum or product that cannot overflow may be taken at a greater width, so that sums of sums are plain. */
function widenSum(operand: Expr, width: number): Expr | undefined {
  if (operand.kind !== "binary") return undefined;
  const { op, left, right, signed } = operand;
  const sumFits = Math.max(valueWidth(left), valueWidth(right)) < operand.width;
  const productFits = valueWidth(left) + valueWidth(right) <= operand.width;
  if (op === "mul" ? productFits : (op === "add" || (op === "sub" && signed)) && sumFits) {
    return { ...operand, left: resize(left, width), right: resize(right, width), width };
  }
  return undefined;
}

/** The bits in which the value of an operand fits, as far as its form tells; looks `depth` operators deep. */
function valueWidth(expr: Expr, depth = 8): number {
  if (expr.kind === "const") return build.literalWidth(expr.value, expr.signed);
  if (expr.kind === "resize" && expr.width > expr.operand.width) return valueWidth(expr.operand, depth);
  if (expr.kind !== "binary" || depth === 0) return expr.width;
  const operands = (): [number, number] => [valueWidth(expr.left, depth - 1), valueWidth(expr.right, depth - 1)];
  if (expr.op === "add" || (expr.op === "sub" && expr.signed)) return Math.min(expr.width, Math.max(...operands()) + 1);
  if (expr.op !== "mul") return expr.width;
  const [left, right] = operands();
  return Math.min(expr.width, left + right);
}

function resize(expr: Expr, width: number): Expr {
  return build.resize(expr, width);
}

function simplifySlice(expr: Slice, single: Single): Expr | undefined {
  const { operand, high, low } = expr;
  if (low === 0 && high === operand.width - 1) return build.cast(operand, false);
  switch (operand.kind) {
    case "slice":
      return build.slice(operand.operand, high + operand.low, low + operand.low);
    case "cast":
      return build.slice(operand.operand, high, low);
    case "resize":
      if (high < operand.operand.width) return build.slice(operand.operand, high, low);
      if (!operand.signed && low >= operand.operand.width) return build.constant(0n, expr.width, false);
      return undefined;
    case "cat":
      return sliceOfCat(operand, high, low);
    case "ref":
      return undefined;
    case "mux":
    case "binary":
    case "unary":
      if (low > 0 || !single(operand) || truncate(operand, expr.width) === undefined) return undefined;
      return build.cast(resize(operand, expr.width), false);
    default:
      return undefined;
  }
}

function sliceOfCat(cat: Cat, high: number, low: number): Expr | undefined {
  const kept: Expr[] = [];
  let bottom = cat.width;
  for (const part of cat.parts) {
    bottom -= part.width;
    const top = bottom + part.width - 1;
    if (bottom > high || top < low) continue;
    kept.push(build.slice(part, Math.min(high, top) - bottom, Math.max(low, bottom) - bottom));
  }
  return build.cat(kept);
}

function simplifyCat(expr: Cat): Expr | undefined {
  const parts: Expr[] = [];
  let changed = false;
  for (const part of expr.parts) {
    const previous = parts.at(-1);
    const inner = part.kind === "cast" ? part.operand : part;
    const joined = previous === undefined ? undefined : joinParts(previous, inner);
    if (joined !== undefined) parts[parts.length - 1] = joined;
    else if (inner.kind === "cat") parts.push(...inner.parts);
    else parts.push(inner);
    changed ||= joined !== undefined || inner.kind === "cat" || inner !== part;
  }
  return changed ? build.cat(parts) : undefined;
}

/** Neighbouring constants, and neighbouring slices of one net, become one. */
function joinParts(high: Expr, low: Expr): Expr | undefined {
  if (high.kind === "const" && low.kind === "const") {
    const bits = (BigInt.asUintN(high.width, high.value) << BigInt(low.width)) | BigInt.asUintN(low.width, low.value);
    return build.constant(bits, high.width + low.width, false);
  }
  if (
    high.kind === "slice" &&
    low.kind === "slice" &&
    sameNet(high.operand, low.operand) &&
    high.low === low.high + 1
  ) {
    return build.slice(high.operand, high.high, low.low);
  }
  return undefined;
}

function sameNet(a: Expr, b: Expr): boolean {
  return a === b || (a.kind === "ref" && b.kind === "ref" && a.net === b.net);
}

function simplifyMux(expr: Mux): Expr | undefined {
  const { condition, whenTrue, whenFalse } = expr;
  if (condition.kind === "const") return condition.value === 1n ? whenTrue : whenFalse;
  if (whenTrue === whenFalse || sameConstant(whenTrue, whenFalse)) return whenTrue;
  if (condition.kind === "unary" && condition.op === "not") {
    return { ...expr, condition: condition.operand, whenTrue: whenFalse, whenFalse: whenTrue };
  }
  if (expr.width === 1 && !expr.signed && whenTrue.kind === "const" && whenFalse.kind === "const") {
    return whenTrue.value === 1n ? condition : build.unary("not", condition);
  }
  return undefined;
}

function sameConstant(a: Expr, b: Expr): boolean {
  return a.kind === "const" && b.kind === "const" && a.value === b.value;
}

function simplifyCase(expr: Expr & { kind: "case" }): Expr | undefined {
  const { selector, arms, otherwise } = expr;
  if (selector.kind === "const") return arms.find((arm) => arm.value === selector.value)?.expr ?? otherwise;
  if (arms.every((arm) => arm.expr === otherwise || sameConstant(arm.expr, otherwise))) return otherwise;
  const only = arms.length === 1 && selector.width === 1 ? arms[0] : undefined;
  if (only === undefined) return undefined;
  const [zero, one] = only.value === 0n ? [only.expr, otherwise] : [otherwise, only.expr];
  return build.choose(selector, one, zero);
}

function simplifyUnary(expr: Expr & { kind: "unary" }, single: Single): Expr | undefined {
  const { op, operand } = expr;
  if (op === "not") {
    if (operand.kind === "unary" && operand.op === "not") return operand.operand;
    if (operand.kind === "binary" && isCompare(operand.op) && single(operand)) {
      return { ...operand, op: inverseOp[operand.op] };
    }
    return undefined;
  }
  return op !== "neg" && operand.width === 1 ? build.cast(operand, false) : undefined;
}

const inverseOp: Readonly<Record<CompareOp, CompareOp>> = {
  eq: "ne",
  ne: "eq",
  lt: "ge",
  ge: "lt",
  gt: "le",
  le: "gt",
};

function isCompare(op: Binary["op"]): op is CompareOp {
  return op in inverseOp;
}

function simplifyBinary(expr: Binary, single: Single): Expr | undefined {
  const { op, left, right } = expr;
  if (isCompare(op)) return simplifyCompare(expr, op, single);
  if (op === "shl" || op === "shr") {
    if (right.kind === "resize" && right.width > right.operand.width) return { ...expr, right: right.operand };
    if (right.kind === "const") return shiftByConstant(expr, right);
    return right.width > widestAmount ? limitAmount(expr) : undefined;
  }
  if (left.kind === "const" && op !== "sub") return { ...expr, left: right, right: left };
  if (right.kind !== "const") return undefined;
  const ones = BigInt.asUintN(expr.width, right.value) === (1n << BigInt(expr.width)) - 1n;
  if (right.value === 0n) return op === "mul" || op === "and" ? right : left;
  if (ones && op === "and") return left;
  if (ones && op === "or") return right;
  if (ones && op === "xor") return build.unary("not", left);
  return op === "mul" && right.value === 1n ? left : undefined;
}

/** Verilator looks at so many bits of a shift's amount. */
const widestAmount = 32;

/** A shift by an amount of many bits: by the low ones, unless a high one is set. */
function limitAmount(expr: Binary): Expr {
  const { left, right, width, signed } = expr;
  const over = build.unary("reduceOr", build.slice(right, right.width - 1, widestAmount));
  const shifted: Expr = { ...expr, right: build.slice(right, widestAmount - 1, 0) };
  const sign = build.cast(build.slice(left, left.width - 1, left.width - 1), true);
  const fills = expr.op === "shr" && signed;
  return build.choose(over, fills ? resize(sign, width) : build.constant(0n, width, signed), shifted);
}

function shiftByConstant(expr: Binary, amount: Const): Expr {
  const { left, width, signed } = expr;
  const by = amount.value > BigInt(width) ? width : Number(amount.value);
  if (by === 0) return left;
  if (expr.op === "shl") {
    if (by >= width) return build.constant(0n, width, signed);
    return build.cast(build.cat([build.slice(left, width - by - 1, 0), build.constant(0n, by, false)]), signed);
  }
  if (by >= width && !signed) return build.constant(0n, width, false);
  const kept = build.cast(build.slice(left, width - 1, Math.min(by, width - 1)), signed);
  return resize(kept, width);
}

function simplifyCompare(expr: Binary, op: CompareOp, single: Single): Expr | undefined {
  const { left, right } = expr;
  if (left.kind === "const" && right.kind !== "const") {
    const mirrored: Record<CompareOp, CompareOp> = { eq: "eq", ne: "ne", lt: "gt", gt: "lt", le: "ge", ge: "le" };
    return { ...expr, op: mirrored[op], left: right, right: left };
  }
  // Compare at the width of the narrower form where both sides fit it.
  if (left.kind === "resize" && left.width > left.operand.width) {
    const inner = left.operand.width;
    if (right.kind === "resize" && right.operand.width <= inner && single(right)) {
      return { ...expr, left: left.operand, right: resize(right.operand, inner) };
    }
    if (right.kind === "resize" && right.operand.width < right.width) {
      return right.operand.width < right.width && Math.max(inner, right.operand.width) < right.width
        ? {
            ...expr,
            left: resize(left.operand, Math.max(inner, right.operand.width)),
            right: resize(right.operand, Math.max(inner, right.operand.width)),
          }
        : undefined;
    }
    if (right.kind === "const") {
      const fits = build.literalWidth(right.value, right.signed) <= inner;
      if (fits) return { ...expr, left: left.operand, right: resize(right, inner) };
      return decide(op, right.value > 0n);
    }
    return undefined;
  }
  return right.kind === "const" ? compareWithLimit(op, left, right) : undefined;
}

/** The outcome when the right side is above (or below) every value of the left. */
function decide(op: CompareOp, above: boolean): Expr {
  const holds = op === "ne" || (above ? op === "lt" || op === "le" : op === "gt" || op === "ge");
  return build.constant(holds ? 1n : 0n, 1, false);
}

/** Comparisons with the least and greatest value of the type are decided, or equalities. */
function compareWithLimit(op: CompareOp, left: Expr, right: Const): Expr | undefined {
  const { width, signed } = left;
  const least = signed ? -(1n << BigInt(width - 1)) : 0n;
  const greatest = (1n << BigInt(signed ? width - 1 : width)) - 1n;
  const truth = (value: boolean): Expr => build.constant(value ? 1n : 0n, 1, false);
  const equality = (kind: "eq" | "ne"): Expr => build.compare(kind, left, right);
  if (right.value === least) {
    if (op === "lt") return truth(false);
    if (op === "ge") return truth(true);
    if (op === "le") return equality("eq");
    if (op === "gt") return equality("ne");
  }
  if (right.value === greatest) {
    if (op === "gt") return truth(false);
    if (op === "le") return truth(true);
    if (op === "ge") return equality("eq");
    if (op === "lt") return equality("ne");
  }
  if (width === 1 && !signed) return (op === "eq") === (right.value === 1n) ? left : build.unary("not", left);
  return undefined;
}

/** The opposite of a condition. */
export function inverse(condition: Expr): Expr {
  const negated = build.unary("not", condition);
  return simplify(negated, () => true) ?? negated;
}
