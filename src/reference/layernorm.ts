import { LAST_SHIFT_LEAST, SCALE_FORMATS } from "../isa/index.ts";
import type { NormVariant } from "../isa/index.ts";
import { dyadic, perChannel, roundShift } from "./dyadic.ts";
import type { Dyadic, DyadicChannels } from "./dyadic.ts";
import { ibertNormalised, ibertRowFactor } from "./ibert-layernorm.ts";
import { rowMean } from "./layernorm-row.ts";
import type { LayerNormRowFactor, MeanReciprocal } from "./layernorm-row.ts";
import { assertLength } from "./shape.ts";
import type { MatrixShape } from "./shape.ts";
import { rowReciprocal } from "./softmax.ts";
import { assertSigned, assertUnsigned, bitLength, powerOfTwo, saturateSigned } from "./width.ts";

/** What one LayerNorm needs beside its input; made by `layerNormConstants`. */
export interface LayerNormConstants {
  readonly variant: NormVariant;
  /** Accumulator → x (s15), per tensor or per channel; format `fixed`. */
  readonly input: Dyadic | DyadicChannels;
  readonly mean: MeanReciprocal;
  /** G s14 per channel: gamma · sqrt(d) / output scale, at 2^(exponent - 15). */
  readonly gain: Int16Array;
  /** B s16 per channel: beta / output scale, at 2^(exponent - 8). */
  readonly offset: Int16Array;
  /** e, 8..31. */
  readonly exponent: number;
}

/** The row statistics of a LayerNorm: `sum` s27, `squares` u41, and the row unit's factors. */
export interface LayerNormRows {
  readonly sum: Float64Array;
  readonly squares: Float64Array;
  readonly factors: {
    readonly r: Int32Array;
    readonly shift: Uint8Array;
    readonly mean: Int32Array;
  };
}

/** B counts in steps of 2^8: no bit of it lies below the last shift's least. */
export const layerNormOffsetShift = 8;

/** Widest LayerNorm row: what the sums' widths are made for. */
export const maxLayerNormWidth = 4096;

/**
 * V = Σ(16x - mean)² + 1 by the identity 256·Q - mean·(32·S - d·mean) + 1; u51, at least 1.
 * `sum` and `squares` must be those of a row of d elements.
 */
export function layerNormVariance(sum: number, squares: number, mean: number, d: number): number {
  const cross = assertSigned(32 * sum - d * mean, 33, "layernorm cross term");
  const product = assertSigned(mean * cross, 51, "layernorm cross product");
  return assertUnsigned(256 * squares - product + 1, 51, "layernorm variance");
}

/** Row unit: from S = Σx (s27) and Q = Σx² (u41) over d elements to the factor of the row. */
export function layerNormRowFactor(
  sum: number,
  squares: number,
  d: number,
  reciprocal: MeanReciprocal,
): LayerNormRowFactor {
  assertUnsigned(squares, 41, "layernorm squares");
  const mean = rowMean(sum, reciprocal);

  const variance = layerNormVariance(sum, squares, mean, d);
  // Normalised to [2^30, 2^32) by an even shift: the highest bit is in pair `place` of 64 bits' pairs.
  const place = (bitLength(variance) - 1) >> 1;
  const normalised = Math.floor(variance * powerOfTwo(30 - 2 * place));
  assertUnsigned(normalised, 32, "layernorm normalised variance");
  // What 16 digit-by-digit steps give: n² - 1 has its root 2^-17 or more below n, so the double's rounding cannot reach n.
  const r = rowReciprocal(Math.floor(Math.sqrt(normalised)));
  // Only a row whose deviations are all 0 has a V below 64.
  return { r, shift: assertUnsigned(Math.max(0, place - 3), 5, "layernorm shift"), mean };
}

