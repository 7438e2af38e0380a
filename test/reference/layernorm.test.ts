import { describe, expect, test } from "vitest";
import {
  layerNorm,
  layerNormAffine,
  layerNormConstants,
  layerNormRowFactor,
  layerNormVariance,
  meanReciprocal,
} from "../../src/reference/index.ts";
import * as oracle from "./oracle.ts";
import { describeRandom } from "./random.ts";

const lowest = -(2 ** 21);
const highest = 2 ** 21 - 1;

describeRandom("layernorm", (random) => {
  const rows: [string, number, (col: number) => number][] = [
    ["gaussian", 768, () => Math.round(random.gaussian() * 1e5)],
    ["gaussian", 96, () => Math.round(random.gaussian() * 3)],
    ["outlier x50", 120, (col) => Math.round(random.gaussian() * 1000 * (col === 7 ? 50 : 1))],
    ["one-hot", 768, (col) => (col === 3 ? highest : 0)],
    ["one-hot of 1", 1024, (col) => (col === 3 ? 1 : 0)],
    ["all equal", 768, () => -12345],
    ["all lowest", 4096, () => lowest],
    ["all highest", 4096, () => highest],
    ["alternating extremes", 4096, (col) => (col % 2 === 0 ? lowest : highest)],
    ["alternating extremes", 4095, (col) => (col % 2 === 0 ? lowest : highest)],
    ["random extremes", 257, () => random.signed(22)],
    ["single", 1, () => random.signed(22)],
    ["pair", 2, () => random.signed(22)],
    ["three", 3, () => random.signed(4)],
  ];

  test.each(rows)("equals the oracle on a row, %s, %i wide", (_, cols, value) => {
    for (let round = 0; round < 3; round++) {
      const x = Int32Array.from({ length: cols }, (_, col) => value(col));
      const mean = meanReciprocal(cols);
      const gain = new Int16Array(cols).map(() => random.signed(16));
      const offset = new Int32Array(cols).map(() => random.signed(32));
      const exponent = random.integer(1, 48);
      const { output, rows } = layerNorm(
        x,
        { rows: 1, cols },
        { input: { m: 32768, e: 15 }, mean, gain, offset, exponent },
      );
      const want = oracle.layerNormRow(oracle.big(x), BigInt(mean.recip), BigInt(mean.shift));
      expect(BigInt(rows.sum[0]!)).toBe(want.sum);
      expect(rows.squares[0]).toBe(want.squares);
      expect(BigInt(rows.factors.r[0]!)).toBe(want.r);
      expect(BigInt(rows.factors.shift[0]!)).toBe(want.shift);
      expect(BigInt(rows.factors.mean[0]!)).toBe(want.mean);
      expect(oracle.big(output)).toEqual(
        Array.from(x, (value, col) =>
          oracle.layerNormElement(BigInt(value), want, BigInt(gain[col]!), BigInt(offset[col]!), BigInt(exponent)),
        ),
      );
    }
  });

  test("the variance by the identity is the sum of squares, for any mean", () => {
    for (let round = 0; round < 300; round++) {
      const d = random.integer(1, 64);
      const bits = random.integer(1, 22);
      const x = Array.from({ length: d }, () => random.signed(bits));
      const sum = x.reduce((a, b) => a + b, 0);
      const squares = x.reduce((a, b) => a + BigInt(b) * BigInt(b), 0n);
      const mean = random.signed(26);
      const direct = x.reduce((a, b) => a + BigInt(16 * b - mean) ** 2n, 1n);
      expect(layerNormVariance(sum, squares, mean, d)).toBe(direct);
    }
  });

  test("the mean is saturated, and no reciprocal, right or wrong for d, leaves a width", () => {
    for (let round = 0; round < 2000; round++) {
      const d = random.pick([1, 2, 16, 768, 4096]);
      const value = random.pick([lowest, highest, 0, random.signed(22)]);
      const constants = { recip: random.integer(2 ** 31, 2 ** 32 - 1), shift: random.integer(0, 63) };
      const factor = layerNormRowFactor(value * d, BigInt(d) * BigInt(value) ** 2n, d, constants);
      expect(Math.abs(factor.mean)).toBeLessThanOrEqual(2 ** 25);
      expect(factor.shift).toBeLessThanOrEqual(31);
      expect(factor.r).toBeGreaterThanOrEqual(2 ** 15);
      expect(factor.r).toBeLessThanOrEqual(2 ** 16);
    }
  });

  test("accumulators come in through their channel's multiplier, rows one by one", () => {
    const [rows, cols] = [3, 40];
    const acc = new Int32Array(rows * cols).map(() => random.signed(32));
    const constants = layerNormConstants({
      accumulatorScales: Array.from({ length: cols }, () => 1e-6 * (1 + random.unit())),
      inputScale: 2e-3,
      gamma: Array.from({ length: cols }, () => random.gaussian()),
      beta: Array.from({ length: cols }, () => random.gaussian()),
      outputScale: 0.02,
    });
    const { m, e } = constants.input as { m: Uint16Array; e: Uint8Array };
    const { output } = layerNorm(acc, { rows, cols }, constants);
    for (let row = 0; row < rows; row++) {
      const x = Array.from({ length: cols }, (_, col) =>
        oracle.sat(oracle.dyadic(BigInt(acc[row * cols + col]!), BigInt(m[col]!), BigInt(e[col]!)), 22n),
      );
      const want = oracle.layerNormRow(x, BigInt(constants.mean.recip), BigInt(constants.mean.shift));
      for (let col = 0; col < cols; col++) {
        const [gain, offset] = [BigInt(constants.gain[col]!), BigInt(constants.offset[col]!)];
        expect(BigInt(output[row * cols + col]!)).toBe(
          oracle.layerNormElement(x[col]!, want, gain, offset, BigInt(constants.exponent)),
        );
      }
    }
  });

  test("the widest sum of squares needs its 55th bit", () => {
    const cols = 4096;
    const { rows } = layerNorm(
      new Int32Array(cols).fill(-(2 ** 31)),
      { rows: 1, cols },
      {
        input: { m: 32768, e: 15 },
        mean: meanReciprocal(cols),
        gain: new Int16Array(cols),
        offset: new Int32Array(cols),
        exponent: 1,
      },
    );
    expect(rows.squares[0]).toBe(2n ** 54n);
    expect(rows.sum[0]).toBe(-(2 ** 33));
    expect(rows.factors.mean[0]).toBe(-(2 ** 25));
  });
});

