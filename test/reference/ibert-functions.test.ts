/** The functions of a norm unit built for I-BERT's variants: against the paper's own steps in big integers, and against float. */
import { describe, expect, test } from "vitest";
import {
  expScale,
  floatGelu,
  floatSoftmax,
  gelu,
  geluConstants,
  iExpElement,
  iExpSteps,
  iGeluElement,
  iGeluScale,
  softmax,
  softmaxDeferred,
} from "../../src/reference/index.ts";
import * as oracle from "./oracle.ts";
import { describeRandom } from "./random.ts";

/** floor, as the paper has it everywhere. */
const floorDiv = (a: bigint, b: bigint): bigint => (a % b !== 0n && a < 0n !== b < 0n ? a / b - 1n : a / b);

/** Algorithm 3 at the scale ln 2 / 3398: constants as the paper finds them, from its real coefficients. */
function iExp(u: bigint): bigint {
  const scale = Math.LN2 / 3398;
  const ln2 = BigInt(Math.floor(Math.LN2 / scale + 1e-9));
  // 0.35815147 p² + 0.96963238 p + 1 with its square completed.
  const b = 0.96963238 / (2 * 0.35815147);
  const c = 1 - 0.35815147 * b * b;
  const [qB, qC] = [BigInt(Math.floor(b / scale)), BigInt(Math.floor(c / (0.35815147 * scale * scale)))];
  const z = floorDiv(u, ln2);
  const p = z * ln2 - u;
  return (((p + qB) ** 2n + qC) >> 10n) >> z;
}

/** Algorithm 2 at the scale 2^-11, 14 bits of i-erf's square dropped. */
function iGelu(q: bigint): bigint {
  const scale = 2 ** -11 / Math.SQRT2;
  const qB = BigInt(Math.floor(-1.769 / scale));
  const erfScale = -0.2888 * scale * scale * 2 ** 14;
  const qC = BigInt(Math.floor(1 / erfScale));
  const magnitude = q < 0n ? -q : q;
  const clipped = oracle.minimum(magnitude, -qB);
  const sign = q < 0n ? -1n : 1n;
  const erf = sign * (floorDiv((clipped + qB) ** 2n, 2n ** 14n) + qC);
  // The scale of the sum is negative.
  return floorDiv(q * -(erf + qC), 2n ** 11n);
}

describe("i-exp", () => {
  // The distance as it is, below 2^16.
  const scale = { m: 512, e: 9 };
  const one = 65_527;

  test("equals the paper's steps on every distance, and is 0 from 2^16 on", () => {
    for (let u = 0; u < 2 ** 16; u++) {
      const got = iExpElement(u, scale);
      if (BigInt(got) !== iExp(BigInt(u))) expect.fail(`i-exp of ${u} is ${got}`);
    }
    for (let u = 2 ** 16; u < 2 ** 17; u += 2) expect(iExpElement(u, { m: 1024, e: 10 })).toBe(0);
  });

  test("falls from 65527 without a rise, and errs by the 1.9e-3 that the paper states", () => {
    expect(iExpElement(0, scale)).toBe(one);
    let [last, largest] = [one, 0];
    for (let u = 0; u < 2 ** 16; u++) {
      const got = iExpElement(u, scale);
      if (got > last) expect.fail(`i-exp rises at ${u}`);
      last = got;
      largest = Math.max(largest, Math.abs(got / one - Math.exp((-u * Math.LN2) / iExpSteps)));
    }
    expect(largest).toBeCloseTo(1.9e-3, 4);
  });
});

describe("i-gelu", () => {
  test("equals the paper's steps on every input", () => {
    for (let x = -32768; x < 32768; x++) {
      const got = iGeluElement(x);
      if (BigInt(got) !== iGelu(BigInt(x))) expect.fail(`i-gelu of ${x} is ${got}`);
    }
  });

  test("errs by the 1.8e-2 and, in the mean square, 8.2e-3 that the paper states for [-4, 4]", () => {
    let [largest, squares] = [0, 0];
    for (let x = -8192; x <= 8192; x++) {
      const error = Math.abs(iGeluElement(x) * iGeluScale - floatGelu(x / 2048));
      largest = Math.max(largest, error);
      squares += error * error;
    }
    expect(largest).toBeGreaterThan(1.8e-2);
    expect(largest).toBeLessThan(1.9e-2);
    expect(Math.sqrt(squares / 16385)).toBeCloseTo(8.2e-3, 4);
  });

  test.each([
    [2, 1.3, 0.5],
    [4, 1.15, 0.35],
    [8, 0.9, 0.25],
  ])("to s8, |x| <= %i: within %d units of float, %d in the mean", (range, max, mean) => {
    const outputScale = range / 127;
    const constants = geluConstants([2 ** -11], outputScale, "ibert");
    const steps = Int32Array.from({ length: range * 4096 }, (_, i) => i - range * 2048);
    const errors = Array.from(
      gelu(steps, { rows: 1, cols: steps.length }, { ...constants, input: { m: 1024, e: 10 } }),
      (y, i) => Math.abs(y - Math.max(-128, Math.min(127, floatGelu(steps[i]! / 2048) / outputScale))),
    );
    expect(errors.reduce((a, b) => Math.max(a, b))).toBeLessThan(max);
    expect(errors.reduce((a, b) => a + b) / errors.length).toBeLessThan(mean);
  });
});

describeRandom("softmax by i-exp", (random) => {
  // Exps are rounded down: of 512 small ones the sum is short of up to 256 of 65527, 0.4 % and so a unit of 255.
  test.each([
    [128, 1, 1],
    [128, 3, 1],
    [512, 1, 1],
    [512, 3, 2],
  ])("%i gaussian scores of sigma %i: within %i of float", (cols, sigma, tolerance) => {
    const unit = 1e-3;
    for (let round = 0; round < 10; round++) {
      const scores = Int32Array.from({ length: cols }, () => Math.round((random.gaussian() * sigma) / unit));
      const { probabilities } = softmax(scores, { rows: 1, cols }, expScale(unit, "ibert"), "ibert");
      const exact = floatSoftmax(Float64Array.from(scores, (score) => score * unit));
      const error = probabilities.reduce(
        (most, p, i) => Math.max(most, Math.abs(p - Math.min(255, 256 * exact[i]!))),
        0,
      );
      expect(error).toBeLessThan(tolerance);
    }
  });

  test("deferred, the largest score has the largest byte, and the sum is that of all exps unrounded", () => {
    const scores = Int32Array.from({ length: 100 }, () => random.integer(-5000, 5000));
    const scale = expScale(1e-3, "ibert");
    const { exps, rows } = softmaxDeferred(scores, { rows: 1, cols: 100, valid: 90 }, scale, "ibert");
    const top = scores.slice(0, 90).reduce((a, b) => Math.max(a, b));
    expect(exps[scores.indexOf(top)]).toBe(255);
    expect(Array.from(exps.slice(90))).toEqual(new Array(10).fill(0));
    const sum = scores.slice(0, 90).reduce((total, score) => total + iExpElement(top - score, scale), 0);
    expect(rows.sum[0]).toBe(sum);
  });
});
