import { expect } from "vitest";
import type { Random } from "../../../src/harness/index.ts";
import { EmbeddedSimulator } from "../../../src/hdl/embedded/index.ts";
import type { Design } from "../../../src/hdl/index.ts";
import { Evaluator, readWords, writeWords, type Simulator } from "../../../src/hdl/simulate/index.ts";

/** Drives the evaluator and the embedded simulator alike, resets among the stimuli, and demands equal ports in every cycle. */
export function expectSameAsEvaluator(design: Design, random: Random, steps: number): void {
  const oracle = new Evaluator(design);
  const embedded = new EmbeddedSimulator(design);
  const { slots } = oracle.layout;
  for (let i = 0; i < steps; i++) {
    for (const { name, direction, offset, width } of slots) {
      if (direction === "output") continue;
      const resets = i === 0 || random.chance(0.02);
      const bits = random.chance(0.3) ? random.pick([0n, -1n, 1n]) : random.bits(width);
      const value = name === "reset" ? BigInt(resets) : bits;
      for (const { now } of [oracle, embedded]) writeWords(now, offset, width, value);
    }
    if (random.chance(0.1)) for (const simulator of [oracle, embedded]) simulator.settle();
    const cycles = random.chance(0.2) ? random.integer(2, 4) : 1;
    const done = oracle.step(cycles);
    expect(embedded.step(cycles)).toBe(done);
    expect(outputs(embedded, embedded.now), `now, cycle ${oracle.cycle}`).toEqual(outputs(oracle, oracle.now));
    const [seen, wanted] = [outputs(embedded, embedded.sampled), outputs(oracle, oracle.sampled)];
    expect(seen, `sampled, cycle ${oracle.cycle}`).toEqual(wanted);
  }
}

function outputs({ layout }: Simulator, words: Uint32Array): Record<string, string> {
  const ports = layout.slots.filter((slot) => slot.direction === "output");
  return Object.fromEntries(
    ports.map(({ name, offset, width }) => [name, readWords(words, offset, width).toString(16)]),
  );
}
