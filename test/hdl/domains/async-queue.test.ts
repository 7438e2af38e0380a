import { expect, test } from "vitest";
import {
  Random,
  recvAll,
  sendAll,
  simulate,
  simulateEmbedded,
  withSeed,
  type Clocks,
  type Process,
  type Testbench,
  type Dut,
  type PortEngine,
} from "../../../src/harness/index.ts";
import {
  asyncQueue,
  clock,
  connect,
  elaborate,
  module,
  sink,
  source,
  stream,
  times,
  uint,
} from "../../../src/hdl/index.ts";
import { EmbeddedSimulator } from "../../../src/hdl/embedded/index.ts";
import { Evaluator, writeWords, readWords, type Simulator } from "../../../src/hdl/simulate/index.ts";

const Cross = module(
  ({ depth }: { depth: number }) => `cross_${depth}`,
  () => ({ enq: sink(stream({ a: uint(5), b: uint(4) })), deq: source(stream({ a: uint(5), b: uint(4) })) }),
  (io, { depth }) => {
    connect(io.deq, asyncQueue(io.enq, { from: clock("write"), to: clock("read"), depth }));
  },
);
type CrossBench = Testbench<Dut<ReturnType<(typeof Cross)["ports"]>>, PortEngine>;

const items = times(80, (i) => ({ a: (i * 7) % 32, b: (i * 5) % 16 }));

/** Sends all items with pauses at both ends; gives the steps that took. */
function transfer({ dut, spawn, run }: CrossBench, random: Random, pause: number): number {
  let got: readonly unknown[] = [];
  spawn(sendAll(dut.enq, items, { pause, random }), { clock: "write" });
  spawn(
    function* (): Process {
      got = yield* recvAll(dut.deq, items.length, { pause, random });
    },
    { clock: "read" },
  );
  const steps = run({ timeout: 20_000 });
  expect(got).toEqual(items);
  return steps;
}

/** Periods that divide each other, that do not, equal ones in and out of phase, and very different ones. */
const ratios: readonly Clocks[] = [
  { write: { period: 1 }, read: { period: 1 } },
  { write: { period: 2 }, read: { period: 3, phase: 1 } },
  { write: { period: 3 }, read: { period: 2, phase: 1 } },
  { write: { period: 5 }, read: { period: 7 } },
  { write: { period: 4 }, read: { period: 4, phase: 3 } },
  { write: { period: 1 }, read: { period: 13 } },
  { write: { period: 17, phase: 2 }, read: { period: 1 } },
  { write: { period: 10 }, read: { period: 11 } },
];

test.each(ratios)("an asynchronous queue keeps order with the clocks %j", async (clocks) => {
  await withSeed((random) => {
    for (const depth of [2, 8]) {
      for (const pause of [0, 0.3]) {
        const bench = simulateEmbedded(Cross, { depth }, { clocks, seed: random.integer(1, 1000) });
        transfer(bench, random, pause);
        bench.close();
      }
    }
  });
});

test("an asynchronous queue of 8 takes and gives an item in every cycle of the slower clock", async () => {
  await withSeed((random) => {
    for (const [write, read] of [
      [1, 1],
      [3, 3],
      [2, 3],
      [5, 2],
    ] as const) {
      const bench = simulateEmbedded(
        Cross,
        { depth: 8 },
        { clocks: { write: { period: write }, read: { period: read } } },
      );
      expect(transfer(bench, random, 0)).toBeLessThanOrEqual((items.length + 6) * Math.max(write, read));
      bench.close();
    }
  });
});

test("Verilator sees the same", async () => {
  await withSeed(async (random) => {
    for (const clocks of [ratios[1]!, ratios[3]!, ratios[4]!]) {
      const bench = await simulate(Cross, { depth: 4 }, { clocks, simulator: "verilator" });
      transfer(bench, random, 0.2);
      bench.close();
    }
  });
});

/** Outputs of every step under random inputs and ticks that follow no period; resets again in the middle. */
function record(simulator: Simulator, random: Random): string[] {
  const { layout, now, sampled } = simulator;
  const inputs = layout.slots.filter(({ direction, name }) => direction === "input" && name !== "clock");
  const outputs = layout.slots.filter(({ direction }) => direction === "output");
  return times(600, (step) => {
    for (const { name, offset, width } of inputs) {
      const inReset = step < 20 || (step >= 300 && step < 310);
      const value = name.endsWith("_reset") ? BigInt(inReset) : random.bits(width);
      writeWords(now, offset, width, value);
    }
    simulator.step(1);
    const values = new Map(outputs.map(({ name, offset, width }) => [name, readWords(sampled, offset, width)]));
    // Without `valid` the payload is what the memory held at the start.
    const shown = [...values].filter(([name]) => !name.includes("payload") || values.get("deq_valid") === 1n);
    return step < 20 ? "in reset" : shown.join("; ");
  });
}

test("evaluator, embedded simulator and Verilator agree step for step whatever the clocks do", async () => {
  await withSeed(async (random) => {
    const seed = random.integer(1, 2 ** 30);
    const design = elaborate(Cross, { depth: 4 });
    const expected = record(new Evaluator(design), new Random(seed));
    expect(new Set(expected).size).toBeGreaterThan(50);
    expect(record(new EmbeddedSimulator(design, { seed: 3 }), new Random(seed))).toEqual(expected);
    const { engine, close } = await simulate(Cross, { depth: 4 }, { simulator: "verilator", resetCycles: 0 });
    const native: Simulator = {
      layout: engine.layout as Simulator["layout"],
      now: engine.now,
      sampled: engine.sampled,
      cycle: 0,
      settle: () => engine.settle(),
      step: (cycles) => (engine.step(cycles), cycles),
      takeFailures: () => [],
      inspect: () => {
        throw new Error("not needed");
      },
    };
    expect(record(native, new Random(seed))).toEqual(expected);
    close();
  });
});
