import { describe, expect, test } from "vitest";
import {
  deferredValueScale,
  dyadicValue,
  expScale,
  geluConstants,
  layerNormConstants,
  probabilityValueScale,
} from "../../src/reference/index.ts";

describe("constants from real scales", () => {
  test("exp: scores to base-2 exponents in Q5.12", () => {
    expect(expScale(Math.LN2 / 4096)).toEqual({ m: 1024, e: 10 });
    expect(() => expScale(0.7)).toThrow("must be below 4096");
  });

  test("P·V: normalised probabilities count 1/256, deferred ones come as Q.7", () => {
    expect(dyadicValue(probabilityValueScale(0.5, 0.25))).toBe(2 / 256);
    expect(dyadicValue(deferredValueScale(0.5, 0.25))).toBe(2 / 2 ** 7);
  });

  test("GELU: accumulators to Q4.11, products at 2^-12 to the output", () => {
    const { input, output } = geluConstants([2 ** -11, 2 ** -12], 2 ** -4);
    expect(input).toEqual({ m: Uint16Array.of(1024, 1024), e: Int8Array.of(10, 11) });
    expect(dyadicValue(output)).toBe(2 ** -8);
  });

  test("LayerNorm: accumulators to the input scale", () => {
    const options = { inputScale: 2 ** -8, gamma: [1, 1], beta: [0, 0], outputScale: 1 / 32 };
    const { input, mean } = layerNormConstants({ ...options, accumulatorScales: [2 ** -9, 2 ** -7] });
    expect(input).toEqual({ m: Uint16Array.of(1024, 1024), e: Int8Array.of(11, 9) });
    expect(mean).toEqual({ recip: 2 ** 23, shift: 20 });
  });
});
