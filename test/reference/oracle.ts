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

/** Post shifts of the formats behind the pre-shifter. */
export const post = { byte: 17n, fixed: 11n, exponent: 9n } as const;

/** x · m · 2^-e: shifted to a word of 17 bits first, then multiplied, then shifted by the format's constant. */
export function dyadic(x: bigint, m: bigint, e: bigint, format: keyof typeof post): bigint {
  const left = (x << 10n) >> (e - post[format] + 10n);
  return rshr(sat(left, 17n) * m, post[format]);
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
  const u = satu(dyadic(difference, m, e, "exponent"), 17n);
  return rshr(8n * mantissa(u & 4095n), u >> 12n);
}

/** 2^-f in Q.13, in eight straight pieces. */
export function mantissa(f: bigint): bigint {
  const piece = Number(f / 512n);
  const base = [7510n, 6887n, 6318n, 5790n, 5311n, 4872n, 4465n, 4097n][piece]!;
  const slope = [85n, 78n, 71n, 66n, 60n, 55n, 51n, 46n][piece]!;
  return base + (slope * (511n - (f % 512n))) / 64n;
}

/** 2^26 / n to the nearest, in eleven bits. */
export function reciprocal(n: bigint): bigint {
  return minimum(2047n, ((1n << 27n) / n + 1n) >> 1n);
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
  const length = bitLength(sum);
  const n = length >= 16n ? sum >> (length - 16n) : sum << (16n - length);
  const r = sum === 0n ? 0n : reciprocal(n);
  const shift = length < 6n ? 0n : length - 6n;
  return {
    sum,
    r,
    shift,
    probabilities: exps.map((ex) => minimum(255n, rshr(ex * r, 8n + shift))),
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

/** The row unit of LayerNorm on x (s15), the variance as the sum of squares it stands for. */
export function layerNormRow(x: readonly bigint[], recip: bigint, meanShift: bigint): LayerNormRow {
  const sum = x.reduce((a, b) => a + b, 0n);
  const squares = x.reduce((a, b) => a + b * b, 0n);
  const mean = sat(rshr(sum * recip, meanShift), 19n);
  const variance = x.reduce((total, value) => total + (16n * value - mean) ** 2n, 1n);
  let k = -30n;
  while (k < 0n ? variance << -k >= 1n << 32n : variance >> k >= 1n << 32n) k += 2n;
  const root = squareRoot(k < 0n ? variance << -k : variance >> k);
  return { sum, squares, variance, r: reciprocal(root), shift: k / 2n < -12n ? 0n : 12n + k / 2n, mean };
}

export function layerNormElement(x: bigint, row: LayerNormRow, gain: bigint, offset: bigint, e: bigint): bigint {
  return affine(normalised(x, row), gain, offset, e);
}

export const affine = (n: bigint, gain: bigint, offset: bigint, e: bigint): bigint =>
  sat(rshr(n * gain + 256n * offset, e), 8n);

/** The deviation over sigma and sqrt(d), in Q.15: rounded down to 16 bits first, and up after the product. */
export function normalised(x: bigint, row: LayerNormRow): bigint {
  const deviation = BigInt.asIntN(16, ((16n * x - row.mean) << 11n) >> row.shift);
  return -((-deviation * row.r) >> 10n);
}

/** Algorithm 4 of I-BERT, word for word. */
export function iSqrt(n: bigint): bigint {
  if (n === 0n) return 0n;
  let x = 1n << ((bitLength(n) + 1n) / 2n);
  for (;;) {
    const next = (x + n / x) / 2n;
    if (next >= x) return x;
    x = next;
  }
}

/** The row unit of I-BERT's LayerNorm: the deviations squared one by one, and the upper 14 bits of 1 / sigma. */
export function ibertRow(x: readonly bigint[], recip: bigint, meanShift: bigint): LayerNormRow {
  const sum = x.reduce((a, b) => a + b, 0n);
  const squares = x.reduce((a, b) => a + b * b, 0n);
  const mean = sat(rshr(sum * recip, meanShift + 4n), 15n);
  const variance = x.reduce((total, value) => total + (value - mean) ** 2n, 0n);
  if (variance === 0n) return { sum, squares, variance, r: 0n, shift: 0n, mean };
  const factor = (1n << 40n) / iSqrt(variance);
  const dropped = bitLength(factor) - 14n;
  return {
    sum,
    squares,
    variance,
    r: factor >> dropped,
    shift: 27n - dropped,
    mean,
  };
}

/** floor((x - mean) · factor) in Q.15, of which the hardware has 17 bits. */
export function ibertNormalised(x: bigint, row: LayerNormRow): bigint {
  const product = (x - row.mean) * row.r;
  return BigInt.asIntN(17, (product << 2n) >> row.shift);
}

export function gelu(x: bigint): bigint {
  const magnitude = minimum(x < 0n ? -x - 1n : x, 8191n);
  const piece = Number(magnitude / 1024n);
  const base = [1276n, 648n, 269n, 89n, 24n, 7n, 3n, 0n][piece]!;
  const slope = [47n, 38n, 23n, 11n, 4n, 1n, 0n, 0n][piece]!;
  const complement = base + (slope * (31n - ((magnitude / 32n) % 32n))) / 2n;
  return (x * (x < 0n ? complement : 4095n - complement)) >> 11n;
}

/** The words of an array as BigInts. */
export function big(values: Iterable<number>): bigint[] {
  return Array.from(values, BigInt);
}
