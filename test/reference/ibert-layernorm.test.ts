/** The variant "ibert" of LayerNorm: bit by bit against the algorithm as the paper has it, and its error against float. */
import { describe, expect, test } from "vitest";
import {
  floatLayerNorm,
  ibertNormalised,
  ibertRowFactor,
  ibertVariance,
  iLayerNorm,
  layerNorm,
  layerNormConstants,
  meanReciprocal,
  newtonRoot,
} from "../../src/reference/index.ts";
import { highest, layerNormRows, lowest, unit } from "./layernorm-rows.ts";
import * as oracle from "./oracle.ts";
import { describeRandom } from "./random.ts";

/** The largest V that the sums of a row can give with whatever mean. */
const largestVariance = 4096 * (2 ** 15 - 1) ** 2;

describeRandom("five steps of Newton's method", (random) => {
  test("find the floor of the root of perfect squares, of their neighbours, and of what lies before the next", () => {
    const largest = Math.sqrt(largestVariance);
    let wrong = 0;
    for (let root = random.integer(1, 20); root < largest; root += random.integer(1, 60)) {
      wrong += Number(newtonRoot(root * root) !== root);
      wrong += Number(newtonRoot(root * root - 1) !== root - 1);
      wrong += Number(newtonRoot(root * root + 2 * root) !== root);
    }
    expect(wrong).toBe(0);
    expect([0, 1, 2, 3, 4, largestVariance].map(newtonRoot)).toEqual([0, 1, 1, 1, 2, largest]);
  });

  test("equal algorithm 4, which ends when a step does not fall", () => {
    for (let i = 0; i < 5000; i++) {
      const n = Math.min(largestVariance, random.unsigned(42));
      expect(BigInt(newtonRoot(n))).toBe(oracle.iSqrt(BigInt(n)));
    }
  });
});

