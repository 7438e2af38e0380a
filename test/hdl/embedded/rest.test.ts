/** Parts of a design that rest: nobody can tell, except by the clock. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { withSeed, type Random } from "../../../src/harness/index.ts";
import { EmbeddedSimulator } from "../../../src/hdl/embedded/index.ts";
import { elaborate, type Design } from "../../../src/hdl/index.ts";
import { Evaluator, readWords, writeWords } from "../../../src/hdl/simulate/index.ts";
import { buildModule } from "../fuzz/build.ts";
import { designPlan } from "../fuzz/plan.ts";
import { randomSystem } from "./random-system.ts";

/**
 * Runs a design with inputs that mostly stay as they are, every instance free to rest after any cycle, and demands the
 * evaluator's outputs and failures in every cycle. Gives the part of all instances and cycles in which one rested.
 */
function restedShare(design: Design, random: Random, cycles: number): number {
  const oracle = new Evaluator(design);
  const rest = { leastDesign: 0, leastBlock: 0, period: random.pick([1, 1, 2, 4]) };
  const embedded = new EmbeddedSimulator(design, { rest });
  const { slots } = oracle.layout;
  const outputs = slots.filter(({ direction }) => direction === "output");
  const [seen, all] = [{ resting: 0 }, { blocks: 0 }];
  for (let cycle = 0; cycle < cycles; cycle++) {
    for (const { name, direction, offset, width } of slots) {
      if (direction === "output" || !(cycle === 0 || random.chance(0.06))) continue;
      const bits = random.chance(0.6) ? random.pick([0n, 0n, -1n, 1n]) : random.bits(width);
      const value = name === "reset" ? BigInt(cycle < 2 || random.chance(0.1)) : bits;
      for (const { now } of [oracle, embedded]) writeWords(now, offset, width, value);
    }
    if (random.chance(0.01)) embedded.settle();
    oracle.step(1);
    embedded.runCycle();
    const { resting, all: blocks } = embedded.restingBlocks();
    seen.resting += resting;
    all.blocks += blocks;
    for (const { name, offset, width } of outputs) {
      const [found, wanted] = [embedded, oracle].map(({ sampled }) => readWords(sampled, offset, width));
      if (found !== wanted) expect.fail(`cycle ${cycle}: ${name} is ${found}, not ${wanted}`);
    }
    expect(embedded.takeFailures().length).toBe(oracle.takeFailures().length);
  }
  return all.blocks === 0 ? 0 : seen.resting / all.blocks;
}

test("rows of instances and memories rest and wake without a difference", async () => {
  await withSeed((random) => {
    const shares = Array.from({ length: 15 }, () => restedShare(elaborate(randomSystem(random.word())), random, 60));
    expect(Math.max(...shares)).toBeGreaterThan(0.05);
  });
});

test("random designs rest and wake without a difference", async () => {
  await withSeed((random) => {
    for (const plan of fc.sample(designPlan, { numRuns: 25, seed: random.word() | 0 })) {
      restedShare(elaborate(buildModule(plan, "unit")), random, 80);
    }
  });
});
