/** Energies of workloads on a small accelerator: that they add up, that looking at some cycles tells of all, a processing element. */
import { describe, expect, test } from "vitest";
import { makeWorkload, type Workload } from "../../../src/bench/index.ts";
import { checkConfig, deriveParams } from "../../../src/config/index.ts";
import { Pe } from "../../../src/generators/array/pe.ts";
import { elaborateAccelerator } from "../../../src/generators/index.ts";
import { simulate, withSeed } from "../../../src/harness/index.ts";
import { elaborate, type Design } from "../../../src/hdl/index.ts";
import { memoryModule } from "../../../src/hdl/verilog/memory.ts";
import { instancePaths } from "../../../src/silicon/energy/accesses.ts";
import { DRAM_BYTE, measureEnergy, type EnergyCosts } from "../../../src/silicon/energy/index.ts";
import { EnergyModel } from "../../../src/silicon/energy/model.ts";
import type { EnergyReport } from "../../../src/silicon/report/schema.ts";
import { technologyNode } from "../../../src/silicon/technology/index.ts";

const params = deriveParams(
  checkConfig(
    {
      name: "small",
      array: { rows: 4, cols: 4 },
      scratchpad: { kib: 8, banks: 2 },
      accumulator: { kib: 8, banks: 2 },
      norm: { functions: ["softmax", "layernorm", "gelu"] },
    },
    "small.json",
  ),
);

/** Sizes that stand in for a synthesis: 14 gate equivalents with one flip-flop for every bit of a register. */
function sizes(design: Design): EnergyCosts["modules"] {
  const memories = design.modules.flatMap((module) => module.memories);
  return new Map([
    ...design.modules.map(({ name, nets }): [string, { ge: number; flipFlops: number }] => {
      const bits = nets.reduce((sum, { kind, width }) => sum + (kind === "reg" ? width : 0), 0);
      return [name, { ge: 14 * bits, flipFlops: bits }];
    }),
    ...memories.map((memory): [string, { ge: number; flipFlops: number }] => {
      const flipFlops = memory.width * memory.depth;
      return [memoryModule(memory).name, { ge: 10 * flipFlops, flipFlops }];
    }),
  ]);
}

const sum = (values: readonly { readonly picojoules: number }[]): number =>
  values.reduce((total, { picojoules }) => total + picojoules, 0);

describe("a layer", () => {
  const workload: Workload = makeWorkload(
    "layer",
    params,
    { shape: "16,2,32", seq: 8, repeat: 1, softmax: "deferred", seed: 1 },
    {},
  );
  const modules = sizes(elaborateAccelerator(params));
  const measure = (window: number, node = "45nm"): Promise<EnergyReport> =>
    measureEnergy({
      params,
      workload,
      costs: { modules, node: technologyNode(node) },
      fmaxMhz: 500,
      layers: 3,
      window,
    });

  test("its parts and its operations add up; some of the cycles tell of all; a smaller node takes less, but not of DRAM", async () => {
    const full = await measure(1);
    expect(full.parts.map(({ name }) => name)).toEqual([
      "array",
      "GEMM engine",
      "norm unit",
      "scratchpad",
      "accumulator",
      "DMA",
      "control",
      "DRAM",
    ]);
    for (const { picojoules } of full.parts) expect(picojoules).toBeGreaterThan(0);
    expect(sum(full.parts)).toBeCloseTo(full.totalPicojoules, 3);
    expect(sum(full.operations)).toBeCloseTo(full.totalPicojoules, 3);
    expect(full.parts.reduce((total, { share }) => total + share, 0)).toBeCloseTo(1, 9);
    expect(full.operations.reduce((total, { cycles }) => total + cycles, 0)).toBe(full.cycles);
    expect(full.inference).toEqual({
      ...{ layers: 3, picojoules: 3 * full.totalPicojoules, cycles: 3 * full.cycles },
      seconds: (3 * full.cycles) / 500e6,
    });
    expect(full.energyDelayProduct).toBeCloseTo((full.totalPicojoules * 1e-12 * full.cycles) / 500e6, 20);
    // DRAM: whole bytes, as the hardware counts them.
    const dram = full.parts.at(-1)!.picojoules / DRAM_BYTE.value;
    expect(Math.abs(dram - Math.round(dram))).toBeLessThan(1e-6);

    const some = await measure(7);
    expect(some.cycles).toBe(full.cycles);
    const onChip = (report: EnergyReport): number => report.totalPicojoules - report.parts.at(-1)!.picojoules;
    expect(Math.abs(onChip(some) / onChip(full) - 1)).toBeLessThan(0.05);
    for (const [index, { share }] of some.parts.entries()) {
      expect(Math.abs(share - full.parts[index]!.share)).toBeLessThan(0.02);
    }

    const small = await measure(7, "7");
    for (const [index, { name, picojoules }] of small.parts.entries()) {
      const before = some.parts[index]!.picojoules;
      if (name === "DRAM") expect(picojoules).toBe(before);
      else expect(picojoules / before).toBeCloseTo(["scratchpad", "accumulator"].includes(name) ? 0.36 : 0.33, 1);
    }
  });

  test("it can be interrupted", async () => {
    const signal = AbortSignal.abort(new Error("enough"));
    const costs = { modules };
    await expect(measureEnergy({ params, workload, costs, fmaxMhz: 500, signal })).rejects.toThrow("enough");
  });
});

test("a processing element with small activations takes 1.6 pJ a cycle at 45 nm within a factor of 2", async () => {
  await withSeed((random) => {
    const pe = { operandBits: 8, sumBits: 20 };
    const { engine, dut, step } = simulate(Pe, pe, { observe: true });
    const design = elaborate(Pe, pe);
    const modules = new Map([["pe", { ge: 1171, flipFlops: 47 }]]);
    const model = new EnergyModel(instancePaths(design), engine.inspect(), { modules });
    let picojoules = 0;
    const cycles = 400;
    for (let cycle = 0; cycle < cycles; cycle++) {
      engine.settle();
      model.before();
      // Activations as behind a LayerNorm; the shadow weight moves and the weights swap now and then.
      const activation = BigInt.asUintN(9, BigInt(random.integer(-15, 15) + random.integer(-15, 15)));
      const control = random.chance(0.05) ? 1n : 0n;
      dut.west.poke((activation << 2n) | (control << 1n) | control);
      dut.north.poke((BigInt.asUintN(20, BigInt(random.integer(-4000, 4000))) << 1n) | control);
      dut.northWeight.poke(random.integer(-128, 127));
      step();
      engine.settle();
      model.after();
      picojoules += model.parts.reduce((a, b) => a + b, 0);
    }
    const mean = picojoules / cycles;
    expect(mean).toBeGreaterThan(1.6 / 2);
    expect(mean).toBeLessThan(1.6 * 2);
  });
});