/** n: (16x - mean) / sqrt(V) in Q.15, s17. x s15. The deviation is shifted first, to 16 bits: all that |16x - mean| < sqrt(V) needs. */
export function layerNormNormalised(x: number, { r, shift, mean }: LayerNormRowFactor): number {
  assertSigned(x, 15, "layernorm input");
  const deviation = assertSigned(16 * x - mean, 20, "layernorm deviation");
  const shifted = (Math.floor(deviation * powerOfTwo(11 - shift)) << 16) >> 16;
  const product = assertSigned(shifted * r, 27, "layernorm product");
  return (product + 1023) >> 10;
}

/** y: n · G + B · 2^8, shifted and saturated to s8. */
export function layerNormOutput(n: number, gain: number, offset: number, exponent: number): number {
  assertSigned(gain, 14, "layernorm gain");
  assertUnsigned(exponent - LAST_SHIFT_LEAST, 5, "layernorm exponent");
  assertSigned(offset, 16, "layernorm offset");
  const product = assertSigned(n * gain, 30, "layernorm gain product");
  const total = assertSigned(product + offset * 2 ** layerNormOffsetShift, 31, "layernorm output sum");
  return saturateSigned(roundShift(total, exponent), 8);
}

/** x: the accumulator in LayerNorm's input scale, s15. */
export function layerNormInput(acc: number, m: number, e: number): number {
  assertSigned(acc, 32, "layernorm accumulator");
  return saturateSigned(dyadic(acc, m, e, SCALE_FORMATS.fixed), 15);
}

/** What the variants of LayerNorm differ in: the row unit's factor of a row, and what an element becomes by it. */
export const layerNormSteps = {
  systole: { rowFactor: layerNormRowFactor, normalised: layerNormNormalised },
  ibert: { rowFactor: ibertRowFactor, normalised: ibertNormalised },
} as const satisfies Record<NormVariant, unknown>;

/** Σx and Σx² of one row. */
function rowSums(x: Int32Array): { readonly sum: number; readonly squares: number } {
  let sum = 0;
  let squares = 0;
  for (const value of x) {
    sum += value;
    squares += value * value;
  }
  return { sum, squares };
}

/**
 * LayerNorm over the columns: acc s32 [rows][cols] → s8 [rows][cols]; at most 4096 columns.
 * Source: I-BERT (arXiv 2101.01321), section 3.6; the variant "systole" has a digit-by-digit root and one reciprocal a row instead of
 * divisions.
 */
export function layerNorm(
  acc: Int32Array,
  shape: MatrixShape,
  constants: LayerNormConstants,
): { readonly output: Int8Array; readonly rows: LayerNormRows } {
  const { rows, cols } = shape;
  assertLength("acc", acc.length, shape);
  assertLength("gain", constants.gain.length, { rows: 1, cols });
  assertLength("offset", constants.offset.length, { rows: 1, cols });
  if (cols > maxLayerNormWidth) throw new RangeError(`LayerNorm over ${cols} columns: at most ${maxLayerNormWidth}`);
  const { m, e } = perChannel(constants.input, cols);
  const { rowFactor, normalised } = layerNormSteps[constants.variant];
  const output = new Int8Array(acc.length);
  const sums = new Float64Array(rows);
  const squares = new Float64Array(rows);
  const factors = { r: new Int32Array(rows), shift: new Uint8Array(rows), mean: new Int32Array(rows) };
  const x = new Int32Array(cols);
  for (let row = 0; row < rows; row++) {
    const start = row * cols;
    for (let col = 0; col < cols; col++) x[col] = layerNormInput(acc[start + col]!, m[col]!, e[col]!);
    const total = rowSums(x);
    const factor = rowFactor(total.sum, total.squares, cols, constants.mean);
    for (let col = 0; col < cols; col++) {
      const n = normalised(x[col]!, factor);
      output[start + col] = layerNormOutput(n, constants.gain[col]!, constants.offset[col]!, constants.exponent);
    }
    sums[row] = total.sum;
    squares[row] = total.squares;
    factors.r[row] = factor.r;
    factors.shift[row] = factor.shift;
    factors.mean[row] = factor.mean;
  }
  return { output, rows: { sum: sums, squares, factors } };
}
