/** I-BERT's own integer algorithms, against the mathematics they approximate and against what the paper claims of them. */
import { describe, expect, test } from "vitest";
import {
  floatGelu,
  floatLayerNorm,
  floatSoftmax,
  iExp,
  iExpConstants,
  iExpInteger,
  iGelu,
  iGeluInteger,
  iLayerNorm,
  iSoftmax,
  iSqrt,
} from "../../src/reference/index.ts";
import { compareAccuracy } from "../../src/studies/index.ts";
import { describeRandom } from "./random.ts";

describe("i-exp", () => {
  const scale = 1e-4;
  const constants = iExpConstants(scale);
  const values = Array.from({ length: 5000 }, (_, i) => 20 * i);
  const real = (distance: number): number => iExpInteger(distance, constants) * constants.scale;

  test("is the real polynomial but for its floors, and errs by the 1.9e-3 of the paper", () => {
    let [toPolynomial, toExp] = [0, 0];
    for (const distance of values) {
      toPolynomial = Math.max(toPolynomial, Math.abs(real(distance) - iExp(-distance * scale)));
      toExp = Math.max(toExp, Math.abs(real(distance) - Math.exp(-distance * scale)));
    }
    expect(toPolynomial).toBeLessThan(2e-4);
    expect(toExp).toBeCloseTo(1.9e-3, 3);
  });

  test("a scale of which ln 2 is few steps costs accuracy, and one of which it is none is an error", () => {
    const coarse = iExpConstants(0.2);
    expect(Math.abs(iExpInteger(20, coarse) * coarse.scale - Math.exp(-4))).toBeGreaterThan(5e-3);
    expect(() => iExpConstants(0.7)).toThrow(/i-exp at scale 0.7/);
    expect(() => iExpConstants(1e-5)).toThrow(RangeError);
  });
});

describeRandom("i-sqrt", (random) => {
  test("is the floor of the square root", () => {
    for (let i = 0; i < 2000; i++) {
      const n = random.unsigned(32);
      expect(iSqrt(n).root).toBe(Math.floor(Math.sqrt(n)));
    }
  });

  test("takes more divisions than the four that the paper states", () => {
    let most = 0;
    for (let n = 2 ** 30; n < 2 ** 32; n += 99_991) most = Math.max(most, iSqrt(n).steps);
    expect(most).toBeGreaterThan(4);
    expect(most).toBeLessThanOrEqual(6);
  });
});

describeRandom("i-softmax and i-layernorm", (random) => {
  test("probabilities are within 4 of float, and never sum to more than 256", () => {
    for (let row = 0; row < 50; row++) {
      const scores = Int32Array.from({ length: 128 }, () => Math.round(random.gaussian() * 2000));
      const exact = floatSoftmax(Float64Array.from(scores, (x) => x * 1e-3));
      const got = iSoftmax(scores, 1e-3);
      got.forEach((p, i) => {
        expect(Math.abs(p - 256 * exact[i]!)).toBeLessThanOrEqual(4);
      });
      expect(got.reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(256);
    }
  });

  test("i-layernorm: gamma and beta, and a constant row divides by zero", () => {
    const [d, outputScale] = [256, 1 / 16];
    const gamma = Float64Array.from({ length: d }, () => 1 + 0.2 * random.unit());
    const beta = Float64Array.from({ length: d }, () => random.unit() - 0.5);
    const options = { shift: 0, gamma, beta, outputScale };
    const x = Int32Array.from({ length: d }, () => Math.round(random.gaussian() * 1000));
    const exact = floatLayerNorm(x, gamma, beta);
    iLayerNorm(x, options)!.forEach((y, i) => {
      expect(Math.abs(y - exact[i]! / outputScale)).toBeLessThanOrEqual(1);
    });
    expect(iLayerNorm(new Int32Array(d).fill(5), options)).toBeUndefined();
  });
});

test("i-GELU of 22 bits is the real polynomial; Linf on [-4, 4] is the paper's .018", () => {
  const [scale, outputScale] = [4 / 2 ** 19, 4 / 127];
  let largest = 0;
  for (let i = -1000; i <= 1000; i++) {
    const x = (4 * i) / 1000;
    const y = iGeluInteger(Math.round(x / scale), { scale, bits: 22, drop: 14, outputScale });
    expect(Math.abs(y * outputScale - iGelu(x))).toBeLessThanOrEqual(0.51 * outputScale);
    largest = Math.max(largest, Math.abs(iGelu(x) - floatGelu(x)));
  }
  expect(largest).toBeCloseTo(0.018, 3);
});

describe("the comparison", () => {
  const rows = compareAccuracy();

  test("is the same in every call", () => {
    expect(compareAccuracy()).toEqual(rows);
  });

  test("the functions of the accelerator stay within their tolerances on its rows", () => {
    const limit = { Softmax: 1, LayerNorm: 2, GELU: 2 } as const;
    for (const row of rows) expect(row.ours.max, row.rows).toBeLessThanOrEqual(limit[row.function]);
  });

  test("I-BERT's Softmax and LayerNorm are nowhere closer to float by more than a tenth", () => {
    for (const { function: name, ibert, ours, rows: kind } of rows) {
      if (name === "GELU") continue;
      for (const figure of Object.values(ibert)) {
        if (figure !== undefined) expect(figure.max, kind).toBeGreaterThan(ours.max - 0.1);
      }
    }
  });
});
