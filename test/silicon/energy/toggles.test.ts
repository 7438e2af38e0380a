/** Bits that change, counted on the embedded simulator, on the evaluator and by hand. */
import { describe, expect, test } from "vitest";
import { withSeed } from "../../../src/harness/index.ts";
import { EmbeddedSimulator } from "../../../src/hdl/embedded/index.ts";
import {
  bool,
  elaborate,
  emitVerilog,
  input,
  module,
  output,
  reg,
  uint,
  when,
  type Design,
} from "../../../src/hdl/index.ts";
import { Evaluator, writeWords, type Simulator } from "../../../src/hdl/simulate/index.ts";
import { instancePaths } from "../../../src/silicon/energy/accesses.ts";
import { ToggleCounter } from "../../../src/silicon/energy/index.ts";
import { randomStimuli } from "../../hdl/engines.ts";
import type { Stimulus } from "../../hdl/icarus.ts";
import { randomLanes, randomModule } from "../../hdl/random-design.ts";

type Inspected = Simulator & Pick<EmbeddedSimulator, "inspect">;

function poke(simulator: Simulator, stimulus: Stimulus): void {
  for (const slot of simulator.layout.slots) {
    const value = stimulus[slot.name];
    if (value !== undefined) writeWords(simulator.now, slot.offset, slot.width, value);
  }
}

/** By instance: bits, bits of registers; then sums over all cycles of toggles, those of registers, clocked bits. */
function count(design: Design, simulator: Inspected, stimuli: readonly Stimulus[]): Record<string, number[]> {
  const paths = [...instancePaths(design).keys()];
  const counter = new ToggleCounter(simulator.inspect(), paths.length, (path) => paths.indexOf(path));
  const sums = paths.map((_, group) => [counter.bits[group]!, counter.registerBits[group]!, 0, 0, 0]);
  if (simulator.layout.slots.some(({ name }) => name === "reset")) {
    poke(simulator, { reset: 1n });
    simulator.step(1);
    poke(simulator, { reset: 0n });
  }
  simulator.settle();
  for (const stimulus of stimuli) {
    counter.look();
    poke(simulator, stimulus);
    simulator.step(1);
    simulator.settle();
    counter.compare();
    sums.forEach((sum, group) => {
      sum[2]! += counter.toggles[group]!;
      sum[3]! += counter.registerToggles[group]!;
      sum[4]! += counter.clockedBits[group]!;
    });
  }
  return Object.fromEntries(paths.map((path, group) => [path, sums[group]!]));
}

test("random designs: the embedded simulator's count is the evaluator's, instance by instance", async () => {
  await withSeed((random) => {
    for (const top of [
      randomModule(random.word(), 60),
      randomLanes(random.word(), 30, 40, 8),
      randomLanes(random.word(), 20, 12, 5),
    ]) {
      const design = elaborate(top, undefined);
      const stimuli = randomStimuli(random, emitVerilog(design), 30);
      const embedded = count(design, new EmbeddedSimulator(design, { observe: true }), stimuli);
      expect(embedded).toEqual(count(design, new Evaluator(design), stimuli));
      expect(embedded[""]![2]).toBeGreaterThan(0);
    }
  });
});

describe("a register with an enable", () => {
  const Held = module(
    "held",
    () => ({ enable: input(bool), data: input(uint(40)), held: output(uint(40)) }),
    (io) => {
      const kept = reg(uint(40));
      when(io.enable, () => {
        kept.next = io.data;
      });
      io.held.set(kept);
    },
  );

  test.each(["embedded", "evaluator"])("%s", (name) => {
    const design = elaborate(Held, undefined);
    const simulator = name === "embedded" ? new EmbeddedSimulator(design, { observe: true }) : new Evaluator(design);
    // Of the register's 40 bits 3 change at the first edge, none at the second, 4 of the upper word's 8 at the third.
    const counts = count(design, simulator, [
      { enable: 1n, data: 0b111n },
      { enable: 0n, data: 0n },
      { enable: 1n, data: (0xfn << 32n) + 0b111n },
    ]);
    // The enable changes in all three cycles, the data by 3, 3 and 7 bits; the register and the output that shows it by 3 and 4.
    expect(counts[""]).toEqual([1 + 40 + 40 + 40 + 1, 40, 3 + 13 + 7 + 7, 7, 32 + 8]);
  });
});
