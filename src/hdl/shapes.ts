import { report } from "./context.ts";
import { describe, isSignal, isWidth } from "./guards.ts";

/** An unsigned number of `width` bits. */
export interface UintShape {
  readonly kind: "uint";
  readonly width: number;
}

/** A two's complement number of `width` bits. */
export interface SintShape {
  readonly kind: "sint";
  readonly width: number;
}

/** A truth value, one bit. */
export interface BoolShape {
  readonly kind: "bool";
  readonly width: 1;
}

/** What a single signal looks like. */
export type ScalarShape = UintShape | SintShape | BoolShape;

/** What a signal looks like: a number, or a record or array of shapes. */
export type Shape = ScalarShape | readonly Shape[] | { readonly [field: string]: Shape };

/** A ready/valid handshake: `payload` moves in a cycle where both are high; `valid` never waits for `ready`. */
export type StreamShape<S extends Shape> = {
  readonly valid: BoolShape;
  readonly ready: BoolShape;
  readonly payload: S;
};

/** An unsigned number of `width` bits, at least one. */
export function uint(width: number): UintShape {
  return { kind: "uint", width: checkWidth("uint", width) };
}

/** A two's complement number of `width` bits, at least one. */
export function sint(width: number): SintShape {
  return { kind: "sint", width: checkWidth("sint", width) };
}

/** A truth value. */
export const bool: BoolShape = { kind: "bool", width: 1 };

/** A ready/valid handshake that carries `payload`; ports of it are made by `source` and `sink`. */
export function stream<S extends Shape>(payload: S): StreamShape<S> {
  return { valid: bool, ready: bool, payload };
}

export function isScalar(shape: Shape): shape is ScalarShape {
  return "kind" in shape && typeof shape.kind === "string";
}

/** `Array.isArray` that keeps the element type of a readonly array. */
export function isArray<T>(value: T): value is Extract<T, readonly unknown[]> {
  return Array.isArray(value);
}

/** The bits needed to hold the values 0 to `count - 1`, at least one. */
export function indexWidth(count: number): number {
  return Math.max(1, Math.ceil(Math.log2(count)));
}

/** The bits needed to hold the unsigned `value`, at least one. */
export function bitsFor(value: number | bigint): number {
  return Math.max(1, BigInt(value).toString(2).length);
}

/** The bits of a shape, all leaves together. */
export function widthOf(shape: Shape): number {
  if (isScalar(shape)) return shape.width;
  return Object.values(shape).reduce((sum: number, field: Shape) => sum + widthOf(field), 0);
}

/** `uint(8)`, `sint(3)`, `bool`, `{ a: … }`. */
export function formatShape(shape: Shape): string {
  if (isScalar(shape)) return shape.kind === "bool" ? "bool" : `${shape.kind}(${shape.width})`;
  if (isArray(shape)) return `[${shape.map(formatShape).join(", ")}]`;
  const fields = Object.entries(shape).map(([name, field]) => `${name}: ${formatShape(field)}`);
  return `{ ${fields.join(", ")} }`;
}

function checkWidth(kind: string, width: number): number {
  return isWidth(kind, width) ? width : 1;
}

/** `shape` itself; what is no shape is reported and read as one bit. */
export function checkShape(shape: unknown, role: string): Shape {
  if (typeof shape === "object" && shape !== null && !isSignal(shape)) return shape as Shape;
  report({ code: "hdl-shape", message: `the shape of ${role} is ${describe(shape)}`, help: shapeHelp(shape) });
  return bool;
}

function shapeHelp(shape: unknown): string {
  if (typeof shape === "number") return `write uint(${shape}) or sint(${shape})`;
  if (typeof shape === "function") return "call it with a width: uint(8)";
  if (isSignal(shape)) return "shapeOf(signal) is the shape of a signal";
  return "shapes are uint(8), sint(8), bool, and records and arrays of them";
}
