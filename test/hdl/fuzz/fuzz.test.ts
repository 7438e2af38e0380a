import { expect, test } from "vitest";
import { withSeed } from "../../../src/harness/index.ts";
import { fuzz, shrink, type FuzzOptions } from "./fuzz.ts";
import { KINDS } from "./kinds.ts";
import { emitterMistakes, loweringMistakes } from "./mutations.ts";

const options = { cycles: 20, batch: 50 };

/**
 * The same designs every time where Verilator takes part: 5.006 makes mistakes of its own, which some designs may meet.
 * `npm run bench:fuzz` goes on to others, and tells such mistakes from ours.
 */
const SEED = Number(process.env["SYSTOLE_SEED"] ?? 1);

test("100 random designs mean the same to the evaluator, the embedded simulator and Verilator", async () => {
  const all: FuzzOptions = { ...options, seed: SEED, designs: 100, verilog: true, referee: true };
  const { found, kinds, designs, simulatorMistakes } = await fuzz(all);
  if (found !== undefined) expect(await shrink(found, all, 30), `seed ${all.seed}`).toBeUndefined();
  expect(designs).toBe(100);
  expect(simulatorMistakes.map(({ batch, disagreement }) => ({ batch, ...disagreement }))).toEqual([]);
  expect(KINDS.filter((kind) => !kinds.has(kind))).toEqual([]);
}, 300_000);

// All of them: npm run bench:fuzz.
test.each(Object.entries(emitterMistakes).slice(0, 6))(
  "an emitter with a mistake is found: %s",
  async (_name, emitterMistake) => {
    const { found } = await fuzz({ cycles: 15, batch: 12, seed: SEED, designs: 240, verilog: true, emitterMistake });
    expect(found?.engine).toBe("Verilator");
  },
  300_000,
);

test.each(Object.entries(loweringMistakes))(
  "a lowering with a mistake is found: %s",
  async (_name, loweringMistake) => {
    await withSeed(async (random) => {
      const seed = random.integer(0, 1e9);
      const { found } = await fuzz({ ...options, seed, designs: 400, verilog: false, loweringMistake });
      expect(found?.engine).toBe("embedded");
    });
  },
);

test("the design of a disagreement is made small", async () => {
  const loweringMistake = loweringMistakes["a subtraction adds"]!;
  const all: FuzzOptions = { ...options, seed: 4, designs: 50, verilog: false, loweringMistake };
  const { found } = await fuzz(all);
  const { description, before, disagreement } = await shrink(found!, all, 60);
  expect(disagreement.found).not.toBe(disagreement.expected);
  const lines = (text: string): number => text.split("\n").length;
  expect(lines(description), description).toBeLessThan(lines(before) / 2);
});
