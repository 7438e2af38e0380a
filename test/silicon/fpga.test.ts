import { beforeAll, describe, expect, test } from "vitest";
import { loadConfig } from "../../src/config/index.ts";
import { Accelerator } from "../../src/generators/index.ts";
import { elaborate } from "../../src/hdl/index.ts";
import { memoryModule } from "../../src/hdl/verilog/memory.ts";
import {
  DEFAULT_MACRO_RULE,
  designStructure,
  exceeds,
  fpgaReport,
  fpgaUnits,
  fpgaUse,
  LARGEST_DEVICES,
  NO_MACROS,
  type FpgaFamily,
  type ModuleSynthesis,
} from "../../src/silicon/index.ts";
import { runUnit } from "../../src/silicon/synthesis/job.ts";
import { recipeFor } from "../../src/silicon/synthesis/targets.ts";

const edge = elaborate(Accelerator, loadConfig("edge"));
const units = new Map(fpgaUnits(edge, DEFAULT_MACRO_RULE).map((unit) => [unit.module, unit]));

/** Memories that are macros on a chip: scratchpad, accumulator, rows of the norm unit. */
const macros = [...designStructure(edge, DEFAULT_MACRO_RULE).modules.values()]
  .flatMap(({ memories }) => memories.filter(({ built }) => built === "macro"))
  .map(({ module }) => module);

/** Modules of the preset `edge`, mapped each by itself. */
async function map(family: FpgaFamily, names: readonly string[]): Promise<Map<string, ModuleSynthesis>> {
  const recipe = recipeFor({ kind: "fpga", family });
  const signal = new AbortController().signal;
  const made = new Map<string, ModuleSynthesis>();
  for (const name of names) made.set(name, await runUnit(units.get(name)!, recipe, undefined, signal));
  return made;
}

/** The memory module of the banks of `scratchpad` or `accumulator`. */
function bankOf(memory: string): string {
  const banks = edge.modules.find(({ name }) => name === `${memory}_banks`)!;
  const name = designStructure(edge, NO_MACROS).modules.get(banks.name)!.memories[0]!.module;
  expect(units.get(name)).toBeDefined();
  return name;
}

const scratchpad = bankOf("scratchpad");
const accumulator = bankOf("accumulator");
const fifo = "memory_1a1w_8x64";

describe("Xilinx 7-series", () => {
  let made: Map<string, ModuleSynthesis>;
  beforeAll(async () => {
    made = await map("xc7", ["pe", ...new Set(macros), fifo]);
  }, 240_000);
  const cells = (module: string) => made.get(module)!.cells;
  const use = (module: string) => fpgaUse("xc7", cells(module));

  test("the multiplier of a PE, and its sum, are a DSP block", () => {
    expect(cells("pe")["DSP48E1"]).toBe(1);
    expect(use("pe").dsp).toBe(1);
    expect(use("pe").lut).toBeLessThan(30);
  });

  test("banks of scratchpad and accumulator, and all other macros, are block RAMs and nothing else", () => {
    expect(macros).toEqual(expect.arrayContaining([scratchpad, accumulator]));
    for (const bank of macros) {
      expect(Object.keys(cells(bank)).every((cell) => cell.startsWith("RAMB"))).toBe(true);
    }
    // 1024 words of 64 bits are two RAMB36 of 36 bits a word, 512 words of 256 bits four of 72.
    expect(use(scratchpad)).toEqual({ lut: 0, ff: 0, dsp: 0, bram: 2, lutRam: 0, lutShift: 0 });
    expect(use(accumulator)).toEqual({ lut: 0, ff: 0, dsp: 0, bram: 4, lutRam: 0, lutShift: 0 });
  });

  test("only queues, which read without a clock, are in look-up tables", () => {
    expect(use(fifo).bram).toBe(0);
    expect(use(fifo).lutRam).toBe(use(fifo).lut);
    expect(use(fifo).lut).toBeGreaterThan(0);
  });
});

test("ECP5: a PE's multiplier in MULT18X18D, banks in DP16KD", async () => {
  const made = await map("ecp5", ["pe", accumulator]);
  expect(made.get("pe")!.cells["MULT18X18D"]).toBe(1);
  // 36 bits a word and 512 words: 256 bits take eight.
  expect(made.get(accumulator)!.cells).toEqual({ DP16KD: 8 });
}, 120_000);

