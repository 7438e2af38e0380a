import * as build from "./build.ts";
import { report } from "./context.ts";
import { bitCount, conditionOf, describe, isSignal } from "./guards.ts";
import type { Data, Like, Plain, Value } from "./data.ts";
import { fitLiteral, toExpr, type Operand } from "./operators.ts";
import { widthOf, type ScalarShape, type Shape } from "./shapes.ts";
import { Bool, Signal, signalLike, Sint, Uint, type BoolLike, type SintLike, type UintLike } from "./signal.ts";
import type { Expr } from "./ir.ts";
import { atOneSite } from "./location.ts";
import { buildTree, leavesOf, mapLeaves } from "./tree.ts";

/** A constant of a shape, field by field. */
export function lit<S extends Shape>(shape: S, value: Like<S>): Value<S> {
  return conform(shape, value, "the literal") as Value<S>;
}

/** Signals and literals brought to exactly the widths of a shape; `role` names the place in errors. */
export function conform(shape: Shape, value: unknown, role: string): Data {
  return buildTree(shape, role, "none", (leaf, _name, path) => {
    let given: unknown = value;
    for (const key of path) given = (given as Readonly<Record<string, unknown>>)[key];
    const expr = fitLiteral(given as Operand, leaf.width, leaf.kind === "sint", role);
    if (expr.width > leaf.width) {
      report({
        code: "hdl-width",
        message: `${bitCount(expr.width)} do not fit ${[role, ...path].join(".")}, which has ${bitCount(leaf.width)}`,
        help: `narrow the value: .wrap(${leaf.width}), .saturate(${leaf.width}) or .bits(${leaf.width - 1}, 0)`,
      });
    }
    return fromShape(leaf, build.resize(expr, leaf.width));
  }) as Data;
}

/** An unsigned constant, as narrow as its value unless a width is given. */
export function uintLit(value: number | bigint, width?: number): Uint {
  const expr = toExpr(value, false);
  return new Uint(build.resize(fitLiteral(value, width ?? expr.width, false, "the literal"), width ?? expr.width));
}

/** A signed constant, as narrow as its value unless a width is given. */
export function sintLit(value: number | bigint, width?: number): Sint {
  const expr = toExpr(value, true);
  return new Sint(build.resize(fitLiteral(value, width ?? expr.width, true, "the literal"), width ?? expr.width));
}

/** A constant truth value. */
export function boolLit(value: boolean): Bool {
  return new Bool(build.constant(value ? 1n : 0n, 1, false));
}

function fromShape(leaf: ScalarShape, expr: Expr): Signal {
  return new { bool: Bool, uint: Uint, sint: Sint }[leaf.kind](expr);
}

/** `a` where `condition` holds, else `b`; bundles field by field; as wide as the wider one. */
export function mux(condition: Bool, a: Bool, b: BoolLike): Bool;
export function mux(condition: Bool, a: BoolLike, b: Bool): Bool;
export function mux(condition: Bool, a: Uint, b: UintLike): Uint;
export function mux(condition: Bool, a: UintLike, b: Uint): Uint;
export function mux(condition: Bool, a: Sint, b: SintLike): Sint;
export function mux(condition: Bool, a: SintLike, b: Sint): Sint;
export function mux<V extends Data>(condition: Bool, a: V, b: V): Plain<V>;
export function mux(condition: Bool, a: Data | Operand, b: Data | Operand): Data {
  const like = typeof a === "object" ? a : b;
  if (typeof like !== "object") {
    const help = "one of them must be a signal: uintLit(1, 4), sintLit(1, 4), boolLit(true)";
    report({ code: "hdl-mux", message: `mux of ${describe(a)} and ${describe(b)}`, help });
    return new Uint(build.constant(0n, 1, false));
  }
  if (!(like instanceof Signal)) {
    return atOneSite(() => mapLeaves([a as Data, b as Data], ([x, y]) => muxSignal(condition, x!, x!, y!)));
  }
  return muxSignal(condition, like, a as Operand, b as Operand);
}

