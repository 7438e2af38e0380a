import { describe, expect, test } from "vitest";
import { floatGelu, gelu, geluConstants, geluElement, geluInput } from "../../src/reference/index.ts";
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
    expect(geluElement(-32768) / 2 ** 12).toBeCloseTo(0);
    expect(geluElement(32767) / 2 ** 12).toBeCloseTo(32767 / 2048, 1);
  });

  test("its straight pieces err less than half as much as i-GELU: 6.8e-3 at most on [-4, 4], 2.2e-3 in the mean square", () => {
    let largest = 0;
    let squares = 0;
    for (let x = -8192; x <= 8192; x++) {
      const error = Math.abs(geluElement(x) / 4096 - floatGelu(x / 2048));
      largest = Math.max(largest, error);
      squares += error * error;
    }
    expect(largest).toBeLessThan(6.8e-3);
    expect(Math.sqrt(squares / 16385)).toBeLessThan(2.2e-3);
  });

  test("input saturates at 16 bits", () => {
    expect([2 ** 31 - 1, -(2 ** 31)].map((acc) => geluInput(acc, 1024, 10))).toEqual([32767, -32768]);
  });
});

describeRandom("gelu of a matrix", (random) => {
  test("equals the oracle, per channel", () => {
    const [rows, cols] = [30, 20];
    const acc = new Int32Array(rows * cols).map(() => random.signed(random.integer(8, 32)));
    const constants = geluConstants(
      Array.from({ length: cols }, () => 0.4 * 10 ** -random.integer(0, 8)),
      4 / 127,
    );
    const { m, e } = constants.input as DyadicChannels;
    const want = Array.from(acc, (value, at) => {
      const col = at % cols;
      const x = oracle.sat(oracle.dyadic(BigInt(value), BigInt(m[col]!), BigInt(e[col]!), "fixed"), 16n);
      const { m: outputM, e: outputE } = constants.output;
      return Number(oracle.sat(oracle.rshr(oracle.gelu(x) * BigInt(outputM), BigInt(outputE)), 8n));
    });
    expect(Array.from(gelu(acc, { rows, cols }, constants))).toEqual(want);
  });
});
