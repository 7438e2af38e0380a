import { MULTIPLIER_BITS, SCALE_FORMATS } from "../isa/index.ts";
import { dyadic, perChannel } from "./dyadic.ts";
import type { Dyadic, DyadicChannels } from "./dyadic.ts";
import { assertLength } from "./shape.ts";
import type { MatrixShape } from "./shape.ts";
import { assertSigned, assertUnsigned, saturateSigned } from "./width.ts";

/** How a preload multiplies by its ratios: per column by a scale of format `fixed`, then all columns by `factor` (u11). */
export interface PreloadScale<S extends Dyadic | DyadicChannels> {
  readonly scale: S;
  readonly factor: number;
}

/** Splits ratios of format `word`: the factor is the least power of two with which every residual fits s16 before it. */
export function preloadScale<S extends Dyadic | DyadicChannels>(ratio: S): PreloadScale<S> {
  const least =
    typeof ratio.e === "number" ? ratio.e : ratio.e.reduce((a, b) => Math.min(a, b), SCALE_FORMATS.word.most);
  // A ratio below 2^8 has its e at 3 or more.
  const shift = Math.max(0, 3 - least);
  const e = typeof ratio.e === "number" ? ratio.e + shift : ratio.e.map((each) => each + shift);
  return { scale: { ...ratio, e }, factor: 2 ** shift };
}

/** One element: sat32(sat16(residual (s8) · m · 2^-e) · factor (u11) + bias (s32)); see {@link preloadScale}. */
export function preloadElement(residual: number, { m, e }: Dyadic, factor: number, bias: number): number {
  assertSigned(residual, 8, "preload residual");
  assertSigned(bias, 32, "preload bias");
  const scaled = saturateSigned(dyadic(residual, m, e, SCALE_FORMATS.fixed), 16);
  const product = scaled * assertUnsigned(factor, MULTIPLIER_BITS, "preload factor");
  return saturateSigned(assertSigned(product + bias, 33, "preload sum"), 32);
}

/** Accumulator contents from a bias row s32 [cols], broadcast to every row; [rows][cols]. */
export function broadcastBias(bias: Int32Array, { rows, cols }: MatrixShape): Int32Array {
  assertLength("bias", bias.length, { rows: 1, cols });
  const acc = new Int32Array(rows * cols);
  for (let row = 0; row < rows; row++) acc.set(bias, row * cols);
  return acc;
}

/**
 * Accumulator contents from a residual s8 [rows][cols] in the accumulator's scale, plus a bias row s32 [cols]:
 * `ratio` = scale of the residual / scale of the accumulator, per tensor or per column.
 */
export function preloadResidual(
  residual: Int8Array,
  shape: MatrixShape,
  ratio: Dyadic | DyadicChannels,
  bias: Int32Array,
): Int32Array {
  assertLength("residual", residual.length, shape);
  assertLength("bias", bias.length, { rows: 1, cols: shape.cols });
  const { scale, factor } = preloadScale(perChannel(ratio, shape.cols));
  const scales = Array.from(bias, (_, col) => ({ m: scale.m[col]!, e: scale.e[col]! }));
  const acc = new Int32Array(residual.length);
  for (let row = 0, at = 0; row < shape.rows; row++) {
    for (let col = 0; col < shape.cols; col++, at++) {
      acc[at] = preloadElement(residual[at]!, scales[col]!, factor, bias[col]!);
    }
  }
  return acc;
}
