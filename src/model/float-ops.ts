import type { LayerNorm, Linear } from "./weights.ts";

/** y[rows][outputs] = x[rows][inputs] · weightᵀ + bias; products summed in double precision, stored as floats. */
export function linearFloat(x: Float32Array, rows: number, layer: Linear): Float32Array {
  const { inputs, outputs, weight, bias } = layer;
  const y = new Float32Array(rows * outputs);
  // Four outputs at a time share each load of x; nothing more is needed for the sizes of a host-side check.
  for (let row = 0; row < rows; row++) {
    const at = row * inputs;
    let column = 0;
    for (; column + 4 <= outputs; column += 4) {
      const w0 = column * inputs;
      const w1 = w0 + inputs;
      const w2 = w1 + inputs;
      const w3 = w2 + inputs;
      let s0 = bias[column]!;
      let s1 = bias[column + 1]!;
      let s2 = bias[column + 2]!;
      let s3 = bias[column + 3]!;
      for (let k = 0; k < inputs; k++) {
        const value = x[at + k]!;
        s0 += value * weight[w0 + k]!;
        s1 += value * weight[w1 + k]!;
        s2 += value * weight[w2 + k]!;
        s3 += value * weight[w3 + k]!;
      }
      const out = row * outputs + column;
      y[out] = s0;
      y[out + 1] = s1;
      y[out + 2] = s2;
      y[out + 3] = s3;
    }
    for (; column < outputs; column++) {
      let sum = bias[column]!;
      for (let k = 0; k < inputs; k++) sum += x[at + k]! * weight[column * inputs + k]!;
      y[row * outputs + column] = sum;
    }
  }
  return y;
}

/** LayerNorm of every row of x[rows][columns]. */
export function layerNormFloat(x: Float32Array, columns: number, norm: LayerNorm, epsilon: number): Float32Array {
  const y = new Float32Array(x.length);
  for (let start = 0; start < x.length; start += columns) {
    let sum = 0;
    for (let i = 0; i < columns; i++) sum += x[start + i]!;
    const mean = sum / columns;
    let squares = 0;
    for (let i = 0; i < columns; i++) squares += (x[start + i]! - mean) ** 2;
    const factor = 1 / Math.sqrt(squares / columns + epsilon);
    for (let i = 0; i < columns; i++) y[start + i] = (x[start + i]! - mean) * factor * norm.gamma[i]! + norm.beta[i]!;
  }
  return y;
}

/** Softmax of `row` in place over its first `valid` elements; the others become 0. */
export function softmaxFloat(row: Float32Array, valid: number): void {
  let max = -Infinity;
  for (let i = 0; i < valid; i++) max = Math.max(max, row[i]!);
  let sum = 0;
  for (let i = 0; i < valid; i++) {
    row[i] = Math.exp(row[i]! - max);
    sum += row[i]!;
  }
  for (let i = 0; i < row.length; i++) row[i] = i < valid ? row[i]! / sum : 0;
}

/** The error function, by Abramowitz and Stegun 7.1.26: absolute error at most 1.5e-7. */
export function erf(x: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const polynomial = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return Math.sign(x) * (1 - polynomial * Math.exp(-x * x));
}

/** GELU with the error function, as in BERT: x · Φ(x). */
export function geluFloat(x: number): number {
  return 0.5 * x * (1 + erf(x * Math.SQRT1_2));
}

/** The activations a feed-forward network may have. */
export const activationFunctions = {
  gelu: geluFloat,
  relu: (x: number): number => Math.max(0, x),
} as const;

/** Element-wise sum. */
export function addFloat(a: Float32Array, b: Float32Array): Float32Array {
  return a.map((value, i) => value + b[i]!);
}
