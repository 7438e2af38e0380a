import { describe, expect, test } from "vitest";
import { layerWorkload, matmulWorkload, softmaxWorkload } from "../src/bench/index.ts";
import type { Workload } from "../src/bench/index.ts";
import { imageBytes, predictProgram } from "../src/compiler/index.ts";
import type { MemoryModel } from "../src/compiler/index.ts";
import { writesStream } from "../src/compiler/accesses.ts";
import { loadConfig } from "../src/config/index.ts";
import type { Params } from "../src/config/index.ts";
import { withSeed } from "../src/harness/index.ts";
import type { Random } from "../src/harness/index.ts";
import type { Command } from "../src/isa/index.ts";
import { Device, runProgram } from "../src/runtime/index.ts";
import { openDriver } from "./support/accelerator-driver.ts";
import { ProgramMaker } from "./support/random-program.ts";
import { assemble, withSemaphores } from "./support/test-program.ts";

/** A command's life as the trace port shows it. */
type Life = readonly [index: number, engine: string, start: number, retire: number];

/** Products and passes of a random program, without LOAD, STORE and whatever speaks to them. */
function computeOnly(p: Params, random: Random, count: number): Command[] {
  const { commands, dram } = new ProgramMaker(p, random).make(count);
  const kept = commands.filter((c) => c.engine === "gemm" || (c.engine === "norm" && !writesStream(c.fields)));
  return withSemaphores(p, kept, dram.length);
}

const COMPUTE = [loadConfig("transformer"), loadConfig("edge"), loadConfig("gemmini-cnn")];

describe.each(COMPUTE)("$name", (p) => {
  test.each([0, 20, 100])(
    "products and passes start and retire in the cycles of the RTL, latency %i",
    (latencyCycles) =>
      withSeed(async (random) => {
        const driver = await openDriver(p, { memory: { latencyCycles }, seed: random.word(), dramBytes: 4096 });
        for (let i = 0; i < 3; i++) {
          const commands = computeOnly(p, random, 70);
          driver.start(assemble(commands));
          await driver.accelerator.runUntilInterrupt({ maxCycles: 200_000 });
          // The interrupt's register follows the end of the program by one cycle.
          const end = driver.accelerator.cycle() - 1;
          const cycles = driver.read("CYCLES_LO");
          const { commands: traces } = driver.accelerator.takeTrace(end - cycles, end);
          const measured = traces
            .map(({ index, engine, start, retire }): Life => [index, engine, start, retire])
            .sort((a, b) => a[0] - b[0]);
          // The driver's first command is the eighth of a burst's reach, see its offset.
          const predicted = predictProgram(
            p,
            commands,
            { latencyCycles, bytesPerCycle: p.beatBytes },
            { firstCommand: 7 },
          );
          const lives = commands.map(({ engine }, index): Life => [
            index,
            engine,
            predicted.start[index]!,
            predicted.retire[index]!,
          ]);
          expect(lives).toEqual(measured);
          // A row job that outlives the last command may end the program a cycle later.
          expect(Math.abs(predicted.cycles - cycles)).toBeLessThanOrEqual(1);
        }
        driver.close();
      }),
  );
});

/** Runs a workload; the cycles of its counter, and what the cost model says. */
async function wholeProgram(
  p: Params,
  { compiled, prepare }: Workload,
  memory: MemoryModel,
): Promise<[number, number]> {
  const { program, createImage, expectedCycles } = compiled;
  const device = await Device.open(p, {
    memory: { ...memory, stallProbability: 0, seed: 1 },
    imageBytes: Math.ceil(imageBytes(program) / 4096) * 4096,
  });
  device.image.set(createImage());
  prepare(device.image);
  const { counters } = await runProgram(device, program);
  device.close();
  return [expectedCycles, counters.cycles];
}

const transformer = loadConfig("transformer");
const edge = loadConfig("edge");
const gemmini = loadConfig("gemmini-cnn");
const SMALL = { hidden: 128, heads: 2, intermediate: 512, layers: 1, softmax: "deferred", seed: 3 } as const;
const LAYER = { hidden: 256, heads: 4, intermediate: 1024, layers: 1, softmax: "deferred", seed: 3 } as const;

const PROGRAMS: readonly (readonly [string, Params, number, number, (p: Params, memory: MemoryModel) => Workload])[] = [
  ["a small layer", transformer, 100, 16, (p, memory) => layerWorkload(p, { ...SMALL, seq: 40 }, { memory })],
  ["a small layer", transformer, 20, 8, (p, memory) => layerWorkload(p, { ...SMALL, seq: 40 }, { memory })],
  ["a layer of 64 tokens", transformer, 100, 16, (p, memory) => layerWorkload(p, { ...LAYER, seq: 64 }, { memory })],
  ["a layer of 64 tokens", transformer, 200, 8, (p, memory) => layerWorkload(p, { ...LAYER, seq: 64 }, { memory })],
  ["a small layer", edge, 100, 8, (p, memory) => layerWorkload(p, { ...SMALL, seq: 24 }, { memory })],
  ["a small layer", gemmini, 100, 16, (p, memory) => layerWorkload(p, { ...SMALL, seq: 40 }, { memory })],
  [
    "Softmax",
    transformer,
    100,
    16,
    (p, memory) => softmaxWorkload(p, { rows: 64, cols: 256, repeat: 2, mode: "normalised", seed: 1 }, { memory }),
  ],
  [
    "a product",
    transformer,
    20,
    16,
    (p, memory) => matmulWorkload(p, { rows: 128, cols: 128, inner: 128, seed: 1 }, { memory }),
  ],
  [
    "a product of one row",
    transformer,
    100,
    16,
    (p, memory) => matmulWorkload(p, { rows: 1, cols: 512, inner: 512, seed: 1 }, { memory }),
  ],
];

test.each(PROGRAMS)(
  "$0 on $1.name, latency $2, $3 bytes a cycle: within 2 %",
  async (_, p, latencyCycles, bytesPerCycle, make) => {
    const memory = { latencyCycles, bytesPerCycle };
    const [predicted, measured] = await wholeProgram(p, make(p, memory), memory);
    expect(Math.abs(predicted / measured - 1), `${predicted} predicted, ${measured} measured`).toBeLessThanOrEqual(
      0.02,
    );
  },
);
