import { describe, expect, test } from "vitest";
import { SCALE_FORMATS } from "../../src/isa/index.ts";
import {
  dyadic,
  dyadicValue,
  lastDyadic,
  perChannel,
  roundShift,
  toDyadic,
  toDyadicChannels,
} from "../../src/reference/index.ts";
import * as oracle from "./oracle.ts";
import { describeRandom } from "./random.ts";

const { byte, fixed, exponent, word, last } = SCALE_FORMATS;
const preShifted = Object.keys(oracle.post) as (keyof typeof oracle.post)[];
const all = Object.values(SCALE_FORMATS);

describeRandom("dyadic", (random) => {
  test.each(preShifted)("equals the BigInt oracle at every corner of its inputs, format %s", (name) => {
    const format = SCALE_FORMATS[name];
    const edges = [0, 1, -1, 2, -2, 3, 2 ** 31, -(2 ** 31), 2 ** 32 - 1, -(2 ** 32), 2 ** 32 - 2, 12345, -12345];
    for (const x of edges) {
      for (const m of [0, 1, 2 ** 10, 2 ** 10 + 1, 2 ** 11 - 1, 2 ** 11 - 2, 1501]) {
        for (let amount = 0; amount < 32; amount++) {
          const e = format.exponentOffset + amount;
          const got = BigInt(dyadic(x, m, e, format));
          if (got !== oracle.dyadic(BigInt(x), BigInt(m), BigInt(e), name))
            expect.fail(`dyadic(${x}, ${m}, ${e}) = ${got}`);
        }
      }
    }
  });

  test.each(preShifted)("equals the BigInt oracle on random words, format %s", (name) => {
    const format = SCALE_FORMATS[name];
    for (let i = 0; i < 20_000; i++) {
      const [x, m, amount] = [random.signed(33), random.unsigned(11), random.integer(0, 31)];
      const e = format.exponentOffset + amount;
      const got = BigInt(dyadic(x, m, e, format));
      if (got !== oracle.dyadic(BigInt(x), BigInt(m), BigInt(e), name))
        expect.fail(`dyadic(${x}, ${m}, ${e}) = ${got}`);
    }
  });

  test.each([
    ["byte", 8, 0.52],
    ["fixed", 15, 1.5],
    ["fixed", 16, 1.5],
    ["exponent", 17, 4.5],
  ] as const)("a result of format %s in %i bits is within its LSB of the exact product", (name, bits, within) => {
    const format = SCALE_FORMATS[name];
    const top = 2 ** (name === "exponent" ? bits : bits - 1);
    for (let i = 0; i < 20_000; i++) {
      const [m, e] = [random.integer(1024, 2047), random.integer(format.exponentOffset, format.most)];
      const x = Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, random.integer(-top, top - 1) * 2 ** (e - 11)));
      const exact = Math.floor(x) * dyadicValue({ m, e });
      if (!(Math.abs(exact) < top - within)) continue;
      const error = Math.abs(dyadic(Math.floor(x), m, e, format) - exact);
      if (error > within) expect.fail(`${Math.floor(x)} · ${m} · 2^-${e} is off by ${error}`);
    }
  });

  test("the last product is rounded half up", () => {
    for (let i = 0; i < 20_000; i++) {
      const [x, m, e] = [random.signed(17), random.unsigned(11), random.integer(8, 39)];
      expect(BigInt(lastDyadic(x, { m, e }))).toBe(oracle.rshr(BigInt(x * m), BigInt(e)));
    }
  });

  test("rounds shifts half up, as the oracle does", () => {
    expect([-3, -2, -1, 0, 1, 2, 3].map((x) => roundShift(x, 1))).toEqual([-1, -1, 0, 0, 1, 1, 2]);
    for (let i = 0; i < 50_000; i++) {
      const [x, s] = [random.signed(52), random.integer(0, 48)];
      const want = oracle.rshr(BigInt(x), BigInt(s));
      if (BigInt(roundShift(x, s)) !== want) expect.fail(`roundShift(${x}, ${s}) is not ${want}`);
    }
  });

  test.each(all)("takes the nearest multiplier of a real scale, format $name", (format) => {
    const { least, most } = format;
    for (let i = 0; i < 5000; i++) {
      const real = 2 ** (11 - least - 60 * random.unit());
      if (real >= 2047 * 2 ** -least) continue;
      const scale = toDyadic(real, format);
      expect(scale.e).toBeGreaterThanOrEqual(least);
      expect(scale.e).toBeLessThanOrEqual(most);
      expect(scale.m).toBeLessThan(2 ** 11);
      if (scale.e < most) {
        expect(scale.m).toBeGreaterThanOrEqual(2 ** 10);
        expect(Math.abs(dyadicValue(scale) / real - 1)).toBeLessThanOrEqual(2 ** -11);
      } else {
        expect(Math.abs(dyadicValue(scale) - real)).toBeLessThanOrEqual(2 ** -most / 2);
      }
    }
  });
});

