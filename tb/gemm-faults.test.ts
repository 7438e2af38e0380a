import { describe, expect, test } from "vitest";
import { deriveParams } from "../src/config/index.ts";
import { poke, send, until, withSeed } from "../src/harness/index.ts";
import { FAULTS, GEMM_INITS } from "../src/isa/index.ts";
import type { FaultName, PartialFields } from "../src/isa/index.ts";
import { fields } from "./support/gemm-commands.ts";
import { compareAccumulator, fill, open, ROW_SLOTS, runCommands, variant } from "./support/gemm-driver.ts";
import { randomMachine } from "./support/gemm-model.ts";

describe("faults", () => {
  const p = variant(16, 16);
  const good: PartialFields<"gemm"> = {
    rows: 16,
    kTiles: 2,
    nTiles: 2,
    aStride: 16,
    wAddress: 64,
    wStride: 32,
    accStride: 16,
  };
  const { scratchpadWords: words, accumulatorRows } = p;
  test.each<[string, PartialFields<"gemm">, FaultName]>([
    ["no rows", { rows: 0 }, "illegalField"],
    ["no K step", { kTiles: 0 }, "illegalField"],
    ["no N tile", { nTiles: 0 }, "illegalField"],
    ["an unknown initial value", { init: 3 }, "illegalField"],
    ["a sub-slice of activations that a word does not have", { aSub: 1 }, "illegalField"],
    ["a sub-slice of weights that a word does not have", { wSub: 1 }, "illegalField"],
    ["row slots beyond the memory", { trackMax: 1, rowSlot: ROW_SLOTS - 15 }, "rowSlotRange"],
    ["activations beyond the scratchpad", { aAddress: words - 15, aStride: 0 }, "scratchpadRange"],
    ["a second slice of activations beyond the scratchpad", { aAddress: words - 16, aStride: 1 }, "scratchpadRange"],
    ["activations far beyond the scratchpad", { aAddress: 2 ** 20 - 1 }, "scratchpadRange"],
    ["weights beyond the scratchpad", { wAddress: words - 31, wStride: 0 }, "scratchpadRange"],
    ["transposed weights beyond the scratchpad", { wAddress: words - 31, wStride: 0, transpose: 1 }, "scratchpadRange"],
    ["sums beyond the accumulator", { accAddress: accumulatorRows - 31 }, "accumulatorRange"],
    ["a stride beyond the accumulator", { accStride: 2 ** 20 - 1 }, "accumulatorRange"],
    ["a bias beyond the accumulator", { init: GEMM_INITS.bias, biasAddress: accumulatorRows - 1 }, "accumulatorRange"],
  ])("%s", async (_what, wrong, name) => {
    const bench = await open(p, 1);
    const { dut, spawn, run, step } = bench;
    spawn(
      function* () {
        yield* send(dut.command, { ...fields(good), index: 6 });
        yield* send(dut.command, { ...fields({ ...good, ...wrong }), index: 7 });
      },
      { background: true },
    );
    spawn(until(dut.fault.valid));
    run({ timeout: 500 });
    expect(dut.fault.code.peek()).toBe(FAULTS[name].code);
    expect(dut.fault.index.peek()).toBe(7);
    // Nothing is started any more.
    poke(dut.command.payload, { ...fields(good), index: 8 });
    dut.command.valid.poke(1);
    for (let i = 0; i < 200; i++) {
      step();
      expect(dut.command.ready.sampled()).toBe(0);
      expect(dut.fault.valid.sampled()).toBe(1);
    }
    bench.close();
  });

  test("the edges of the memories are in range", async () => {
    await withSeed(async (random) => {
      const edges = { aAddress: words - 32, wAddress: words - 64, accAddress: accumulatorRows - 32 };
      await runCommands(p, [fields({ ...good, ...edges, trackMax: 1, startMax: 1, rowSlot: ROW_SLOTS - 16 })], random);
    });
  });

  test("row maxima in a configuration without Softmax", async () => {
    const { config } = p;
    const plain = deriveParams({ ...config, norm: { ...config.norm, functions: [] } });
    const bench = await open(plain, 1);
    const { dut, spawn, run } = bench;
    spawn(send(dut.command, { ...fields({ ...good, trackMax: 1 }), index: 3 }), { background: true });
    spawn(until(dut.fault.valid));
    run({ timeout: 100 });
    expect(dut.fault.code.peek()).toBe(FAULTS.unknownCommand.code);
    expect(dut.fault.index.peek()).toBe(3);
    bench.close();
  });

  test("halt stops writing", async () => {
    await withSeed(async (random) => {
      const bench = await open(p, random.word());
      const { dut, spawn, run, step } = bench;
      const machine = randomMachine(p, random);
      spawn(fill(bench, p, machine));
      run();
      dut.halt.poke(1);
      poke(dut.command.payload, { ...fields(good), index: 0 });
      dut.command.valid.poke(1);
      step(200);
      expect(dut.command.ready.peek()).toBe(0);
      expect(dut.busy.peek()).toBe(0);
      spawn(compareAccumulator(bench, p, machine));
      run();
      bench.close();
    });
  });

  test("tiles that share rows fail an assertion of the simulation", async () => {
    const bench = await open(p, 1);
    const { dut, spawn, run, step } = bench;
    spawn(
      send(dut.command, { ...fields({ ...good, kTiles: 1, accStride: 15, init: GEMM_INITS.accumulate }), index: 0 }),
    );
    run();
    expect(() => {
      step(200);
    }).toThrow("a failed assertion");
    bench.close();
  });
});
