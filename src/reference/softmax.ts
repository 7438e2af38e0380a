import { SCALE_FORMATS } from "../isa/index.ts";
import type { NormVariant } from "../isa/index.ts";
import { dyadic, roundShift } from "./dyadic.ts";
import type { Dyadic } from "./dyadic.ts";
import { iExpElement } from "./ibert-functions.ts";
import { assertLength } from "./shape.ts";
import type { MatrixShape } from "./shape.ts";
import { assertSigned, assertUnsigned, bitLength, saturateUnsigned } from "./width.ts";

/**
 * What the row unit stores for each row: r · 2^-(16 + shift) = 1 / sum, r u11 in [2^10, 2^11) (0 for an empty row),
 * shift = bit length of the sum - 6: 10..22 for every row whose maximum is among its valid columns.
 */
export interface RowFactors {
  readonly r: Int32Array;
  readonly shift: Uint8Array;
}

/** The row statistics of a Softmax: `max` s32 over the valid columns, `sum` u28 of the unrounded exps. */
export interface SoftmaxRows {
  readonly max: Int32Array;
  readonly sum: Int32Array;
  readonly factors: RowFactors;
}

/** Scores [rows][cols]; columns from `valid` on are masked (default: none). */
export interface SoftmaxShape extends MatrixShape {
  readonly valid?: number;
}

/**
 * 2^-f in eight straight pieces: its value (Q.13) at the end of each, and how much it rises towards the beginning (Q.6 for
 * each of 512 steps). Within 5.7e-4 of 2^-f and falling throughout.
 */
export const exp2Pieces = {
  base: [7510, 6887, 6318, 5790, 5311, 4872, 4465, 4097],
  slope: [85, 78, 71, 66, 60, 55, 51, 46],
} as const;

/** 8192 · 2^-f for the 12 fraction bits f, in straight pieces; u13, 4097..8188. */
export function exp2Fraction(f: number): number {
  assertUnsigned(f, 12, "exp2 fraction");
  const piece = f >> 9;
  const rise = assertUnsigned(exp2Pieces.slope[piece]! * (511 - (f & 511)), 16, "exp2 rise");
  return assertUnsigned(exp2Pieces.base[piece]! + (rise >> 6), 13, "exp2 mantissa");
}

const exp2Table = Uint16Array.from({ length: 4096 }, (_, f) => exp2Fraction(f));

/**
 * exp of a score relative to its row maximum: `difference` = max - score, u32; u16 with 65504 for 1.
 * `scale` (format `exponent`) = scale of the scores / ln 2 · 2^12, so that the exponent in base 2 comes out as Q5.12 without a division.
 * Source: I-BERT (arXiv 2101.01321), section 3.5, restated in base 2 and with straight pieces instead of its polynomial.
 */
export function expElement(difference: number, scale: Dyadic): number {
  assertUnsigned(difference, 32, "exp difference");
  const u = saturateUnsigned(dyadic(difference, scale.m, scale.e, SCALE_FORMATS.exponent), 17);
  return assertUnsigned(roundShift(8 * exp2Table[u & 4095]!, u >> 12), 16, "exp");
}

/** exp of a difference (u16), by the variant of Softmax, which settles what `scale` is made for: see `expScale`. */
export const expElements: Readonly<Record<NormVariant, (difference: number, scale: Dyadic) => number>> = {
  systole: expElement,
  ibert: iExpElement,
};

/** Row unit: the reciprocal of a sum of exps (u28) as { r, shift } of {@link RowFactors}. */
export function softmaxRowFactor(sum: number): { readonly r: number; readonly shift: number } {
  assertUnsigned(sum, 28, "softmax sum");
  if (sum === 0) return { r: 0, shift: 0 };
  const length = bitLength(sum);
  const normalised = assertUnsigned(length >= 16 ? sum >> (length - 16) : sum << (16 - length), 16, "softmax divisor");
  return { r: rowReciprocal(normalised), shift: Math.max(0, length - 6) };
}

/** r of a divisor in [2^15, 2^16): 2^26 / divisor rounded, u11 in [2^10, 2^11). */
export function rowReciprocal(divisor: number): number {
  assertUnsigned(divisor - 2 ** 15, 15, "row divisor above 2^15");
  const doubled = assertUnsigned(Math.floor(2 ** 27 / divisor), 13, "row reciprocal's quotient");
  return assertUnsigned(Math.min(2 ** 11 - 1, (doubled + 1) >> 1), 11, "row reciprocal");
}

