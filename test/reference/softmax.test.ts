import { describe, expect, test } from "vitest";
import {
  deferredElement,
  exp2Fraction,
  expElement,
  expScale,
  rowReciprocal,
  softmax,
  softmaxDeferred,
  softmaxRowFactor,
} from "../../src/reference/index.ts";
import * as oracle from "./oracle.ts";
import { describeRandom } from "./random.ts";

describeRandom("softmax", (random) => {
  test("exp equals the oracle for every exponent and fraction", () => {
    // m · 2^-e = 1, so the difference is the base-2 exponent in Q5.12, all of u17 and beyond, but for its lowest bit.
    const scale = { m: 1024, e: 10 };
    for (let u = 0; u < 2 ** 17 + 10; u++) {
      const got = expElement(u, scale);
      if (BigInt(got) !== oracle.exp(BigInt(u), 1024n, 10n)) expect.fail(`exp of ${u} is ${got}`);
    }
  });

  test("exp equals the oracle on random differences and scales", () => {
    for (let i = 0; i < 30_000; i++) {
      const [d, m, e] = [random.unsigned(32), random.unsigned(11), random.integer(-1, 30)];
      const got = expElement(d, { m, e });
      if (BigInt(got) !== oracle.exp(BigInt(d), BigInt(m), BigInt(e))) expect.fail(`exp(${d}, ${m}, ${e}) = ${got}`);
    }
  });

  const rows: [string, number, (col: number) => number][] = [
    ["gaussian", 128, () => Math.round(random.gaussian() * 1000)],
    ["wide gaussian", 100, () => Math.round(random.gaussian() * 1e8)],
    ["all equal", 512, () => -77],
    ["all equal", 4096, () => 0],
    ["one-hot", 130, (col) => (col === 5 ? 2 ** 31 - 1 : -(2 ** 31))],
    ["two-hot", 130, (col) => (col === 5 || col === 9 ? 30000 : 0)],
    ["full-range extremes", 64, () => random.signed(32)],
    ["single", 1, () => -(2 ** 31)],
    ["odd length", 17, () => random.signed(16)],
  ];

  test.each(rows)("equals the oracle on a row, %s, %i long, for any number of valid columns", (_, cols, score) => {
    for (const valid of new Set([cols, 1, 0, Math.ceil(cols / 3), cols - 1])) {
      for (const scale of [expScale(1e-3), expScale(5e-9), expScale(0.69), { m: 0, e: 30 }]) {
        const scores = Int32Array.from({ length: cols }, (_, col) => score(col));
        const want = oracle.softmaxRow(oracle.big(scores), valid, BigInt(scale.m), BigInt(scale.e));
        const normalised = softmax(scores, { rows: 1, cols, valid }, scale);
        const deferred = softmaxDeferred(scores, { rows: 1, cols, valid }, scale);
        expect(oracle.big(normalised.probabilities)).toEqual(want.probabilities);
        expect(oracle.big(deferred.exps)).toEqual(want.deferred);
        for (const { sum, factors } of [normalised.rows, deferred.rows]) {
          expect([sum[0], factors.r[0], factors.shift[0]].map(BigInt as (x: unknown) => bigint)).toEqual([
            want.sum,
            want.r,
            want.shift,
          ]);
        }
      }
    }
  });

  test("handles the rows of a matrix one by one", () => {
    const scores = new Int32Array(5 * 33).map(() => random.signed(20));
    const scale = expScale(1e-4);
    const all = softmax(scores, { rows: 5, cols: 33, valid: 30 }, scale);
    for (let row = 0; row < 5; row++) {
      const one = softmax(scores.slice(row * 33, row * 33 + 33), { rows: 1, cols: 33, valid: 30 }, scale);
      expect(all.probabilities.slice(row * 33, row * 33 + 33)).toEqual(one.probabilities);
      expect(all.rows.max[row]).toBe(one.rows.max[0]);
      expect(all.rows.sum[row]).toBe(one.rows.sum[0]);
    }
  });

  test("a masked column changes nothing, however large", () => {
    const scores = Int32Array.from({ length: 20 }, () => random.signed(16));
    const masked = scores.map((score, col) => (col < 12 ? score : 2 ** 31 - 1));
    const short = softmax(scores.slice(0, 12), { rows: 1, cols: 12 }, expScale(1e-3));
    const long = softmax(masked, { rows: 1, cols: 20, valid: 12 }, expScale(1e-3));
    expect(long.rows).toEqual(short.rows);
    expect(Array.from(long.probabilities)).toEqual([...short.probabilities, 0, 0, 0, 0, 0, 0, 0, 0]);
  });

  test("the row factor equals the oracle's for every bit length", () => {
    for (let bits = 1; bits <= 28; bits++) {
      const low = 2 ** (bits - 1);
      for (const sum of [low, 2 * low - 1, random.integer(low, 2 * low - 1)]) {
        const n = bits >= 16 ? BigInt(sum) >> BigInt(bits - 16) : BigInt(sum) << BigInt(16 - bits);
        expect(softmaxRowFactor(sum)).toEqual({ r: Number(oracle.reciprocal(n)), shift: Math.max(0, bits - 6) });
      }
    }
    expect(softmaxRowFactor(0)).toEqual({ r: 0, shift: 0 });
  });
});

describe("softmax, by hand", () => {
  test("the mantissa runs from 1 to just above a half", () => {
    expect(exp2Fraction(0)).toBe(8188);
    expect(exp2Fraction(4095)).toBe(4097);
    for (let f = 1; f < 4096; f++) expect(exp2Fraction(f)).toBeLessThanOrEqual(exp2Fraction(f - 1));
  });

  test("the mantissa equals the oracle's for every fraction, and errs less than a third of what i-exp does", () => {
    for (let f = 0; f < 4096; f++) {
      expect(BigInt(exp2Fraction(f))).toBe(oracle.mantissa(BigInt(f)));
      expect(Math.abs(exp2Fraction(f) / 8192 - 2 ** (-f / 4096))).toBeLessThan(5.7e-4);
    }
  });

  test("a row's reciprocal is the nearest of eleven bits, but for the largest", () => {
    for (let divisor = 2 ** 15; divisor < 2 ** 16; divisor++) {
      const r = rowReciprocal(divisor);
      const exact = 2 ** 26 / divisor;
      expect(Math.abs(r - exact)).toBeLessThanOrEqual(exact > 2047 ? 1 : 0.5);
    }
  });

  test("deferred exps are rounded to 8 bits and saturate at 255", () => {
    expect([0, 127, 128, 65279, 65535].map(deferredElement)).toEqual([0, 0, 1, 255, 255]);
  });

  test("a row without a valid column is all 0", () => {
    const { probabilities, rows } = softmax(Int32Array.of(1, 2), { rows: 1, cols: 2, valid: 0 }, expScale(0.5));
    expect(Array.from(probabilities)).toEqual([0, 0]);
    expect(rows.sum[0]).toBe(0);
  });

  test("more than 4098 equal columns do not fit the sum", () => {
    expect(() => softmax(new Int32Array(4099), { rows: 1, cols: 4099 }, expScale(0.5))).toThrow(
      "softmax sum: 268500896 does not fit u28",
    );
  });

  test("the mask is checked", () => {
    expect(() => softmax(new Int32Array(2), { rows: 1, cols: 2, valid: 3 }, expScale(0.5))).toThrow(
      "3 valid columns of 2",
    );
    expect(() => softmax(new Int32Array(3), { rows: 1, cols: 2 }, expScale(0.5))).toThrow(
      "scores has 3 elements, its shape 1x2 asks for 2",
    );
  });
});
