import { dyadic, perChannel, roundShift, roundShiftBig } from "./dyadic.ts";
import type { Dyadic, DyadicChannels } from "./dyadic.ts";
import { assertLength } from "./shape.ts";
import type { MatrixShape } from "./shape.ts";
import { assertSigned, assertSignedBig, assertUnsigned, assertUnsignedBig, saturateSigned } from "./width.ts";

/** 16 / d as recip · 2^-shift: recip u32 in [2^31, 2^32), shift 0..63. */
export interface MeanReciprocal {
  readonly recip: number;
  readonly shift: number;
}

/** What one LayerNorm needs beside its input; made by `layerNormConstants`. */
export interface LayerNormConstants {
  /** Accumulator → x (s22), per tensor or per channel. */
  readonly input: Dyadic | DyadicChannels;
  readonly mean: MeanReciprocal;
  /** G s16 per channel: gamma · sqrt(d) / output scale, at 2^(exponent - 16). */
  readonly gain: Int16Array;
  /** B s32 per channel: beta / output scale, at 2^exponent. */
  readonly offset: Int32Array;
  /** e, 1..48. */
  readonly exponent: number;
}

/** Factor of one row: r · 2^-(16 + shift) = 1 / sqrt(V); r u17 in [2^15, 2^16], shift 0..31, mean s26 Q.4. */
export interface LayerNormRowFactor {
  readonly r: number;
  readonly shift: number;
  readonly mean: number;
}

/** The row statistics of a LayerNorm: `sum` s34, `squares` u55, and the row unit's factors. */
export interface LayerNormRows {
  readonly sum: Float64Array;
  readonly squares: readonly bigint[];
  readonly factors: {
    readonly r: Int32Array;
    readonly shift: Uint8Array;
    readonly mean: Int32Array;
  };
}

/** Widest LayerNorm row: what the sums' widths are made for. */
export const maxLayerNormWidth = 4096;

/** V = Σ(16x - mean)² + 1 by the identity 256·Q - 32·mean·S + d·mean² + 1; u64, at least 1. */
export function layerNormVariance(sum: number, squares: bigint, mean: number, d: number): bigint {
  const [s, m] = [BigInt(sum), BigInt(mean)];
  const cross = assertSignedBig(32n * m * s, 65, "layernorm cross term");
  const constant = assertUnsignedBig(BigInt(d) * m * m, 63, "layernorm constant term");
  return assertUnsignedBig(256n * squares - cross + constant + 1n, 64, "layernorm variance");
}

/** Row unit: from S = Σx (s34) and Q = Σx² (u55) over d elements to the factor of the row. */
export function layerNormRowFactor(
  sum: number,
  squares: bigint,
  d: number,
  { recip, shift: meanShift }: MeanReciprocal,
): LayerNormRowFactor {
  assertSigned(sum, 34, "layernorm sum");
  assertUnsignedBig(squares, 55, "layernorm squares");
  assertUnsigned(recip, 32, "layernorm mean reciprocal");
  assertUnsigned(meanShift, 6, "layernorm mean shift");
  const product = assertSignedBig(BigInt(sum) * BigInt(recip), 66, "layernorm mean product");
  const mean = saturateSigned(Number(roundShiftBig(product, BigInt(meanShift))), 26);

  const variance = layerNormVariance(sum, squares, mean, d);
  const length = variance.toString(2).length;
  const k = 2 * Math.ceil((length - 32) / 2);
  const normalised = Number(k >= 0 ? variance >> BigInt(k) : variance << BigInt(-k));
  assertUnsigned(normalised, 32, "layernorm normalised variance");
  // What 16 digit-by-digit steps give: n² - 1 has its root 2^-17 or more below n, so the double's rounding cannot reach n.
  const root = Math.floor(Math.sqrt(normalised));
  assertUnsigned(root - 2 ** 15, 15, "layernorm root above 2^15");
  const r = assertUnsigned(Math.floor(2 ** 31 / root), 17, "layernorm reciprocal");
  return { r, shift: assertUnsigned(15 + k / 2, 6, "layernorm shift"), mean };
}

/** n: (16x - mean) / sqrt(V) in Q1.16, s18. x s22. */
export function layerNormNormalised(x: number, { r, shift, mean }: LayerNormRowFactor): number {
  const deviation = assertSigned(16 * x - mean, 27, "layernorm deviation");
  const product = assertSigned(deviation * r, 44, "layernorm product");
  return saturateSigned(roundShift(product, shift), 18);
}

/** y: n · G + B, shifted and saturated to s8. */
export function layerNormOutput(n: number, gain: number, offset: number, exponent: number): number {
  const product = assertSigned(n * gain, 34, "layernorm gain product");
  const total = assertSigned(product + offset, 35, "layernorm output sum");
  return saturateSigned(roundShift(total, exponent), 8);
}

/** x: the accumulator in LayerNorm's input scale, s22. */
export function layerNormInput(acc: number, m: number, e: number): number {
  assertSigned(acc, 32, "layernorm accumulator");
  return saturateSigned(dyadic(acc, m, e), 22);
}

/** Σx and Σx² of one row; squares are summed in runs of 2048, which stay below 2^53. */
function rowSums(x: Int32Array): { readonly sum: number; readonly squares: bigint } {
  let sum = 0;
  let squares = 0n;
  for (let start = 0; start < x.length; start += 2048) {
    let run = 0;
    for (let i = start; i < Math.min(x.length, start + 2048); i++) {
      sum += x[i]!;
      run += x[i]! * x[i]!;
    }
    squares += BigInt(run);
  }
  return { sum, squares };
}

/**
 * LayerNorm over the columns: acc s32 [rows][cols] → s8 [rows][cols]; at most 4096 columns.
 * Source: I-BERT (arXiv 2101.01321), section 3.6; digit-by-digit root and one reciprocal a row instead of divisions.
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
  const output = new Int8Array(acc.length);
  const sums = new Float64Array(rows);
  const squares: bigint[] = [];
  const factors = { r: new Int32Array(rows), shift: new Uint8Array(rows), mean: new Int32Array(rows) };
  const x = new Int32Array(cols);
  for (let row = 0; row < rows; row++) {
    const start = row * cols;
    for (let col = 0; col < cols; col++) x[col] = layerNormInput(acc[start + col]!, m[col]!, e[col]!);
    const total = rowSums(x);
    const factor = layerNormRowFactor(total.sum, total.squares, cols, constants.mean);
    for (let col = 0; col < cols; col++) {
      const n = layerNormNormalised(x[col]!, factor);
      output[start + col] = layerNormOutput(n, constants.gain[col]!, constants.offset[col]!, constants.exponent);
    }
    sums[row] = total.sum;
    squares.push(total.squares);
    factors.r[row] = factor.r;
    factors.shift[row] = factor.shift;
    factors.mean[row] = factor.mean;
  }
  return { output, rows: { sum: sums, squares, factors } };
}
