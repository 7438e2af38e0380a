/** The float functions the integer ones are measured against, in double precision. */

/** Error function, to about 1e-15: the series 2/√π · e^-x² · Σ 2^n x^(2n+1) / (2n+1)!!, whose terms are all positive. */
export function erf(x: number): number {
  if (Math.abs(x) >= 6) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** GELU(x) = x/2 · (1 + erf(x/√2)). */
export function floatGelu(x: number): number {
  return (x / 2) * (1 + erf(x / Math.SQRT2));
}

/** Softmax of one row of real scores; entries from `valid` on are masked and come out as 0. */
export function floatSoftmax(row: ArrayLike<number>, valid: number = row.length): Float64Array {
  const out = new Float64Array(row.length);
  let max = -Infinity;
  for (let i = 0; i < valid; i++) max = Math.max(max, row[i]!);
  let sum = 0;
  for (let i = 0; i < valid; i++) sum += out[i] = Math.exp(row[i]! - max);
  return out.map((exp) => (sum === 0 ? 0 : exp / sum));
}

/** LayerNorm of one row: (x - mean) / sqrt(variance + epsilon) · gamma + beta; a constant row gives beta, whatever epsilon. */
export function floatLayerNorm(
  row: ArrayLike<number>,
  gamma: ArrayLike<number>,
  beta: ArrayLike<number>,
  epsilon = 0,
): Float64Array {
  const d = row.length;
  // Relative to the first element, so that a constant row has a variance of exactly 0.
  const shifted = Float64Array.from(row, (value) => value - row[0]!);
  const mean = shifted.reduce((sum, value) => sum + value, 0) / d;
  const variance = shifted.reduce((sum, value) => sum + (value - mean) ** 2, 0) / d;
  const sigma = Math.sqrt(variance + epsilon);
  return shifted.map((value, i) => (sigma === 0 ? 0 : (value - mean) / sigma) * gamma[i]! + beta[i]!);
}
