import { describe, expect, test } from "vitest";
import {
  broadcastBias,
  dyadicValue,
  preloadElement,
  preloadResidual,
  preloadScale,
  requantise,
  requantiseElement,
  rowScale,
  rowScaledRequantise,
  toDyadicChannels,
} from "../../src/reference/index.ts";
import { SCALE_FORMATS } from "../../src/isa/index.ts";
import * as oracle from "./oracle.ts";
import { describeRandom } from "./random.ts";

describeRandom("requantise, row-scaled requantise and preload", (random) => {
  const shape = { rows: 40, cols: 50 };
  const acc = new Int32Array(2000).map(() => random.signed(32));
  const channels = {
    m: new Uint16Array(50).map(() => random.unsigned(11)),
    e: new Int8Array(50).map(() => random.integer(7, 38)),
  };

  test("requantise equals the oracle, per channel and per tensor, with and without ReLU", () => {
    const want = Array.from(acc, (x, at) => {
      const col = at % 50;
      return Number(
        oracle.sat(oracle.dyadic(BigInt(x), BigInt(channels.m[col]!), BigInt(channels.e[col]!), "byte"), 8n),
      );
    });
    expect(Array.from(requantise(acc, shape, channels))).toEqual(want);
    expect(Array.from(requantise(acc, shape, channels, { relu: true }))).toEqual(want.map((y) => Math.max(0, y)));
    const tensor = requantise(acc, shape, { m: 1234, e: 33 });
    expect(Array.from(tensor)).toEqual(
      Array.from(acc, (x) => Number(oracle.sat(oracle.dyadic(BigInt(x), 1234n, 33n, "byte"), 8n))),
    );
  });

  test("row-scaled requantise equals the oracle for every factor the row unit can store", () => {
    const r = new Int32Array(40).map((_, row) => [0, 1024, 2047][row] ?? random.integer(1024, 2047));
    const shift = new Uint8Array(40).map(() => random.integer(0, 22));
    for (const e of [8, 9, 20, 31, 39]) {
      const m = random.integer(1024, 2047);
      const want = Array.from(acc, (x, at) => {
        const row = Math.floor(at / 50);
        const t = oracle.sat(oracle.dyadic(BigInt(x), BigInt(r[row]!), BigInt(shift[row]! + 1), "fixed"), 16n);
        return Number(oracle.sat(oracle.rshr(t * BigInt(m), BigInt(e)), 8n));
      });
      expect(Array.from(rowScaledRequantise(acc, shape, { r, shift }, { m, e }))).toEqual(want);
    }
    expect(rowScale(2 ** 31 - 1, 2047, 10)).toBe(2 ** 15 - 1);
    expect(rowScale(-(2 ** 31), 2047, 10)).toBe(-(2 ** 15));
  });

  test("preload equals the oracle", () => {
    const residual = new Int8Array(2000).map(() => random.signed(8));
    const bias = new Int32Array(50).map(() => random.signed(32));
    for (const least of [-1, 1, 3, 8]) {
      const ratios = { m: channels.m, e: channels.e.map(() => random.integer(least, 11)) };
      ratios.e[7] = least;
      const factor = 2 ** Math.max(0, 3 - least);
      const want = Array.from(residual, (x, at) => {
        const col = at % 50;
        const e = BigInt(ratios.e[col]!) + BigInt(Math.log2(factor));
        const scaled = oracle.sat(oracle.dyadic(BigInt(x), BigInt(ratios.m[col]!), e, "fixed"), 16n);
        return Number(oracle.sat(scaled * BigInt(factor) + BigInt(bias[col]!), 32n));
      });
      expect(preloadScale(ratios).factor).toBe(factor);
      expect(Array.from(preloadResidual(residual, shape, ratios, bias))).toEqual(want);
    }
  });

  test("a preloaded residual is within half the common factor of the exact product, and exact to half an LSB without one", () => {
    for (let i = 0; i < 20_000; i++) {
      const e = random.integer(-1, 11);
      const ratio = { m: random.integer(1024, 2047), e };
      const { scale, factor } = preloadScale(ratio);
      const residual = random.signed(8);
      const error = Math.abs(preloadElement(residual, scale, factor, 0) - residual * dyadicValue(ratio));
      expect(error).toBeLessThanOrEqual(factor / 2);
    }
  });
});

describe("requantise and preload, by hand", () => {
  test("round half up and saturate", () => {
    // 1024 · 2^-11 = 1/2
    expect([-3, -1, 1, 3].map((x) => requantiseElement(x, 1024, 11))).toEqual([-1, 0, 1, 2]);
    expect([1000, -1000].map((x) => requantiseElement(x, 1024, 11))).toEqual([127, -128]);
  });

  test("a residual is scaled up to the largest ratio, 2^12, and the sum saturates", () => {
    const { scale, factor } = preloadScale({ m: 2047, e: -1 });
    expect({ scale, factor }).toEqual({ scale: { m: 2047, e: 3 }, factor: 16 });
    expect(preloadElement(-128, scale, factor, 0)).toBe(-256 * 2047);
    expect(preloadElement(127, scale, factor, 2 ** 31 - 1)).toBe(2 ** 31 - 1);
    expect(preloadElement(-128, scale, factor, -(2 ** 31))).toBe(-(2 ** 31));
    expect(preloadElement(-128, scale, 2047, 0)).toBe(-16 * 2047 * 2047);
  });

  test("a bias row is repeated over the rows", () => {
    expect(broadcastBias(Int32Array.of(1, -2), { rows: 3, cols: 2 })).toEqual(Int32Array.of(1, -2, 1, -2, 1, -2));
  });

  test("operands must have the shape's size", () => {
    const shape = { rows: 1, cols: 2 };
    expect(() => requantise(new Int32Array(3), shape, { m: 1, e: 7 })).toThrow(
      "acc has 3 elements, its shape 1x2 asks for 2",
    );
    expect(() => requantise(new Int32Array(2), shape, toDyadicChannels([1], SCALE_FORMATS.byte))).toThrow(
      "1 multipliers and 1 exponents for 2 channels",
    );
    expect(() => broadcastBias(new Int32Array(3), shape)).toThrow("bias has 3 elements, its shape 1x2 asks for 2");
    expect(() =>
      rowScaledRequantise(new Int32Array(2), shape, { r: new Int32Array(2), shift: new Uint8Array(2) }, { m: 1, e: 8 }),
    ).toThrow("factors has 2 elements, its shape 1x1 asks for 1");
  });
});
