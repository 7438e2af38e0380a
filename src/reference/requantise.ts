import { dyadic, perChannel, roundShift } from "./dyadic.ts";
import type { Dyadic, DyadicChannels } from "./dyadic.ts";
import { assertLength } from "./shape.ts";
import type { MatrixShape } from "./shape.ts";
import type { RowFactors } from "./softmax.ts";
import { assertSigned, saturateSigned } from "./width.ts";

/** One element: acc s32 → s8, sat8(acc · m · 2^-e). */
export function requantiseElement(acc: number, m: number, e: number): number {
  assertSigned(acc, 32, "requantise input");
  return saturateSigned(dyadic(acc, m, e), 8);
}

/** Requantise: acc s32 [rows][cols] → s8, with one multiplier for the tensor or one per column; `relu` clamps below at 0. */
export function requantise(
  acc: Int32Array,
  shape: MatrixShape,
  scale: Dyadic | DyadicChannels,
  options: { readonly relu?: boolean } = {},
): Int8Array {
  assertLength("acc", acc.length, shape);
  const { m, e } = perChannel(scale, shape.cols);
  const lowest = options.relu === true ? 0 : -128;
  const out = new Int8Array(acc.length);
  for (let row = 0, at = 0; row < shape.rows; row++) {
    for (let col = 0; col < shape.cols; col++, at++) {
      out[at] = Math.max(lowest, requantiseElement(acc[at]!, m[col]!, e[col]!));
    }
  }
  return out;
}

/** The row-scaled value before the tensor's multiplier: acc (Σ exp · v) over the row's sum, Q.14 of v's LSB, s32. */
export function rowScale(acc: number, r: number, shift: number): number {
  assertSigned(acc, 32, "row-scaled requantise input");
  return saturateSigned(dyadic(acc, r, shift - 7), 32);
}

/**
 * Row-scaled requantise of P·V under deferred Softmax: acc s32 [rows][cols] → s8.
 * `factors` come from the same rows' Softmax; `scale` = scale of V / scale of the output · 2^-14.
 */
export function rowScaledRequantise(
  acc: Int32Array,
  shape: MatrixShape,
  factors: RowFactors,
  scale: Dyadic,
): Int8Array {
  assertLength("acc", acc.length, shape);
  assertLength("factors", factors.r.length, { rows: shape.rows, cols: 1 });
  const out = new Int8Array(acc.length);
  for (let row = 0, at = 0; row < shape.rows; row++) {
    for (let col = 0; col < shape.cols; col++, at++) {
      const t = rowScale(acc[at]!, factors.r[row]!, factors.shift[row]!);
      const product = assertSigned(t * scale.m, 48, "row-scaled requantise product");
      out[at] = saturateSigned(roundShift(product, scale.e), 8);
    }
  }
  return out;
}