/** Probability u8 at scale 1/256 from an exp u16 and the row's factor. */
export function probabilityElement(exp: number, r: number, shift: number): number {
  const product = assertUnsigned(exp * r, 27, "probability product");
  return Math.min(255, roundShift(product, 8 + shift));
}

/** Deferred probability u8: the exp relative to the row maximum at scale 1/256, not yet divided by the row's sum. */
export function deferredElement(exp: number): number {
  return Math.min(255, roundShift(assertUnsigned(exp, 16, "exp"), 8));
}

/** Maximum of the valid columns of one row; -2^31 when none is valid. */
function rowMaximum(scores: Int32Array, start: number, valid: number): number {
  let max = -(2 ** 31);
  for (let col = 0; col < valid; col++) max = Math.max(max, scores[start + col]!);
  return max;
}

interface SoftmaxPass {
  readonly rows: SoftmaxRows;
  /** exp u16 [rows][cols], 0 in masked columns. */
  readonly exps: Uint16Array;
}

/** The pass both variants begin with: maximum, exps and their sum, reciprocal. */
function softmaxPass(scores: Int32Array, shape: SoftmaxShape, scale: Dyadic, variant: NormVariant): SoftmaxPass {
  const element = expElements[variant];
  assertLength("scores", scores.length, shape);
  const valid = shape.valid ?? shape.cols;
  if (!(Number.isInteger(valid) && valid >= 0 && valid <= shape.cols)) {
    throw new RangeError(`${valid} valid columns of ${shape.cols}`);
  }
  const max = new Int32Array(shape.rows);
  const sums = new Int32Array(shape.rows);
  const factors = { r: new Int32Array(shape.rows), shift: new Uint8Array(shape.rows) };
  const exps = new Uint16Array(scores.length);
  for (let row = 0; row < shape.rows; row++) {
    const start = row * shape.cols;
    const top = assertSigned(rowMaximum(scores, start, valid), 32, "softmax row maximum");
    let sum = 0;
    for (let col = 0; col < valid; col++) {
      const exp = element(top - scores[start + col]!, scale);
      exps[start + col] = exp;
      sum += exp;
    }
    max[row] = top;
    sums[row] = assertUnsigned(sum, 28, "softmax sum");
    const factor = softmaxRowFactor(sum);
    factors.r[row] = factor.r;
    factors.shift[row] = factor.shift;
  }
  return { rows: { max, sum: sums, factors }, exps };
}

/**
 * Softmax over the columns: scores s32 [rows][cols] → probabilities u8 [rows][cols] at scale 1/256, masked columns 0.
 * `scale` as `expScale` makes it for the variant (default "systole"). At most 4096 columns.
 */
export function softmax(
  scores: Int32Array,
  shape: SoftmaxShape,
  scale: Dyadic,
  variant: NormVariant = "systole",
): { readonly probabilities: Uint8Array; readonly rows: SoftmaxRows } {
  const { rows, exps } = softmaxPass(scores, shape, scale, variant);
  const probabilities = new Uint8Array(scores.length);
  for (let row = 0, at = 0; row < shape.rows; row++) {
    for (let col = 0; col < shape.cols; col++, at++) {
      probabilities[at] = probabilityElement(exps[at]!, rows.factors.r[row]!, rows.factors.shift[row]!);
    }
  }
  return { probabilities, rows };
}

/**
 * Softmax with deferred normalisation: scores s32 [rows][cols] → exps u8 [rows][cols] relative to the row maximum, masked
 * columns 0. The division by the row's sum happens when P·V is requantised: pass `rows.factors` to `rowScaledRequantise`.
 */
export function softmaxDeferred(
  scores: Int32Array,
  shape: SoftmaxShape,
  scale: Dyadic,
  variant: NormVariant = "systole",
): { readonly exps: Uint8Array; readonly rows: SoftmaxRows } {
  const pass = softmaxPass(scores, shape, scale, variant);
  const exps = new Uint8Array(scores.length);
  for (let at = 0; at < exps.length; at++) exps[at] = deferredElement(pass.exps[at]!);
  return { exps, rows: pass.rows };
}
