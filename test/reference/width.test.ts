import { describe, expect, test } from "vitest";
import {
  assertSigned,
  assertSignedBig,
  assertUnsigned,
  assertUnsignedBig,
  bitLength,
  expElement,
  geluElement,
  layerNormRowFactor,
  matmul,
  meanReciprocal,
  preloadElement,
  probabilityElement,
  requantiseElement,
  saturateSigned,
  saturateUnsigned,
  softmaxRowFactor,
  WidthError,
} from "../../src/reference/index.ts";

describe("width assertions", () => {
  test("pass the extremes of a word and refuse their neighbours", () => {
    for (let bits = 1; bits <= 49; bits++) {
      const top = 2 ** (bits - 1);
      expect(assertSigned(-top, bits, "x")).toBe(-top);
      expect(assertSigned(top - 1, bits, "x")).toBe(top - 1);
      expect(() => assertSigned(-top - 1, bits, "x")).toThrow(WidthError);
      expect(() => assertSigned(top, bits, "x")).toThrow(WidthError);
      expect(assertUnsigned(2 * top - 1, bits, "x")).toBe(2 * top - 1);
      expect(() => assertUnsigned(-1, bits, "x")).toThrow(WidthError);
      expect(() => assertUnsigned(2 * top, bits, "x")).toThrow(WidthError);
    }
  });

  test("do the same beyond 53 bits", () => {
    for (const bits of [55, 63, 64, 66]) {
      const top = 1n << BigInt(bits - 1);
      expect(assertSignedBig(-top, bits, "x")).toBe(-top);
      expect(() => assertSignedBig(top, bits, "x")).toThrow(WidthError);
      expect(assertUnsignedBig(2n * top - 1n, bits, "x")).toBe(2n * top - 1n);
      expect(() => assertUnsignedBig(2n * top, bits, "x")).toThrow(WidthError);
      expect(() => assertUnsignedBig(-1n, bits, "x")).toThrow(WidthError);
    }
  });

  test("name the stage, the value and the width", () => {
    expect(() => assertSigned(128, 8, "preload residual")).toThrow("preload residual: 128 does not fit s8");
    expect(() => assertUnsignedBig(1n << 55n, 55, "layernorm squares")).toThrow(
      "layernorm squares: 36028797018963968 does not fit u55",
    );
  });

  test("refuse a value that is not a number", () => {
    expect(() => assertSigned(NaN, 32, "x")).toThrow("x: NaN does not fit s32");
    expect(() => assertUnsigned(NaN, 32, "x")).toThrow("x: NaN does not fit u32");
  });

  test.each<[string, () => unknown]>([
    ["requantise input: 2147483648 does not fit s32", () => requantiseElement(2 ** 31, 1500, 20)],
    ["dyadic multiplier: 2048 does not fit u11", () => requantiseElement(1, 2048, 20)],
    ["preload residual: -129 does not fit s8", () => preloadElement(-129, { m: 1500, e: 5 }, 1, 0)],
    ["preload bias: -2147483649 does not fit s32", () => preloadElement(1, { m: 1500, e: 5 }, 1, -(2 ** 31) - 1)],
    ["preload factor: 2048 does not fit u11", () => preloadElement(1, { m: 1500, e: 5 }, 2048, 0)],
    ["exp difference: -1 does not fit u32", () => expElement(-1, { m: 1500, e: 20 })],
    ["softmax sum: 268435456 does not fit u28", () => softmaxRowFactor(2 ** 28)],
    ["probability product: 134217728 does not fit u27", () => probabilityElement(65536, 2048, 10)],
    ["gelu input: 32768 does not fit s16", () => geluElement(32768)],
    ["layernorm sum: 67108864 does not fit s27", () => layerNormRowFactor(2 ** 26, 0, 4096, meanReciprocal(4096))],
    [
      "layernorm squares: 2199023255552 does not fit u41",
      () => layerNormRowFactor(0, 2 ** 41, 4096, meanReciprocal(4096)),
    ],
    [
      "layernorm mean reciprocal: 16777216 does not fit u24",
      () => layerNormRowFactor(0, 0, 1, { recip: 2 ** 24, shift: 20 }),
    ],
    // Sums that no row of 16 elements has: Σx² smaller than (Σx)² / 16.
    ["layernorm variance: -4095 does not fit u51", () => layerNormRowFactor(16, 0, 16, meanReciprocal(16))],
    [
      "matmul sum [0][1]: 2147483648 does not fit s32",
      () =>
        matmul(
          Int8Array.of(1),
          Int8Array.of(1, 1),
          { rows: 1, inner: 1, cols: 2 },
          { initial: Int32Array.of(0, 2 ** 31 - 1) },
        ),
    ],
  ])("%s", (message, run) => {
    expect(run).toThrow(WidthError);
    expect(run).toThrow(message);
  });
});

describe("narrowing", () => {
  test("saturates at the ends of the word", () => {
    expect([-129, -128, 127, 128].map((x) => saturateSigned(x, 8))).toEqual([-128, -128, 127, 127]);
    expect([-1, 0, 255, 256].map((x) => saturateUnsigned(x, 8))).toEqual([0, 0, 255, 255]);
    expect(saturateSigned(2 ** 48, 32)).toBe(2 ** 31 - 1);
    expect(saturateSigned(-(2 ** 48), 32)).toBe(-(2 ** 31));
  });

  test("counts bits", () => {
    expect(bitLength(0)).toBe(0);
    for (let bits = 1; bits <= 53; bits++) {
      expect(bitLength(2 ** (bits - 1))).toBe(bits);
      expect(bitLength(2 ** bits - 1)).toBe(bits);
    }
  });
});
