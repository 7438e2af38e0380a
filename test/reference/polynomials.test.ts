import { describe, expect, test } from "vitest";
import {
  erf,
  floatGelu,
  floatLayerNorm,
  floatSoftmax,
  iErf,
  iExp,
  iExpPrinted,
  iGelu,
} from "../../src/reference/index.ts";

/** Largest and root-mean-square difference of two functions on an even grid. */
function difference(
  f: (x: number) => number,
  g: (x: number) => number,
  low: number,
  high: number,
): { max: number; rms: number } {
  const steps = 100_000;
  let max = 0;
  let squares = 0;
  for (let i = 0; i <= steps; i++) {
    const x = low + ((high - low) * i) / steps;
    const error = Math.abs(f(x) - g(x));
    max = Math.max(max, error);
    squares += error * error;
  }
  return { max, rms: Math.sqrt(squares / (steps + 1)) };
}

describe("published figures of I-BERT", () => {
  test("i-exp: largest error 1.9e-3, with the released coefficients", () => {
    expect(difference(iExp, Math.exp, -Math.LN2, 0).max).toBeCloseTo(1.9e-3, 4);
    // Range reduction halves the error with each ln 2.
    expect(difference(iExp, Math.exp, -20, 0).max).toBeCloseTo(1.9e-3, 4);
  });

  test("i-exp: 2.13e-3 with the coefficients as printed", () => {
    expect(difference((x) => iExp(x, iExpPrinted), Math.exp, -Math.LN2, 0).max).toBeCloseTo(2.13e-3, 5);
  });

  test("i-GELU on [-4, 4]: L2 .0082, Linf .018", () => {
    const { max, rms } = difference(iGelu, floatGelu, -4, 4);
    expect(rms).toBeCloseTo(0.0082, 4);
    expect(max).toBeCloseTo(0.018, 3);
  });

  test("i-erf is odd and saturates at 1", () => {
    expect(iErf(0)).toBe(0);
    expect(iErf(1.769)).toBe(1);
    expect(iErf(5)).toBe(1);
    expect(iErf(-1)).toBe(-iErf(1));
  });
});

describe("float functions", () => {
  test("erf to 14 digits (values of Abramowitz and Stegun, table 7.1)", () => {
    expect(erf(0)).toBe(0);
    expect(erf(0.5)).toBeCloseTo(0.5204998778130465, 14);
    expect(erf(1)).toBeCloseTo(0.8427007929497149, 14);
    expect(erf(2)).toBeCloseTo(0.9953222650189527, 14);
    expect(erf(-3)).toBeCloseTo(-0.9999779095030014, 14);
    expect(erf(5.99)).toBeCloseTo(1, 14);
    expect(erf(7)).toBe(1);
    expect(erf(-7)).toBe(-1);
  });

  test("softmax sums to 1 and leaves masked columns 0", () => {
    expect(Array.from(floatSoftmax([1000, 1000, 5000], 2))).toEqual([0.5, 0.5, 0]);
    expect(Array.from(floatSoftmax([3, 4], 0))).toEqual([0, 0]);
  });

  test("layernorm of a constant row is beta", () => {
    expect(Array.from(floatLayerNorm([0.1, 0.1, 0.1], [2, 2, 2], [1, 2, 3]))).toEqual([1, 2, 3]);
    expect(Array.from(floatLayerNorm([1, 3], [2, 2], [1, 0]))).toEqual([-1, 2]);
    expect(floatLayerNorm([1, 3], [1, 1], [0, 0], 3)[1]).toBeCloseTo(0.5, 14);
  });
});