describeRandom("i-layernorm", (random) => {
  test.each(layerNormRows(random))("equals the oracle on a row, %s, %i wide", (_, cols, value) => {
    for (let round = 0; round < 3; round++) {
      const x = Int32Array.from({ length: cols }, (_, col) => value(col));
      const mean = meanReciprocal(cols);
      const gain = new Int16Array(cols).map(() => random.signed(14));
      const offset = new Int16Array(cols).map(() => random.signed(16));
      const exponent = random.integer(8, 39);
      const { output, rows } = layerNorm(
        x,
        { rows: 1, cols },
        { variant: "ibert", input: unit, mean, gain, offset, exponent },
      );
      const want = oracle.ibertRow(oracle.big(x), BigInt(mean.recip), BigInt(mean.shift));
      expect(BigInt(rows.factors.r[0]!)).toBe(want.r);
      expect(BigInt(rows.factors.shift[0]!)).toBe(want.shift);
      expect(BigInt(rows.factors.mean[0]!)).toBe(want.mean);
      expect(oracle.big(output)).toEqual(
        Array.from(x, (value, col) =>
          oracle.affine(
            oracle.ibertNormalised(BigInt(value), want),
            ...([BigInt(gain[col]!), BigInt(offset[col]!), BigInt(exponent)] as const),
          ),
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
      const mean = random.signed(15);
      expect(ibertVariance(sum, squares, mean, d)).toBe(x.reduce((a, b) => a + (b - mean) ** 2, 0));
    }
  });

  test("n equals the oracle for every row factor there is, and for inputs that no row with that factor has", () => {
    for (let round = 0; round < 5000; round++) {
      const factor = { r: random.integer(0, 2 ** 14 - 1), shift: random.integer(0, 31), mean: random.signed(15) };
      const x = random.signed(15);
      const row = { r: BigInt(factor.r), shift: BigInt(factor.shift), mean: BigInt(factor.mean) };
      const want = oracle.ibertNormalised(BigInt(x), { ...row, sum: 0n, squares: 0n, variance: 0n });
      expect(BigInt(ibertNormalised(x, factor))).toBe(want);
    }
  });

  test("no reciprocal, right or wrong for d, leaves a width", () => {
    for (let round = 0; round < 2000; round++) {
      const d = random.pick([1, 2, 16, 768, 4096]);
      const value = random.pick([lowest, highest, 0, random.signed(15)]);
      const constants = { recip: random.integer(2 ** 23, 2 ** 24 - 1), shift: random.integer(19, 34) };
      const { r, shift, mean } = ibertRowFactor(value * d, d * value ** 2, d, constants);
      expect(Math.abs(mean)).toBeLessThanOrEqual(2 ** 14);
      expect(shift).toBeLessThanOrEqual(21);
      expect(r === 0 ? mean === value : r >= 2 ** 13 && r < 2 ** 14).toBe(true);
    }
    // As far from the mean as an x can be, in the widest row.
    const far = ibertRowFactor(-(2 ** 26), 2 ** 40, 4096, { recip: 2 ** 23, shift: 19 });
    expect(far.mean).toBe(lowest);
  });
});

interface Case {
  readonly cols: number;
  readonly rows: number;
  readonly value: (col: number) => number;
}

/** Largest errors in units of the output of the variant and of the paper's own form, which divides by zero where it has none. */
function errors({ cols, rows, value }: Case): { readonly ibert: number; readonly paper: number | undefined } {
  const gamma = new Float64Array(cols).fill(1);
  const beta = Float64Array.from({ length: cols }, (_, col) => ((col % 9) - 4) / 16);
  let ibert = 0;
  let paper: number | undefined = 0;
  for (let row = 0; row < rows; row++) {
    const x = Int32Array.from({ length: cols }, (_, col) =>
      Math.max(lowest, Math.min(highest, Math.round(value(col)))),
    );
    const exact = floatLayerNorm(x, gamma, beta);
    const outputScale = exact.reduce((top, y) => Math.max(top, Math.abs(y)), 4) / 127;
    const worst = (got: ArrayLike<number>): number =>
      exact.reduce((top, y, col) => Math.max(top, Math.abs(got[col]! - y / outputScale)), 0);
    const accumulatorScales = new Float64Array(cols).fill(1);
    const constants = layerNormConstants({
      ...{ accumulatorScales, inputScale: 1, gamma, beta, outputScale, variant: "ibert" },
    });
    ibert = Math.max(ibert, worst(layerNorm(x, { rows: 1, cols }, constants).output));
    const theirs = iLayerNorm(x, { shift: 0, gamma, beta, outputScale });
    paper = theirs === undefined || paper === undefined ? undefined : Math.max(paper, worst(theirs));
  }
  return { ibert, paper };
}

describeRandom("i-layernorm against float", (random) => {
  for (const cols of [96, 768, 4096]) {
    const rows = Math.ceil(4000 / cols);
    test(`gaussian and outliers, sigma from 100: within 1 LSB; d = ${cols}`, () => {
      for (const sigma of [100, 1e3, 3e3]) {
        expect(errors({ rows, cols, value: () => random.gaussian() * sigma + 17 }).ibert).toBeLessThanOrEqual(1);
      }
      const outlier = (col: number) => random.gaussian() * 100 * (col % 97 === 5 ? 50 : 1);
      expect(errors({ rows, cols, value: outlier }).ibert).toBeLessThanOrEqual(1);
      expect(errors({ rows, cols, value: (col) => (col === 3 ? 2 ** 13 : 0) }).ibert).toBeLessThanOrEqual(1);
    });

    test(`small sigma: what the whole mean and the whole root lose; d = ${cols}`, () => {
      for (const sigma of [2, 5, 20]) {
        const { ibert } = errors({ rows, cols, value: () => random.gaussian() * sigma });
        // Half a unit of x is 16 / sigma of the 32 that sigma has at the output; the root's floor is one of sigma · sqrt(d).
        expect(ibert).toBeLessThanOrEqual((0.5 + 16 / sigma + 127 / (sigma * Math.sqrt(cols))) * 1.2 + 0.2);
      }
    });
  }

  test("is as far from float as the paper's form, where that has the width for the row", () => {
    const value = () => random.gaussian() * 1000;
    const { ibert, paper } = errors({ rows: 20, cols: 768, value });
    expect(Math.abs(ibert - paper!)).toBeLessThan(0.1);
  });

  test("a row without deviations gives beta, where the paper divides by zero", () => {
    const { ibert, paper } = errors({ rows: 1, cols: 768, value: () => 1000 });
    expect(paper).toBeUndefined();
    expect(ibert).toBeLessThanOrEqual(0.501);
  });

  test("rows of a large sigma keep their squares, where 32 bits of the paper's do not", () => {
    const { ibert, paper } = errors({ rows: 3, cols: 768, value: () => random.gaussian() * 5000 });
    expect(ibert).toBeLessThanOrEqual(1);
    expect(paper).toBeGreaterThan(20);
  });
});

describe("the factor of a row", () => {
  test("of a sigma that is a power of two has one bit", () => {
    // 1024 columns of ±32: sigma 2^10.
    expect(ibertRowFactor(0, 2 ** 20, 1024, meanReciprocal(1024))).toEqual({ r: 2 ** 13, shift: 10, mean: 0 });
    expect(ibertRowFactor(0, 2 ** 20 + 2049, 1024, meanReciprocal(1024))).toEqual({ r: 16368, shift: 11, mean: 0 });
  });
});
