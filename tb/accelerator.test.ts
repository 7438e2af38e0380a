import { describe, expect, test } from "vitest";
import { deriveParams, loadConfig } from "../src/config/index.ts";
import type { Params } from "../src/config/index.ts";
import { generateAccelerator } from "../src/generators/index.ts";
import { formatLint, lintVerilog, withSeed } from "../src/harness/index.ts";
import type { MemoryOptions, Random, SimulatorName } from "../src/harness/index.ts";
import { openDriver, runBoth } from "./support/accelerator-driver.ts";
import { variant } from "./support/params.ts";
import { ProgramMaker } from "./support/random-program.ts";

const PRESETS = ["transformer", "gemmini-cnn", "edge", "wide"].map((name) => loadConfig(name));
/** Sub-slices of every kind: R < C, R > C, lanes < C, beats of several words, words of several beats. */
const VARIANTS = [
  variant({ rows: 4, cols: 16, dmaBits: 64 }),
  variant({ rows: 16, cols: 4, dmaBits: 512, outstanding: 2 }),
  variant({ rows: 8, cols: 8, lanes: 4, dmaBits: 128, queueDepth: 2 }),
  variant({ rows: 32, cols: 8, dmaBits: 256, outstanding: 1 }),
];

/** Memories that a system may have. */
const MEMORIES: readonly Partial<MemoryOptions>[] = [
  {},
  { latencyCycles: 20, stalls: { ar: 0.2, r: 0.2, aw: 0.2, w: 0.2, b: 0.2 } },
  { latencyCycles: 200, order: "interleave" },
];

/** Runs the programs on both simulators, which must agree in all that can be seen: DRAM, registers, trace, traffic, cycles. */
async function randomPrograms(p: Params, count: number, size: number, random: Random): Promise<void> {
  for (const memory of MEMORIES) {
    const programs = Array.from({ length: count }, () => new ProgramMaker(p, random).make(size));
    const dramBytes = Math.max(...programs.map(({ dram }) => dram.length));
    const [memorySeed, poison] = [random.word(), random.word()];
    const run = async (simulator: SimulatorName): Promise<unknown[]> => {
      // Memories and registers without reset start at other values in the other simulator: nothing of them may show.
      const options = { memory: { ...memory, seed: memorySeed }, seed: random.integer(1, 1e9), dramBytes, simulator };
      const driver = await openDriver(p, options);
      const seen: unknown[] = [];
      for (const program of programs) {
        seen.push(await runBoth(driver, p, program, poison), driver.observe());
      }
      driver.close();
      return seen;
    };
    expect(await run("embedded")).toEqual(await run("verilator"));
  }
}

describe.each([...PRESETS, ...VARIANTS])("$name", (p) => {
  test("random programs leave in DRAM what the functional machine leaves", () =>
    withSeed((random) => randomPrograms(p, 3, 60, random)));

  test("the emitted Verilog is clean", async () => {
    const { files, top } = generateAccelerator(p);
    expect(formatLint(await lintVerilog(files, top))).toBe("");
  });
});

test("black-box memories: only clocked ones are left out, and with them the design is whole and clean", async () => {
  const inferred = loadConfig("edge");
  const black = generateAccelerator(deriveParams({ ...inferred.config, sram: "blackbox" }));
  const whole = generateAccelerator(inferred);
  const clocked = black.memories.filter(({ asynchronous }) => !asynchronous);
  expect(clocked.length).toBeGreaterThan(0);
  expect(black.blackBoxes).toEqual(clocked.map(({ name }) => name));
  const macros = clocked.map(({ name, text }) => ({ name: `${name}.sv`, text }));
  const names = (files: readonly { readonly name: string }[]): string[] => files.map(({ name }) => name).sort();
  expect(names([...black.files, ...macros])).toEqual(names(whole.files));
  expect(formatLint(await lintVerilog([...black.files, ...macros], black.top))).toBe("");
});