function muxSignal(condition: Bool, like: Signal, a: Operand, b: Operand): Signal {
  const signed = like.kind === "sint";
  return signalLike(like, build.choose(conditionOf(condition, "mux"), toExpr(a, signed), toExpr(b, signed)));
}

/** Item number `index` of `items`; an index past the end gives the last item. */
export function select<V extends Data>(index: Uint, items: readonly V[]): Plain<V> {
  if (items.length === 0) {
    report({ code: "hdl-select", message: "select of no items" });
    return new Uint(build.constant(0n, 1, false)) as unknown as Plain<V>;
  }
  const pick = ([first, ...others]: readonly Signal[]): Signal => {
    const leaves = [first!, ...others].map((leaf) => toExpr(leaf, first!.kind === "sint"));
    return signalLike(first!, build.pick(index.expr, leaves));
  };
  return atOneSite(() => mapLeaves(items, pick));
}

/** The bits of the parts side by side, the first part on top. */
export function cat(...parts: readonly Signal[]): Uint {
  if (parts.length === 0) {
    report({ code: "hdl-cat", message: "cat of no parts" });
    return uintLit(0);
  }
  return new Uint(build.cat(parts.map((part) => signalExpr(part, "cat"))));
}

function signalExpr(part: unknown, takes: string): Expr {
  if (isSignal(part)) return part.expr;
  const help = typeof part === "number" ? `a number needs a width: uintLit(${part}, 4)` : undefined;
  report({ code: "hdl-not-a-signal", message: `${takes} takes signals, but got ${describe(part)}`, help });
  return build.constant(0n, 1, false);
}

/** All bits of a value, the first field in the lowest bits. */
export function pack(value: Data): Uint {
  return cat(...leavesOf(value).reverse());
}

/** The inverse of `pack`. */
export function unpack<S extends Shape>(shape: S, bits: Uint): Value<S> {
  const total = widthOf(shape);
  if (bits.width !== total) {
    report({
      code: "hdl-width",
      message: `unpack of ${bitCount(bits.width)} into a shape of ${bitCount(total)}`,
      help: "both must have the same number of bits",
    });
  }
  const whole = build.resize(bits.expr, total);
  let low = 0;
  return buildTree(shape, "unpack", "none", (leaf) => {
    const field = build.slice(whole, low + leaf.width - 1, low);
    low += leaf.width;
    return fromShape(leaf, build.cast(field, leaf.kind === "sint"));
  }) as Value<S>;
}

/** Whether two values agree in every field. */
export function equal<V extends Data>(a: V, b: V): Bool {
  const [left, right] = [leavesOf(a), leavesOf(b)];
  if (left.length !== right.length) {
    const message = `equal of bundles of ${left.length} and ${right.length} fields`;
    report({ code: "hdl-field", message, help: "both must have the same fields" });
    return boolLit(false);
  }
  return left
    .map((leaf, index) => new Bool(build.compare("eq", leaf.expr, right[index]!.expr)))
    .reduce((all, one) => all.and(one));
}

/** The smaller of two numbers. */
export function min(a: Uint, b: UintLike): Uint;
export function min(a: Sint, b: SintLike): Sint;
export function min(a: Uint | Sint, b: UintLike | SintLike): Uint | Sint {
  const other = toExpr(b, a.kind === "sint");
  const expr = build.choose(build.compare("lt", a.expr, other), a.expr, other);
  return a.kind === "sint" ? new Sint(expr) : new Uint(expr);
}

/** The larger of two numbers. */
export function max(a: Uint, b: UintLike): Uint;
export function max(a: Sint, b: SintLike): Sint;
export function max(a: Uint | Sint, b: UintLike | SintLike): Uint | Sint {
  const other = toExpr(b, a.kind === "sint");
  const expr = build.choose(build.compare("gt", a.expr, other), a.expr, other);
  return a.kind === "sint" ? new Sint(expr) : new Uint(expr);
}
