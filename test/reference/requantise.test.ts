import { describe, expect, test } from "vitest";
import {
  broadcastBias,
  preloadElement,
  preloadResidual,
  requantise,
  requantiseElement,
  rowScale,
  rowScaledRequantise,
  toDyadicChannels,
} from "../../src/reference/index.ts";
import * as oracle from "./oracle.ts";
import { describeRandom } from "./random.ts";

describeRandom("requantise, row-scaled requantise and preload", (random) => {
  const shape = { rows: 40, cols: 50 };
  const acc = new Int32Array(2000).map(() => random.signed(32));
  const channels = {
    m: new Uint16Array(50).map(() => random.unsigned(16)),
    e: new Uint8Array(50).map(() => random.integer(1, 48)),
  };

  test("requantise equals the oracle, per channel and per tensor, with and without ReLU", () => {
    const want = Array.from(acc, (x, at) => {
      const col = at % 50;
      return Number(oracle.sat(oracle.dyadic(BigInt(x), BigInt(channels.m[col]!), BigInt(channels.e[col]!)), 8n));
    });
    expect(Array.from(requantise(acc, shape, channels))).toEqual(want);
    expect(Array.from(requantise(acc, shape, channels, { relu: true }))).toEqual(want.map((y) => Math.max(0, y)));
    const tensor = requantise(acc, shape, { m: 54321, e: 40 });
    expect(Array.from(tensor)).toEqual(
      Array.from(acc, (x) => Number(oracle.sat(oracle.dyadic(BigInt(x), 54321n, 40n), 8n))),
    );
  });

  test("row-scaled requantise equals the oracle for every factor the row unit can store", () => {
    const r = new Int32Array(40).map((_, row) => [0, 32768, 65535][row] ?? random.integer(32768, 65535));
    const shift = new Uint8Array(40).map(() => random.integer(16, 28));
    for (const e of [1, 7, 20, 33, 48]) {
      const m = random.integer(32768, 65535);
      const want = Array.from(acc, (x, at) => {
        const row = Math.floor(at / 50);
        const t = oracle.sat(oracle.dyadic(BigInt(x), BigInt(r[row]!), BigInt(shift[row]! - 7)), 32n);
        return Number(oracle.sat(oracle.rshr(t * BigInt(m), BigInt(e)), 8n));
      });
      expect(Array.from(rowScaledRequantise(acc, shape, { r, shift }, { m, e }))).toEqual(want);
    }
    expect(rowScale(2 ** 31 - 1, 65535, 16)).toBe(2 ** 31 - 1);
    expect(rowScale(-(2 ** 31), 65535, 16)).toBe(-(2 ** 31));
  });

  test("preload equals the oracle", () => {
    const residual = new Int8Array(2000).map(() => random.signed(8));
    const bias = new Int32Array(50).map(() => random.signed(32));
    const want = Array.from(residual, (x, at) => {
      const col = at % 50;
      const scaled = oracle.dyadic(BigInt(x), BigInt(channels.m[col]!), BigInt(channels.e[col]!));
      return Number(oracle.sat(scaled + BigInt(bias[col]!), 32n));
    });
    expect(Array.from(preloadResidual(residual, shape, channels, bias))).toEqual(want);
  });
});

describe("requantise and preload, by hand", () => {
  test("round half up and saturate", () => {
    // 32768 · 2^-16 = 1/2
    expect([-3, -1, 1, 3].map((x) => requantiseElement(x, 32768, 16))).toEqual([-1, 0, 1, 2]);
    expect([1000, -1000].map((x) => requantiseElement(x, 32768, 16))).toEqual([127, -128]);
  });

  test("a residual is scaled up to the largest ratio, 2^15, and the sum saturates", () => {
    expect(preloadElement(-128, 65535, 1, 0)).toBe(-64 * 65535);
    expect(preloadElement(127, 65535, 1, 2 ** 31 - 1)).toBe(2 ** 31 - 1);
    expect(preloadElement(-128, 65535, 1, -(2 ** 31))).toBe(-(2 ** 31));
  });

  test("a bias row is repeated over the rows", () => {
    expect(broadcastBias(Int32Array.of(1, -2), { rows: 3, cols: 2 })).toEqual(Int32Array.of(1, -2, 1, -2, 1, -2));
  });

  test("operands must have the shape's size", () => {
    const shape = { rows: 1, cols: 2 };
    expect(() => requantise(new Int32Array(3), shape, { m: 1, e: 1 })).toThrow(
      "acc has 3 elements, its shape 1x2 asks for 2",
    );
    expect(() => requantise(new Int32Array(2), shape, toDyadicChannels([1]))).toThrow(
      "1 multipliers and 1 exponents for 2 channels",
    );
    expect(() => broadcastBias(new Int32Array(3), shape)).toThrow("bias has 3 elements, its shape 1x2 asks for 2");
    expect(() =>
      rowScaledRequantise(new Int32Array(2), shape, { r: new Int32Array(2), shift: new Uint8Array(2) }, { m: 1, e: 1 }),
    ).toThrow("factors has 2 elements, its shape 1x1 asks for 1");
  });
});
