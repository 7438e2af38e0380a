/**
 * LayerNorm as I-BERT has it (arXiv 2101.01321, section 3.6), from sums to normalised values: whole mean, i-sqrt by Newton's
 * method, one floor of a quotient a row and one floor of a product an element. Where it differs from the paper docs/numerics.md says.
 */
import { rowMean } from "./layernorm-row.ts";
import type { LayerNormRowFactor, MeanReciprocal } from "./layernorm-row.ts";
import { assertSigned, assertUnsigned, bitLength, powerOfTwo } from "./width.ts";

/** Bits of V, and Newton's steps after which a root of so many bits is found whatever V is. */
const VARIANCE_BITS = 42;
const NEWTON_STEPS = 5;
/** Bits of 1 / sigma that the lanes multiply by, from its highest on. */
const FACTOR_BITS = 14;
/** Fraction bits of 16 / d that the whole mean does not keep. */
const MEAN_FRACTION_BITS = 4;

/**
 * floor(sqrt(n)) of a u42, algorithm 4: x = floor((x + floor(n / x)) / 2), until that does not fall. The paper divides once more to
 * see that it does not; five steps are always enough: the first x is at most 2 · sqrt(n), and five steps leave less than
 * 2^-48 of it.
 */
export function newtonRoot(n: number): number {
  assertUnsigned(n, VARIANCE_BITS, "i-sqrt");
  if (n === 0) return 0;
  let root = powerOfTwo(Math.ceil(bitLength(n) / 2));
  for (let step = 0; step < NEWTON_STEPS; step++) {
    const quotient = assertUnsigned(Math.floor(n / root), 21, "i-sqrt quotient");
    root = Math.min(root, Math.floor((root + quotient) / 2));
  }
  return assertUnsigned(root, 21, "i-sqrt root");
}

/** V = Σ(x - mean)² by the identity Q - mean · (2 S - d · mean); u42. `sum` and `squares` must be those of a row of d elements. */
export function ibertVariance(sum: number, squares: number, mean: number, d: number): number {
  const cross = assertSigned(2 * sum - d * mean, 29, "i-layernorm cross term");
  const product = assertSigned(mean * cross, 43, "i-layernorm cross product");
  return assertUnsigned(squares - product, VARIANCE_BITS, "i-layernorm variance");
}

/**
 * Row unit: from S = Σx (s27) and Q = Σx² (u41) over d elements to the factor of the row, r = floor(2^(13 + shift) / sigma), u14 in
 * [2^13, 2^14); shift 0..21, mean s15. A row without deviations has r 0.
 */
export function ibertRowFactor(
  sum: number,
  squares: number,
  d: number,
  reciprocal: MeanReciprocal,
): LayerNormRowFactor {
  assertUnsigned(squares, 41, "layernorm squares");
  const mean = rowMean(sum, reciprocal, MEAN_FRACTION_BITS);

  const sigma = newtonRoot(ibertVariance(sum, squares, mean, d));
  if (sigma === 0) return { r: 0, shift: 0, mean };
  // The least power of two that is not below sigma.
  const shift = assertUnsigned(bitLength(sigma - 1), 5, "i-layernorm shift");
  const r = Math.floor(powerOfTwo(FACTOR_BITS - 1 + shift) / sigma);
  return { r: assertUnsigned(r, FACTOR_BITS, "i-layernorm factor"), shift, mean };
}

/** n: floor((x - mean) · factor), Q.15, s17. x s15; of a row that has such an x, |x - mean| is at most sigma, and |n| at most 1. */
export function ibertNormalised(x: number, { r, shift, mean }: LayerNormRowFactor): number {
  assertSigned(x, 15, "layernorm input");
  const deviation = assertSigned(x - mean, 16, "i-layernorm deviation");
  const product = assertSigned(deviation * r, 30, "i-layernorm product");
  // The lower 17 bits, where the factor is another row's.
  return (Math.floor(product * powerOfTwo(2 - shift)) << 15) >> 15;
}
