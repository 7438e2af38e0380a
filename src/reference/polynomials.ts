/**
 * The polynomials themselves, over real numbers: I-BERT's (arXiv 2101.01321) for its published error figures, and the
 * base-2 exponential of this specification. No part of the integer path.
 */

/** i-exp (section 3.5): exp(x) for x <= 0, by x = -z·ln2 + p and 0.3585 (p + 1.353)² + 0.344 on p in (-ln2, 0]. */
export function iExp(x: number): number {
  const z = Math.floor(-x / Math.LN2);
  const p = x + z * Math.LN2;
  return (0.3585 * (p + 1.353) ** 2 + 0.344) * 2 ** -z;
}

/** i-erf (section 3.4): sgn(x) · (-0.2888 (min(|x|, 1.769) - 1.769)² + 1). */
export function iErf(x: number): number {
  return Math.sign(x) * (-0.2888 * (Math.min(Math.abs(x), 1.769) - 1.769) ** 2 + 1);
}

/** i-GELU (section 3.4): x/2 · (1 + i-erf(x/√2)). */
export function iGelu(x: number): number {
  return (x / 2) * (1 + iErf(x / Math.SQRT2));
}

/** 2^-f on f in [0, 1] with the coefficients of `exp2Fraction`, before any rounding. */
export function exp2Polynomial(f: number): number {
  return 1 - (44047 / 65536) * f + (11277 / 65536) * f * f;
}
