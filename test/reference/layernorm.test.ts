import { describe, expect, test } from "vitest";
import {
  layerNorm,
  layerNormAffine,
  layerNormConstants,
  layerNormNormalised,
  layerNormRowFactor,
  layerNormVariance,
  meanReciprocal,
} from "../../src/reference/index.ts";
import { highest, layerNormRows, lowest, unit } from "./layernorm-rows.ts";
import * as oracle from "./oracle.ts";
import { describeRandom } from "./random.ts";

describeRandom("layernorm", (random) => {
  test.each(layerNormRows(random))("equals the oracle on a row, %s, %i wide", (_, cols, value) => {
    for (let round = 0; round < 3; round++) {
      const x = Int32Array.from({ length: cols }, (_, col) => value(col));
      const mean = meanReciprocal(cols);
      const gain = new Int16Array(cols).map(() => random.signed(14));
      const offset = new Int16Array(cols).map(() => random.signed(16));
      const exponent = random.integer(8, 39);
      const constants = { variant: "systole", input: unit, mean, gain, offset, exponent } as const;
      const { output, rows } = layerNorm(x, { rows: 1, cols }, constants);
      const want = oracle.layerNormRow(oracle.big(x), BigInt(mean.recip), BigInt(mean.shift));
      expect(BigInt(rows.sum[0]!)).toBe(want.sum);
      expect(BigInt(rows.squares[0]!)).toBe(want.squares);
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
      const bits = random.integer(1, 15);
      const x = Array.from({ length: d }, () => random.signed(bits));
      const sum = x.reduce((a, b) => a + b, 0);
      const squares = x.reduce((a, b) => a + b * b, 0);
      const mean = random.signed(19);
      const direct = x.reduce((a, b) => a + (16 * b - mean) ** 2, 1);
      expect(layerNormVariance(sum, squares, mean, d)).toBe(direct);
    }
  });

  test("n equals the oracle for every row factor there is, and for inputs that no row with that factor has", () => {
    for (let round = 0; round < 20_000; round++) {
      const factor = { r: random.integer(0, 2047), shift: random.integer(0, 22), mean: random.signed(19) };
      const x = random.signed(15);
      const row = { r: BigInt(factor.r), shift: BigInt(factor.shift), mean: BigInt(factor.mean) };
      const want = oracle.normalised(BigInt(x), { ...row, sum: 0n, squares: 0n, variance: 0n });
      expect(BigInt(layerNormNormalised(x, factor))).toBe(want);
    }
  });

  test("the mean is saturated, and no reciprocal, right or wrong for d, leaves a width", () => {
    for (let round = 0; round < 2000; round++) {
      const d = random.pick([1, 2, 16, 768, 4096]);
      const value = random.pick([lowest, highest, 0, random.signed(15)]);
      const constants = { recip: random.integer(2 ** 23, 2 ** 24 - 1), shift: random.integer(19, 34) };
      const factor = layerNormRowFactor(value * d, d * value ** 2, d, constants);
      expect(Math.abs(factor.mean)).toBeLessThanOrEqual(2 ** 18);
      expect(factor.shift).toBeLessThanOrEqual(22);
      expect(factor.r).toBeGreaterThanOrEqual(2 ** 10);
      expect(factor.r).toBeLessThan(2 ** 11);
    }
  });

  test("accumulators come in through their channel's multiplier, rows one by one", () => {
    const [rows, cols] = [3, 40];
    const acc = new Int32Array(rows * cols).map(() => random.signed(32));
    const constants = layerNormConstants({
      accumulatorScales: Array.from({ length: cols }, () => 1e-6 * (1 + random.unit())),
      inputScale: 0.1,
      gamma: Array.from({ length: cols }, () => random.gaussian()),
      beta: Array.from({ length: cols }, () => random.gaussian()),
      outputScale: 0.02,
    });
    const { m, e } = constants.input as { m: Uint16Array; e: Int8Array };
    const { output } = layerNorm(acc, { rows, cols }, constants);
    for (let row = 0; row < rows; row++) {
      const x = Array.from({ length: cols }, (_, col) =>
        oracle.sat(oracle.dyadic(BigInt(acc[row * cols + col]!), BigInt(m[col]!), BigInt(e[col]!), "fixed"), 15n),
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

  test("the widest sum of squares needs its 41st bit", () => {
    const cols = 4096;
    const { rows } = layerNorm(
      new Int32Array(cols).fill(-(2 ** 31)),
      { rows: 1, cols },
      {
        variant: "systole",
        input: unit,
        mean: meanReciprocal(cols),
        gain: new Int16Array(cols),
        offset: new Int16Array(cols),
        exponent: 8,
      },
    );
    expect(rows.squares[0]).toBe(2 ** 40);
    expect(rows.sum[0]).toBe(-(2 ** 26));
    expect(rows.factors.mean[0]).toBe(-(2 ** 18));
  });
});

describe("layernorm constants", () => {
  test("16 / d is normalised and exact to half a unit, for every d", () => {
    for (let d = 1; d <= 4096; d++) {
      const { recip, shift } = meanReciprocal(d);
      expect(recip).toBeGreaterThanOrEqual(2 ** 23);
      expect(recip).toBeLessThan(2 ** 24);
      // recip = 2^(shift + 4) / d to half a unit.
      expect(Math.abs(recip * d - 2 ** (shift + 4))).toBeLessThanOrEqual(d / 2);
      expect(shift).toBeLessThanOrEqual(31);
    }
    expect(meanReciprocal(1)).toEqual({ recip: 2 ** 23, shift: 19 });
    expect(meanReciprocal(768)).toEqual({ recip: 11184811, shift: 29 });
  });

  test("gain and offset take the finest common exponent", () => {
    const { gain, offset, exponent } = layerNormAffine([1, 1, -2, 1], [0, 0.5, -0.5, 0], 1 / 32);
    // gamma · sqrt(4) · 32 / 2^15 · 2^e, the largest below 2^13; beta · 32 / 2^8 · 2^e, the largest below 2^15.
    expect(exponent).toBe(18);
    expect(Array.from(gain)).toEqual([512, 512, -1024, 512]);
    expect(Array.from(offset)).toEqual([0, 2 ** 14, -(2 ** 14), 0]);
    const alone = layerNormAffine([1, 1, -2, 1], [0, 0, 0, 0], 1 / 32);
    expect(alone.exponent).toBe(20);
    expect(Array.from(alone.gain)).toEqual([2048, 2048, -4096, 2048]);
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
    const wide = { ...constants, gain: new Int16Array(4097), offset: new Int16Array(4097) };
    expect(() => layerNorm(new Int32Array(4097), { rows: 1, cols: 4097 }, wide)).toThrow(
      "LayerNorm over 4097 columns: at most 4096",
    );
  });
});
