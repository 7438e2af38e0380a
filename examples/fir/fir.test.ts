import { describe, expect, test } from "vitest";
import { elaborate } from "systole/hdl";
import { simulate, withSeed, type Random } from "systole/testbench";
import { Fir, latency, type FirParams } from "./fir.ts";
import { lowPass } from "./low-pass.ts";

/** y[n] = Σ c[k] x[n - k], with x = 0 before the first sample. */
const reference = (coefficients: readonly number[], samples: readonly number[]): number[] =>
  samples.map((_, n) => coefficients.reduce((sum, c, k) => sum + c * (samples[n - k] ?? 0), 0));

/** What the hardware makes of the samples; before each it pauses with some probability. */
function filter(params: FirParams, samples: readonly number[], pause = 0, random?: Random): number[] {
  const { dut, step } = simulate(Fir, params);
  const sums: number[] = [];
  const cycle = (valid: boolean, sample: number): void => {
    dut.in.valid.poke(valid);
    dut.in.payload.poke(sample);
    if (dut.out.valid.peek() === 1) sums.push(dut.out.payload.peek());
    step();
  };
  for (const sample of samples) {
    while (random?.chance(pause) === true) cycle(false, -1);
    cycle(true, sample);
  }
  for (let i = 0; i < latency(params); i++) cycle(false, 0);
  return sums;
}

const shapes = [[5], [1, 1], [-3, 7, -3], [1, -2, -2, 1], [2, 0, -9, 40, -9, 0, 2], lowPass(32, 0.1, 9)];

describe.each(shapes.map((coefficients) => [coefficients.length, coefficients] as const))("%i taps", (_, c) => {
  const params = { dataBits: 12, coefficients: c };

  test("the response to an impulse is the coefficients", () => {
    const impulse = [1, ...c.map(() => 0)];
    expect(filter(params, impulse)).toEqual([...c, 0]);
  });

  test("equals the reference on random and on extreme samples, with and without pauses", async () => {
    await withSeed((random) => {
      const samples = Array.from({ length: 300 }, () =>
        random.chance(0.3) ? random.pick([-2048, 2047]) : random.integer(-2048, 2047),
      );
      expect(filter(params, samples)).toEqual(reference(c, samples));
      expect(filter(params, samples, 0.4, random)).toEqual(reference(c, samples));
    });
  });
});

test("the low-pass filter lets a slow wave through and takes 40 dB off a fast one", () => {
  const coefficients = lowPass(32, 0.1, 9);
  const gain = coefficients.reduce((sum, c) => sum + c, 0);
  const amplitude = (frequency: number): number => {
    const wave = Array.from({ length: 256 }, (_, n) => Math.round(2000 * Math.sin(2 * Math.PI * frequency * n)));
    const steady = filter({ dataBits: 12, coefficients }, wave).slice(coefficients.length);
    return Math.max(...steady.map(Math.abs)) / (2000 * gain);
  };
  expect(amplitude(0.02)).toBeGreaterThan(0.95);
  expect(amplitude(0.3)).toBeLessThan(0.01);
});

test("coefficients that are not symmetric are refused", () => {
  expect(() => elaborate(Fir, { dataBits: 8, coefficients: [1, 2, 3] })).toThrow(
    "coefficient 0 is 1, its mirror image 3",
  );
});
