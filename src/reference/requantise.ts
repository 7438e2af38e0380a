import { exponentOf, SCALE_FORMATS } from "../isa/index.ts";
import { dyadic, lastDyadic, perChannel } from "./dyadic.ts";
import type { Dyadic, DyadicChannels } from "./dyadic.ts";
import { assertLength } from "./shape.ts";
import type { MatrixShape } from "./shape.ts";
import type { RowFactors } from "./softmax.ts";
import { assertSigned, saturateSigned } from "./width.ts";

/** One element: acc s32 → s8, sat8(acc · m · 2^-e); format `byte`. */
export function requantiseElement(acc: number, m: number, e: number): number {
  assertSigned(acc, 32, "requantise input");
  return saturateSigned(dyadic(acc, m, e, SCALE_FORMATS.byte), 8);
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

/** The row-scaled value before the tensor's multiplier: acc (Σ exp · v) over the row's sum, Q.7 of v's LSB, s16. */
export function rowScale(acc: number, r: number, shift: number): number {
  assertSigned(acc, 32, "row-scaled requantise input");
  const e = exponentOf(shift, SCALE_FORMATS.fixed);
  return saturateSigned(dyadic(acc, r, e, SCALE_FORMATS.fixed), 16);
}

/** One element of {@link rowScaledRequantise}: acc s32 → s8. */
export function rowScaledElement(acc: number, r: number, shift: number, scale: Dyadic): number {
  return saturateSigned(lastDyadic(rowScale(acc, r, shift), scale), 8);
}

/**
 * Row-scaled requantise of P·V under deferred Softmax: acc s32 [rows][cols] → s8.
 * `factors` come from the same rows' Softmax; `scale` = scale of V / scale of the output · 2^-7, format `last`.
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
      out[at] = rowScaledElement(acc[at]!, factors.r[row]!, factors.shift[row]!, scale);
    }
  }
  return out;
}
