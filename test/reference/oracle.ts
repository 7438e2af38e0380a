/**
 * The numerics once more, in BigInt only and without a thought for speed: formula by formula as specified, no shared code with
 * src/reference. Shapes are single elements and single rows.
 */

export function rshr(x: bigint, s: bigint): bigint {
  return s === 0n ? x : ((x >> (s - 1n)) + 1n) >> 1n;
}

export function sat(x: bigint, bits: bigint): bigint {
  const top = 1n << (bits - 1n);
  return x < -top ? -top : x >= top ? top - 1n : x;
}

export function satu(x: bigint, bits: bigint): bigint {
  const top = 1n << bits;
  return x < 0n ? 0n : x >= top ? top - 1n : x;
}

export function bitLength(x: bigint): bigint {
  let bits = 0n;
  for (let rest = x; rest > 0n; rest >>= 1n) bits++;
  return bits;
}

export function minimum(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

export function dyadic(x: bigint, m: bigint, e: bigint): bigint {
  return rshr(x * m, e);
}

/** Largest q with q² <= value, bit by bit. */
export function squareRoot(value: bigint): bigint {
  let root = 0n;
  for (let bit = 1n << 40n; bit > 0n; bit >>= 1n) {
    if ((root + bit) * (root + bit) <= value) root += bit;
  }
  return root;
}

export function exp(difference: bigint, m: bigint, e: bigint): bigint {
  const u = satu(dyadic(difference, m, e), 17n);
  const f = u & 4095n;
  const v = 65536n - rshr(44047n * f * 4096n - 11277n * f * f, 24n);
  return minimum(65535n, rshr(v, u >> 12n));
}

export interface SoftmaxRow {
  readonly sum: bigint;
  readonly r: bigint;
  readonly shift: bigint;
  readonly probabilities: readonly bigint[];
  readonly deferred: readonly bigint[];
}

/** One row of Softmax, the columns from `valid` on masked. */
export function softmaxRow(scores: readonly bigint[], valid: number, m: bigint, e: bigint): SoftmaxRow {
  const visible = scores.slice(0, valid);
  const max = visible.reduce((a, b) => (a > b ? a : b), -(1n << 31n));
  const exps = scores.map((score, col) => (col < valid ? exp(max - score, m, e) : 0n));
  const sum = exps.reduce((a, b) => a + b, 0n);
  const shift = sum === 0n ? 16n : bitLength(sum);
  const n = shift >= 16n ? sum >> (shift - 16n) : sum << (16n - shift);
  const r = sum === 0n ? 0n : minimum(65535n, (1n << 31n) / n);
  return {
    sum,
    r,
    shift,
    probabilities: exps.map((ex) => minimum(255n, rshr(ex * r, 7n + shift))),
    deferred: exps.map((ex) => minimum(255n, rshr(ex, 8n))),
  };
}

export interface LayerNormRow {
  readonly sum: bigint;
  readonly squares: bigint;
  readonly variance: bigint;
  readonly r: bigint;
  readonly shift: bigint;
  readonly mean: bigint;
}

/** The row unit of LayerNorm on x (s22), the variance as the sum of squares it stands for. */
export function layerNormRow(x: readonly bigint[], recip: bigint, meanShift: bigint): LayerNormRow {
  const sum = x.reduce((a, b) => a + b, 0n);
  const squares = x.reduce((a, b) => a + b * b, 0n);
  const mean = sat(rshr(sum * recip, meanShift), 26n);
  const variance = x.reduce((total, value) => total + (16n * value - mean) ** 2n, 1n);
  let k = -30n;
  while (k < 0n ? variance << -k >= 1n << 32n : variance >> k >= 1n << 32n) k += 2n;
  const root = squareRoot(k < 0n ? variance << -k : variance >> k);
  return { sum, squares, variance, r: (1n << 31n) / root, shift: 15n + k / 2n, mean };
}

export function layerNormElement(x: bigint, row: LayerNormRow, gain: bigint, offset: bigint, e: bigint): bigint {
  const n = sat(rshr((16n * x - row.mean) * row.r, row.shift), 18n);
  return sat(rshr(n * gain + offset, e), 8n);
}

export function gelu(x: bigint): bigint {
  const magnitude = x < 0n ? -x : x;
  const t = 5124n - minimum(magnitude, 5124n);
  const erf = 65536n - ((9463n * t * t) >> 22n);
  return x * (65536n + (x < 0n ? -erf : erf));
}

/** The words of an array as BigInts. */
export function big(values: Iterable<number>): bigint[] {
  return Array.from(values, BigInt);
}