describe("layernorm constants", () => {
  test("16 / d is normalised and exact to half a unit, for every d", () => {
    for (let d = 1; d <= 4096; d++) {
      const { recip, shift } = meanReciprocal(d);
      expect(recip).toBeGreaterThanOrEqual(2 ** 31);
      expect(recip).toBeLessThan(2 ** 32);
      // recip = 2^(shift + 4) / d to half a unit.
      expect(Math.abs(recip * d - 2 ** (shift + 4))).toBeLessThanOrEqual(d / 2);
      expect(shift).toBeLessThanOrEqual(39);
    }
    expect(meanReciprocal(1)).toEqual({ recip: 2 ** 31, shift: 27 });
    expect(meanReciprocal(768)).toEqual({ recip: 2863311531, shift: 37 });
  });

  test("gain and offset take the finest common exponent", () => {
    const { gain, offset, exponent } = layerNormAffine([1, 1, -2, 1], [0, 0.5, -0.5, 0], 1 / 32);
    // gamma · sqrt(4) · 32 / 65536 · 2^e, the largest below 2^15.
    expect(exponent).toBe(23);
    expect(Array.from(gain)).toEqual([8192, 8192, -16384, 8192]);
    expect(Array.from(offset)).toEqual([0, 2 ** 27, -(2 ** 27), 0]);
  });

  test("refuse what does not fit", () => {
    expect(() => meanReciprocal(0)).toThrow("LayerNorm over 0 elements: must be 1..4096");
    expect(() => meanReciprocal(4097)).toThrow("LayerNorm over 4097 elements: must be 1..4096");
    expect(() => layerNormAffine([1], [1e30], 1)).toThrow(
      "LayerNorm's gamma or beta is out of range at output scale 1",
    );
    expect(() => layerNormAffine([1], [], 1)).toThrow("1 gammas and 0 betas");
    expect(() =>
      layerNormConstants({ accumulatorScales: [1], inputScale: 1, gamma: [1, 1], beta: [0, 0], outputScale: 1 }),
    ).toThrow("1 accumulator scales for 2 channels");
    const constants = layerNormConstants({
      accumulatorScales: [1],
      inputScale: 1,
      gamma: [1],
      beta: [0],
      outputScale: 1,
    });
    expect(() => layerNorm(new Int32Array(2), { rows: 1, cols: 2 }, constants)).toThrow(
      "gain has 1 elements, its shape 1x2 asks for 2",
    );
    const wide = { ...constants, gain: new Int16Array(4097), offset: new Int32Array(4097) };
    expect(() => layerNorm(new Int32Array(4097), { rows: 1, cols: 4097 }, wide)).toThrow(
      "LayerNorm over 4097 columns: at most 4096",
    );
  });
});
