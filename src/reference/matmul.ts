import { assertLength } from "./shape.ts";
import { WidthError } from "./width.ts";

/** A product [rows][inner] · [inner][cols]. */
export interface MatmulShape {
  readonly rows: number;
  readonly inner: number;
  readonly cols: number;
}

/** `"inner-cols"`: w stored [inner][cols], the weights' usual layout. `"cols-inner"`: stored [cols][inner], as K in Q·Kᵀ. */
export type WeightLayout = "inner-cols" | "cols-inner";

export interface MatmulOptions {
  /** Layout of an unpacked `w`; default `"inner-cols"`. */
  readonly layout?: WeightLayout;
  /** Accumulator contents to start from, [rows][cols] (see preload.ts); default zeros. */
  readonly initial?: Int32Array;
  /** A sum beyond s32 throws {@link WidthError} (`"assert"`, default) or wraps as the hardware's accumulator does (`"wrap"`). */
  readonly overflow?: "assert" | "wrap";
}

/**
 * Weights made ready for {@link matmul}, worth keeping when they are used again.
 *
 * Two columns share one double: w0 + w1 · 2^26. A double multiply-add then does two MACs, exactly, as long as the low sum
 * stays within ±2^25: at most 1024 products of u8 · s8. `pairs` is [column pairs, rounded up to even][inner].
 */
export interface PackedWeights {
  readonly pairs: Float64Array;
  readonly inner: number;
  readonly cols: number;
}

const pairScale = 2 ** 26;
/** Products summed before a pair is taken apart; half of what the fields hold, and its operands fit a 32 KiB L1 cache. */
const innerBlock = 512;

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}

/** Packs int8 weights for {@link matmul}; `layout` says how `w` is stored. */
export function packWeights(
  w: Int8Array,
  { inner, cols }: { readonly inner: number; readonly cols: number },
  layout: WeightLayout = "inner-cols",
): PackedWeights {
  assertLength("w", w.length, { rows: inner, cols });
  const pairs = new Float64Array((roundUp(cols, 4) / 2) * inner);
  const [innerStride, colStride] = layout === "inner-cols" ? [cols, 1] : [1, inner];
  for (let col = 0; col < cols; col++) {
    const factor = col % 2 === 0 ? 1 : pairScale;
    const base = (col >> 1) * inner;
    for (let k = 0, at = col * colStride; k < inner; k++, at += innerStride) {
      pairs[base + k]! += w[at]! * factor;
    }
  }
  return { pairs, inner, cols };
}

/** Adds a pair sum to its two columns at `out[at]`, `out[at + 1]`. */
function addPair(out: Float64Array, at: number, sum: number): void {
  const high = Math.round(sum / pairScale);
  out[at]! += sum - high * pairScale;
  out[at + 1]! += high;
}

/** out [rows4][cols4] += a [rows4][inner] · pairs over inner indices from..to-1; four rows by two pairs in registers. */
function accumulateBlock(
  out: Float64Array,
  a: Float64Array,
  { pairs, inner }: PackedWeights,
  rows4: number,
  cols4: number,
  from: number,
  to: number,
): void {
  for (let pair = 0; pair < cols4 / 2; pair += 2) {
    const w0 = pair * inner;
    const w1 = w0 + inner;
    for (let row = 0; row < rows4; row += 4) {
      const a0 = row * inner;
      const a1 = a0 + inner;
      const a2 = a1 + inner;
      const a3 = a2 + inner;
      let s00 = 0;
      let s01 = 0;
      let s10 = 0;
      let s11 = 0;
      let s20 = 0;
      let s21 = 0;
      let s30 = 0;
      let s31 = 0;
      for (let k = from; k < to; k++) {
        const y0 = pairs[w0 + k]!;
        const y1 = pairs[w1 + k]!;
        const x0 = a[a0 + k]!;
        const x1 = a[a1 + k]!;
        const x2 = a[a2 + k]!;
        const x3 = a[a3 + k]!;
        s00 += x0 * y0;
        s01 += x0 * y1;
        s10 += x1 * y0;
        s11 += x1 * y1;
        s20 += x2 * y0;
        s21 += x2 * y1;
        s30 += x3 * y0;
        s31 += x3 * y1;
      }
      let at = row * cols4 + 2 * pair;
      addPair(out, at, s00);
      addPair(out, at + 2, s01);
      at += cols4;
      addPair(out, at, s10);
      addPair(out, at + 2, s11);
      at += cols4;
      addPair(out, at, s20);
      addPair(out, at + 2, s21);
      at += cols4;
      addPair(out, at, s30);
      addPair(out, at + 2, s31);
    }
  }
}

/**
 * GEMM: initial + a · w as s32, [rows][cols]. a s8 or u8 [rows][inner]; w s8, or packed by {@link packWeights}.
 * Throws {@link WidthError} when a sum leaves s32 and `overflow` is not `"wrap"`.
 */
export function matmul(
  a: Int8Array | Uint8Array,
  w: Int8Array | PackedWeights,
  { rows, inner, cols }: MatmulShape,
  options: MatmulOptions = {},
): Int32Array {
  assertLength("a", a.length, { rows, cols: inner });
  const weights = w instanceof Int8Array ? packWeights(w, { inner, cols }, options.layout) : w;
  if (weights.inner !== inner || weights.cols !== cols) {
    throw new RangeError(`packed weights are ${weights.inner}x${weights.cols}, the shape asks for ${inner}x${cols}`);
  }
  if (options.initial !== undefined) assertLength("initial", options.initial.length, { rows, cols });

  // The kernel has no edges: operands and sums are padded with zeros to multiples of four.
  const rows4 = roundUp(rows, 4);
  const cols4 = roundUp(cols, 4);
  const padded = new Float64Array(rows4 * inner);
  padded.set(a);
  const sums = new Float64Array(rows4 * cols4);
  for (let from = 0; from < inner; from += innerBlock) {
    accumulateBlock(sums, padded, weights, rows4, cols4, from, Math.min(inner, from + innerBlock));
  }
  return toAccumulator(sums, cols4, { rows, cols }, options);
}

/** The sums plus the initial contents as s32. */
function toAccumulator(
  sums: Float64Array,
  stride: number,
  { rows, cols }: { readonly rows: number; readonly cols: number },
  { initial, overflow }: MatmulOptions,
): Int32Array {
  const out = new Int32Array(rows * cols);
  for (let row = 0; row < rows; row++) {
    for (let col = 0; col < cols; col++) {
      const at = row * cols + col;
      const exact = sums[row * stride + col]! + (initial === undefined ? 0 : initial[at]!);
      const word = exact | 0;
      if (word !== exact && overflow !== "wrap") throw new WidthError(`matmul sum [${row}][${col}]`, exact, "s32");
      out[at] = word;
    }
  }
  return out;
}
