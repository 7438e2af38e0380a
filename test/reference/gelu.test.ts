import { describe, expect, test } from "vitest";
import { gelu, geluConstants, geluElement, geluInput } from "../../src/reference/index.ts";
import type { DyadicChannels } from "../../src/reference/index.ts";
import * as oracle from "./oracle.ts";
import { describeRandom } from "./random.ts";

describe("gelu", () => {
  test("equals the oracle on every input", () => {
    for (let x = -32768; x < 32768; x++) {
      const got = geluElement(x);
      if (BigInt(got) !== oracle.gelu(BigInt(x))) expect.fail(`gelu of ${x} is ${got}`);
    }
  });

  test("is 0 far below and x far above", () => {
    expect(geluElement(0)).toBe(0);
    expect(geluElement(-32768) / 2 ** 28).toBeCloseTo(0);
    expect(geluElement(32767) / 2 ** 28).toBeCloseTo(32767 / 2048);
  });

  test("input saturates at 16 bits", () => {
    expect([2 ** 31 - 1, -(2 ** 31)].map((acc) => geluInput(acc, 32768, 15))).toEqual([32767, -32768]);
  });
});

describeRandom("gelu of a matrix", (random) => {
  test("equals the oracle, per channel", () => {
    const [rows, cols] = [30, 20];
    const acc = new Int32Array(rows * cols).map(() => random.signed(random.integer(8, 32)));
    const constants = geluConstants(
      Array.from({ length: cols }, () => 10 ** -random.integer(1, 8)),
      4 / 127,
    );
    const { m, e } = constants.input as DyadicChannels;
    const want = Array.from(acc, (value, at) => {
      const col = at % cols;
      const x = oracle.sat(oracle.dyadic(BigInt(value), BigInt(m[col]!), BigInt(e[col]!)), 16n);
      const { m: outputM, e: outputE } = constants.output;
      return Number(oracle.sat(oracle.dyadic(oracle.gelu(x), BigInt(outputM), BigInt(outputE)), 8n));
    });
    expect(Array.from(gelu(acc, { rows, cols }, constants))).toEqual(want);
  });
});