test("iCE40: a PE's multiplier and sum in SB_MAC16, banks in 4 kbit blocks", async () => {
  const made = await map("ice40", ["pe", accumulator]);
  expect(made.get("pe")!.cells["SB_MAC16"]).toBe(1);
  expect(fpgaUse("ice40", made.get(accumulator)!.cells)).toEqual({
    lut: 0,
    ff: 0,
    dsp: 0,
    bram: 32,
    lutRam: 0,
    lutShift: 0,
  });
}, 120_000);

test("UltraScale+: a PE's multiplier in DSP48E2, banks and shallow memories in block RAM", async () => {
  // Of 128 words, for which the flow by itself takes look-up tables at some widths.
  const shallow = edge.modules.flatMap(({ memories }) => memories).find(({ name }) => name === "rowFactors")!;
  const rows = memoryModule(shallow).name;
  const made = await map("xcup", ["pe", scratchpad, rows]);
  expect(made.get("pe")!.cells["DSP48E2"]).toBe(1);
  for (const bank of [scratchpad, rows]) {
    expect(fpgaUse("xcup", made.get(bank)!.cells)).toMatchObject({ lut: 0, lutRam: 0 });
    expect(fpgaUse("xcup", made.get(bank)!.cells).bram).toBeGreaterThan(0);
  }
}, 240_000);

test("a design's use is that of its modules, times their instances", () => {
  const module = (name: string, cells: Record<string, number>): [string, ModuleSynthesis] => [
    name,
    { module: name, cells, ge: 0, flipFlops: 0, timing: undefined },
  ];
  const top = { path: "top", module: "top", instances: 1 };
  const leaf = { path: "*", module: "leaf", instances: 2 };
  const ram = { path: "ram", module: "ram", instances: 1 };
  const report = fpgaReport(
    "xc7",
    {
      top: "top",
      modules: new Map([
        [
          "top",
          {
            module: "top",
            children: [
              { name: "one", module: "leaf" },
              { name: "two", module: "leaf" },
            ],
            memories: [{ name: "ram", module: "ram", words: 512, bits: 36, ports: "1r1w", built: "flip-flops" }],
          },
        ],
        ["leaf", { module: "leaf", children: [], memories: [] }],
      ]),
    },
    new Map([
      module("top", { LUT2: 3, FDRE: 1, CARRY4: 5 }),
      module("leaf", { LUT6: 10, DSP48E1: 1, RAM32M: 2, SRL16E: 1 }),
      module("ram", { RAMB18E1: 1 }),
    ]),
    [top, leaf, ram],
  );
  expect(report).toEqual({
    ...{ lut: 3 + 2 * (10 + 8 + 1), ff: 1, dsp: 2, bram: 0.5, lutRam: 16, lutShift: 2 },
    largestDevice: { name: "XC7V2000T", lut: 1_221_600, ff: 2_443_200, dsp: 2_160, bram: 1_292 },
    exceeds: [],
    modules: [
      { ...top, ...{ lut: 41, ff: 1, dsp: 2, bram: 0.5, lutRam: 16, lutShift: 2 } },
      { ...leaf, ...{ lut: 38, ff: 0, dsp: 2, bram: 0, lutRam: 16, lutShift: 2 } },
      { ...ram, ...{ lut: 0, ff: 0, dsp: 0, bram: 0.5, lutRam: 0, lutShift: 0 } },
    ],
  });
});

test("a cell that no flow leaves is no silent zero", () => {
  expect(() => fpgaUse("ecp5", { $mul: 1 })).toThrow("cell $mul is none of ecp5");
});

test("what a family's largest device has less of is told", () => {
  const use = { lut: 64_790, ff: 33_946, dsp: 323, bram: 153 };
  expect(exceeds("xc7", use)).toEqual([]);
  expect(exceeds("ecp5", use)).toEqual(["dsp"]);
  expect(exceeds("ice40", use)).toEqual(["lut", "ff", "dsp", "bram"]);
  const most = LARGEST_DEVICES.ecp5;
  expect(exceeds("ecp5", most)).toEqual([]);
});
