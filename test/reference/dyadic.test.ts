import { describe, expect, test } from "vitest";
import {
  dyadic,
  dyadicValue,
  perChannel,
  roundShift,
  roundShiftBig,
  toDyadic,
  toDyadicChannels,
} from "../../src/reference/index.ts";
import * as oracle from "./oracle.ts";
import { describeRandom } from "./random.ts";

describeRandom("dyadic", (random) => {
  test("equals the BigInt oracle at every corner of its inputs", () => {
    const edges = [0, 1, -1, 2, -2, 3, 2 ** 31, -(2 ** 31), 2 ** 32 - 1, -(2 ** 32), 2 ** 32 - 2, 12345, -12345];
    for (const x of edges) {
      for (const m of [0, 1, 2 ** 15, 2 ** 15 + 1, 2 ** 16 - 1, 2 ** 16 - 2, 40001]) {
        for (let e = 1; e <= 48; e++) {
          expect(BigInt(dyadic(x, m, e)), `dyadic(${x}, ${m}, ${e})`).toBe(
            oracle.dyadic(BigInt(x), BigInt(m), BigInt(e)),
          );
        }
      }
    }
  });

  test("equals the BigInt oracle on random words", () => {
    for (let i = 0; i < 50_000; i++) {
      const [x, m, e] = [random.signed(33), random.unsigned(16), random.integer(1, 48)];
      const got = BigInt(dyadic(x, m, e));
      if (got !== oracle.dyadic(BigInt(x), BigInt(m), BigInt(e))) expect.fail(`dyadic(${x}, ${m}, ${e}) = ${got}`);
    }
  });

  test("rounds shifts half up, as the oracle does", () => {
    expect([-3, -2, -1, 0, 1, 2, 3].map((x) => roundShift(x, 1))).toEqual([-1, -1, 0, 0, 1, 1, 2]);
    for (let i = 0; i < 50_000; i++) {
      const [x, s] = [random.signed(52), random.integer(0, 48)];
      const want = oracle.rshr(BigInt(x), BigInt(s));
      if (BigInt(roundShift(x, s)) !== want) expect.fail(`roundShift(${x}, ${s}) is not ${want}`);
      if (roundShiftBig(BigInt(x), BigInt(s)) !== want) expect.fail(`roundShiftBig(${x}, ${s}) is not ${want}`);
    }
  });

  test("takes the nearest multiplier of a real scale", () => {
    for (let i = 0; i < 20_000; i++) {
      const bits = random.integer(2, 16);
      const real = 2 ** (bits - 1 - 48 * random.unit());
      const scale = toDyadic(real, { bits });
      expect(scale.m).toBeGreaterThanOrEqual(2 ** (bits - 1));
      expect(scale.m).toBeLessThan(2 ** bits);
      expect(scale.e).toBeGreaterThanOrEqual(1);
      expect(scale.e).toBeLessThanOrEqual(48);
      expect(Math.abs(dyadicValue(scale) / real - 1)).toBeLessThanOrEqual(2 ** -bits);
    }
  });
});

describe("toDyadic", () => {
  test("is exact on powers of two, from the largest shift to the smallest", () => {
    expect(toDyadic(1)).toEqual({ m: 32768, e: 15 });
    expect(toDyadic(2 ** -33)).toEqual({ m: 32768, e: 48 });
    expect(toDyadic(2 ** 14)).toEqual({ m: 32768, e: 1 });
    expect(toDyadic(32767.5)).toEqual({ m: 65535, e: 1 });
    expect(toDyadic(32767.99)).toEqual({ m: 65535, e: 1 });
  });

  test("renormalises when the rounding reaches the next power of two", () => {
    expect(toDyadic(1 - 2 ** -20)).toEqual({ m: 32768, e: 15 });
    expect(toDyadic(2 ** -5 * (1 - Number.EPSILON / 2))).toEqual({ m: 32768, e: 20 });
  });

  test("gives 0 for a scale that no multiplier reaches", () => {
    expect(toDyadic(0)).toEqual({ m: 0, e: 48 });
    expect(toDyadic(2 ** -34)).toEqual({ m: 0, e: 48 });
    expect(dyadic(2 ** 31 - 1, 0, 48)).toBe(0);
  });

  test("refuses what it cannot express, by name", () => {
    expect(() => toDyadic(-1)).toThrow("dyadic scale -1: must be finite and not negative");
    expect(() => toDyadic(NaN)).toThrow("dyadic scale NaN: must be finite and not negative");
    expect(() => toDyadic(Infinity)).toThrow("dyadic scale Infinity: must be finite and not negative");
    expect(() => toDyadic(32768)).toThrow("dyadic scale 32768: must be below 32768 for 16 bits");
    expect(() => toDyadic(1, { bits: 17 })).toThrow("dyadic multiplier of 17 bits: must be an integer 2..16");
    expect(() => dyadic(1, 1, 0)).toThrow("dyadic exponent 0: must be 1..48");
    expect(() => dyadic(1, 1, 49)).toThrow("dyadic exponent 49: must be 1..48");
    expect(() => roundShift(1, 49)).toThrow("rounding shift 49: must be 0..48");
  });

  test("makes channels, and repeats a tensor's multiplier over them", () => {
    const channels = toDyadicChannels([1, 0.5, 0]);
    expect(channels).toEqual({ m: Uint16Array.of(32768, 32768, 0), e: Uint8Array.of(15, 16, 48) });
    expect(perChannel(channels, 3)).toBe(channels);
    expect(perChannel({ m: 40000, e: 7 }, 2)).toEqual({ m: Uint16Array.of(40000, 40000), e: Uint8Array.of(7, 7) });
    expect(() => perChannel(channels, 4)).toThrow("3 multipliers and 3 exponents for 4 channels");
  });
});