describe("toDyadic", () => {
  test("is exact on powers of two", () => {
    expect(toDyadic(1, byte)).toEqual({ m: 1024, e: 10 });
    expect(toDyadic(2 ** -28, byte)).toEqual({ m: 1024, e: 38 });
    expect(toDyadic(8, byte)).toEqual({ m: 1024, e: 7 });
    expect(toDyadic(2 ** 11, word)).toEqual({ m: 1024, e: -1 });
    expect(toDyadic(4, last)).toEqual({ m: 1024, e: 8 });
  });

  test("keeps the largest multiplier up to the format's limit", () => {
    expect(toDyadic(15.999, byte)).toEqual({ m: 2047, e: 7 });
    expect(toDyadic(1023.9, fixed)).toEqual({ m: 2047, e: 1 });
    expect(toDyadic(4095.9, exponent)).toEqual({ m: 2047, e: -1 });
    expect(toDyadic(4095.9, word)).toEqual({ m: 2047, e: -1 });
    expect(toDyadic(7.9999, last)).toEqual({ m: 2047, e: 8 });
  });

  test("renormalises when the rounding reaches the next power of two", () => {
    expect(toDyadic(1 - 2 ** -20, byte)).toEqual({ m: 1024, e: 10 });
    expect(toDyadic(2 ** -5 * (1 - Number.EPSILON / 2), byte)).toEqual({ m: 1024, e: 15 });
  });

  test("gives fewer bits to a scale below the format's exponents, and none in the end", () => {
    expect(toDyadic(2 ** -3, word)).toEqual({ m: 256, e: 11 });
    expect(toDyadic(3 * 2 ** -31, last)).toEqual({ m: 3, e: 31 });
    expect(toDyadic(2 ** -33, last)).toEqual({ m: 0, e: 31 });
    expect(toDyadic(0, byte)).toEqual({ m: 0, e: 38 });
    expect(dyadic(2 ** 31 - 1, 0, 38, byte)).toBe(0);
  });

  test("refuses what it cannot express, by name", () => {
    expect(() => toDyadic(-1, byte)).toThrow("byte scale -1: must be finite and not negative");
    expect(() => toDyadic(NaN, fixed)).toThrow("fixed-point scale NaN: must be finite and not negative");
    expect(() => toDyadic(Infinity, word)).toThrow("word scale Infinity: must be finite and not negative");
    expect(() => toDyadic(16, byte)).toThrow("byte scale 16: must be below 16");
    expect(() => toDyadic(1024, fixed)).toThrow("fixed-point scale 1024: must be below 1024");
    expect(() => toDyadic(4096, exponent)).toThrow("exponent scale 4096: must be below 4096");
    expect(() => toDyadic(4096, word)).toThrow("word scale 4096: must be below 4096");
    expect(() => toDyadic(8, last)).toThrow("last scale 8: must be below 8");
    expect(() => dyadic(1, 1, 6, byte)).toThrow("byte exponent 6: must be 7..38");
    expect(() => dyadic(1, 1, 33, fixed)).toThrow("fixed-point exponent 33: must be 1..32");
    expect(() => roundShift(1, 49)).toThrow("rounding shift 49: must be 0..48");
  });

  test("makes channels, and repeats a tensor's multiplier over them", () => {
    const channels = toDyadicChannels([1, 0.5, 0], byte);
    expect(channels).toEqual({ m: Uint16Array.of(1024, 1024, 0), e: Int8Array.of(10, 11, 38) });
    expect(perChannel(channels, 3)).toBe(channels);
    expect(perChannel({ m: 1500, e: -3 }, 2)).toEqual({ m: Uint16Array.of(1500, 1500), e: Int8Array.of(-3, -3) });
    expect(() => perChannel(channels, 4)).toThrow("3 multipliers and 3 exponents for 4 channels");
  });
});
