/** Parts of a design that rest: nobody can tell, except by the clock. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { withSeed, type Random } from "../../../src/harness/index.ts";
import { EmbeddedSimulator } from "../../../src/hdl/embedded/index.ts";
import {
  bool,
  elaborate,
  input,
  instance,
  memory,
  module,
  output,
  times,
  uint,
  type Design,
} from "../../../src/hdl/index.ts";
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

test("a write port whose address is beyond the last word wakes when the address is one of a word", () => {
  const Store = module(
    "store_of_five",
    () => ({ address: input(uint(3)), data: input(uint(8)), enable: input(bool), word: output(uint(8)) }),
    (io) => {
      const words = memory({ shape: uint(8), depth: 5 });
      words.write({ address: io.address, data: io.data, enable: io.enable });
      io.word.set(words.read({ address: 2, sync: false }));
    },
  );
  const rest = { leastDesign: 0, leastBlock: 0, period: 1 };
  const Pair = module(
    "pair_of_stores",
    () => ({ address: input(uint(3)), data: input(uint(8)), words: times(2, () => output(uint(8))) }),
    (io) => {
      io.words.forEach((word, index) => {
        const store = instance(Store, {}, { name: `store_${index}` });
        store.address.set(io.address);
        store.data.set(io.data);
        store.enable.set(true);
        word.set(store.word);
      });
    },
  );
  const simulator = new EmbeddedSimulator(elaborate(Pair, {}), { rest });
  const slot = (name: string): { readonly offset: number; readonly width: number } =>
    simulator.layout.slots.find((each) => each.name === name)!;
  const put = (name: string, value: bigint): void => {
    writeWords(simulator.now, slot(name).offset, slot(name).width, value);
  };
  put("address", 6n);
  put("data", 77n);
  for (let cycle = 0; cycle < 8; cycle++) simulator.runCycle();
  put("address", 2n);
  for (let cycle = 0; cycle < 2; cycle++) simulator.runCycle();
  for (const name of ["words_0", "words_1"]) {
    expect(readWords(simulator.sampled, slot(name).offset, slot(name).width), name).toBe(77n);
  }
});

test("random designs rest and wake without a difference", async () => {
  await withSeed((random) => {
    for (const plan of fc.sample(designPlan, { numRuns: 25, seed: random.word() | 0 })) {
      restedShare(elaborate(buildModule(plan, "unit")), random, 80);
    }
  });
});
