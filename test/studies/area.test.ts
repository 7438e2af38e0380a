/** The area study: its variants, its store, and what tables and picture say of them. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { LayerBenchmark } from "../../src/bench/index.ts";
import { loadConfig } from "../../src/config/index.ts";
import { exactMesh } from "../../src/generators/array/index.ts";
import {
  ReportStore,
  areaCsv,
  areaPointKey,
  areaPoints,
  areaRow,
  areaResults,
  areaRowSchema,
  areaStudyPage,
  Encoders,
  fpgaTotals,
  normalTiles,
  normEnergyShare,
  programKey,
  readAreaStudy,
  renderAreaStudy,
  renderAreaStudyPicture,
  runAreaStudy,
  runArray,
} from "../../src/studies/index.ts";
import type { AreaPoint, AreaRow, AreaStudy } from "../../src/studies/index.ts";
import { technologyNode } from "../../src/silicon/index.ts";
import { workspace } from "../cli/support.ts";
import { expectWellFormed } from "../report/markup.ts";
import { sampleCost } from "../silicon/cost-fixture.ts";

const layers = { shape: "bert-base", seq: 128, arrayShape: "bert-mini", arraySeq: 64 };
const base = loadConfig("transformer");
const points = areaPoints(base, layers);

/** A report of made-up figures with the point's sizes. */
const reportOf = ({ params, layer }: AreaPoint) =>
  sampleCost({
    ...{ size: params.cols, lanes: params.lanes, plain: layer === undefined },
    ...{ scratchpadKib: params.config.scratchpad.kib, accumulatorKib: params.config.accumulator.kib },
  });

const study: AreaStudy = {
  ...{ config: "transformer", library: "generic", node: "45nm", notRun: 2 },
  operands: [4, 8, 16].map((bits) => ({
    ...{ bits, rows: 16, cols: 16, sumBits: 2 * bits + 4, cycles: 1600, macs: 393_216, flipFlops: 800 * bits },
    ...{ processingElementGe: 20 * bits * bits, arrayGe: 6000 * bits * bits, um2: 4800 * bits * bits, fmaxMhz: 700 },
    picojoules: 16_000 * bits * bits,
  })),
  fpga: (["xc7", "ecp5"] as const).map((family) => ({
    ...{ family, lut: 40_000, ff: 20_000, dsp: 300, bram: 76.5, lutRam: 1700, lutShift: 800 },
    ...{ elements: 256, elementDsp: 256, macroLut: family === "ecp5" ? 4 : 0 },
    largestDevice: {
      name: `largest ${family}`,
      lut: 90_000,
      ff: 90_000,
      dsp: family === "ecp5" ? 156 : 900,
      bram: 200,
    },
    exceeds: family === "ecp5" ? (["dsp"] as const).slice() : [],
  })),
  rows: points.map((point) => areaRow(point, reportOf(point))),
};

describe("the variants", () => {
  const of = (group: string): AreaPoint[] => points.filter((point) => point.group === group);

  test("change one thing a group, the base among them", () => {
    for (const group of ["memory", "functions", "ibert", "lanes", "array"]) {
      expect(of(group).some(({ params }) => params.fingerprint === base.fingerprint)).toBe(true);
      expect(new Set(of(group).map(({ params }) => params.fingerprint)).size).toBe(of(group).length);
    }
    expect(of("array").map(({ params }) => [params.rows, params.cols, params.lanes])).toEqual(
      [4, 8, 16, 32].map((size) => [size, size, size]),
    );
    for (const { params } of of("memory")) {
      expect(params.config.scratchpad.kib + params.config.accumulator.kib).toBe(320);
    }
  });

  test("another program, or other data, is another point", () => {
    const settings = { latencyCycles: 100, bytesPerCycle: 16, stallProbability: 0, seed: 1 };
    const tiny = { hidden: 32, heads: 2, intermediate: 64, seq: 16, layers: 1, softmax: "deferred", seed: 1 } as const;
    const encoders = new Encoders();
    const key = (change: Partial<LayerBenchmark>, fusion: "auto" | "off" = "auto"): string =>
      programKey(
        { params: base, layer: { name: "tiny", benchmark: { ...tiny, ...change }, fusion } },
        encoders,
        settings,
      );
    expect(key({})).toBe(key({}));
    expect(key({}, "off")).not.toBe(key({}));
    expect(key({ seed: 2 })).not.toBe(key({}));
    expect(programKey({ params: base, layer: undefined }, encoders, settings)).toBe("");
  });

  test("groups can be chosen; others are an error", () => {
    expect(areaPoints(base, layers, ["lanes"]).map(({ name }) => name)).toEqual(["16 lanes", "8 lanes", "4 lanes"]);
    expect(() => areaPoints(base, layers, ["lane"])).toThrow(
      /must be of fusion, memory, functions, ibert, lanes, array, node, operands, fpga, not "lane"/,
    );
  });

  test("equal variants with equal layers are one point, and any other setting is another", () => {
    const [memory, functions, lanes] = (["memory", "functions", "lanes"] as const).map((group) => of(group)[0]!);
    const keys = [memory, lanes, functions].map((point) => areaPointKey(point!, { node: "45nm", memory: {} }));
    expect(keys[0]).toBe(keys[1]);
    expect(keys[0]).not.toBe(keys[2]);
    expect(areaPointKey(memory!, { node: "28nm", memory: {} })).not.toBe(keys[0]);
    const [own, other] = ["45nm", "7nm"].map((node) =>
      areaPointKey({ ...memory!, node: technologyNode(node) }, { node: "45nm", memory: {} }),
    );
    expect(own).toBe(keys[0]);
    expect(other).not.toBe(keys[0]);
    expect(areaPointKey(memory!, { node: "45nm", memory: {} }, "another program")).not.toBe(keys[0]);
  });
});

describe("the page", () => {
  const page = areaStudyPage(study);
  const numbers = (text: string): string[] => text.match(/\d[\d,]*(\.\d+)?/g) ?? [];

  test("has a section for every group that was run, without a gap", () => {
    expect([...page.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading)).toEqual([
      "Setting",
      "The norm unit's share",
      "What the functions cost",
      "Lanes",
      "Fusion",
      "64 + 256 KiB against 256 + 64 KiB",
      "Size of the array",
      "Operand bits",
      "Technology",
      "FPGAs",
      "I-BERT's own integers: accuracy",
      "I-BERT's own algorithms: what they cost",
      "Beside the survey",
    ]);
    expect(page).not.toMatch(/NaN|undefined|Infinity/);
  });

  test("takes its figures from the results: others make another page, section by section", () => {
    const other = areaStudyPage({
      ...study,
      rows: study.rows.map((row, index) => ({
        ...row,
        totalGe: (index + 2) * row.totalGe,
        energy: row.energy && { ...row.energy, cycles: (index + 3) * row.energy.cycles },
      })),
      operands: study.operands.map((row, index) => ({ ...row, arrayGe: (index + 2) * row.arrayGe })),
      fpga: study.fpga.map((row, index) => ({ ...row, lut: (index + 2) * row.lut })),
    });
    const sections = (text: string): string[] => text.split(/^## /m).slice(2);
    sections(other).forEach((section, index) => {
      if (!section.startsWith("I-BERT's own integers"))
        expect(numbers(section)).not.toEqual(numbers(sections(page)[index]!));
    });
  });

  test("says what fits which FPGA, and where memories are in look-up tables", () => {
    const section = page.split(/^## /m).find((text) => text.startsWith("FPGAs"))!;
    expect(section).toContain("| fits largest xc7 |");
    expect(section).toContain("| exceeds largest ecp5: 300 DSP of 156 |");
    expect(section).toContain(
      "without a single look-up table on Xilinx 7-series (4 on Lattice ECP5, gates of enables)",
    );
  });

  test("leaves out groups that were not run", () => {
    const few = areaStudyPage({
      ...study,
      operands: [],
      fpga: [],
      rows: study.rows.filter(({ group }) => group === "memory"),
    });
    expect(few).not.toMatch(/^## (Lanes|Fusion|Operand|FPGAs|What the functions cost|I-BERT's own algorithms)/m);
    expect(few).toMatch(/^## 64 \+ 256 KiB/m);
    expect(few).not.toMatch(/NaN|undefined|Infinity/);
  });

  test("is made again from the results as written", () => {
    const file = join(workspace(), "area.json");
    writeFileSync(file, areaResults(study));
    expect(areaStudyPage(readAreaStudy(file))).toBe(page);
    writeFileSync(file, "{}");
    expect(() => readAreaStudy(file)).toThrow(/not the results of an area study/);
  });
});

describe("the array alone", () => {
  // Sizes that stand in for a synthesis.
  const sizes = new Map(
    ["pe", "array_row", "mesh", "systolic_array"].map((name) => [name, { ge: 500, flipFlops: 40 }]),
  );
  const run = (bits: number, height = 12) => {
    const p = exactMesh({ rows: 4, cols: 4, operandBits: bits });
    return runArray(p, normalTiles(p, height, 3), { modules: sizes });
  };

  test("multiplies at every width, and wider operands toggle more", () => {
    const runs = [4, 8, 16].map((bits) => run(bits));
    for (const { cycles, macs, picojoules } of runs) {
      // The first weights, three tiles without a gap, and the way through the array.
      expect(cycles).toBe(4 + 3 * 12 + 8);
      expect(macs).toBe(16 * 3 * 12);
      expect(picojoules).toBeGreaterThan(0);
    }
    const energies = runs.map(({ picojoules }) => picojoules);
    expect(energies).toEqual([...energies].sort((a, b) => a - b));
  });

  test("a wrong sum is no result", () => {
    const p = { ...exactMesh({ rows: 4, cols: 4, operandBits: 8 }), sumBits: 12 };
    expect(() => runArray(p, normalTiles(p, 12, 3), { modules: sizes })).toThrow(/array of 8 bits, row \d+, column \d/);
  });

  test("operands are the same numbers at every width, rounded to it", () => {
    const [narrow, wide] = [4, 16].map((bits) => {
      const p = exactMesh({ rows: 4, cols: 4, operandBits: bits });
      return normalTiles(p, 64, 1).tiles[0]!.a;
    });
    narrow!.forEach((value, index) => {
      expect(Math.abs(value / 8 - wide![index]! / 2 ** 15)).toBeLessThan(0.13);
    });
    expect(new Set(narrow).size).toBeGreaterThan(8);
  });
});

describe("a run", () => {
  const few = areaPoints(base, layers, ["lanes"]);
  const run = async (store: ReportStore, stopBefore = Infinity) => {
    const measured: string[] = [];
    const rows: AreaRow[] = [];
    const done = runAreaStudy(few, {
      store,
      setting: { node: "45nm", memory: {} },
      program: ({ name }) => name,
      measure: (point) => {
        measured.push(point.name);
        return Promise.resolve(reportOf(point));
      },
      onPoint: (_point, index) => (index < stopBefore ? Promise.resolve() : Promise.reject(new Error("interrupted"))),
      onRow: (row) => rows.push(row),
    });
    const interrupted = await done.then(
      () => false,
      () => true,
    );
    return { measured, rows, interrupted };
  };

  test("cut short keeps what it has, and goes on from there", async () => {
    const file = join(workspace(), "study.json");
    const first = await run(new ReportStore(file), 2);
    expect(first).toMatchObject({ interrupted: true, measured: ["16 lanes", "8 lanes"] });
    const second = await run(new ReportStore(file));
    expect(second).toMatchObject({ interrupted: false, measured: ["4 lanes"] });
    expect(second.rows.slice(0, 2)).toEqual(first.rows);
    for (const row of second.rows) expect(areaRowSchema.parse(row)).toEqual(row);
  });

  test("a store that is none is an error, and left as it is", () => {
    const file = join(workspace(), "study.json");
    writeFileSync(file, "{}");
    expect(() => new ReportStore(file)).toThrow(/not a file of cost reports/);
    expect(readFileSync(file, "utf8")).toBe("{}");
    expect(existsSync(`${file}.tmp`)).toBe(false);
  });
});

test("a report's FPGA totals: processing elements and macros apart", () => {
  const report = sampleCost({ size: 16, lanes: 16, plain: false, scratchpadKib: 64, accumulatorKib: 256 });
  const { lut, dsp, lutRam, exceeds } = report.fpga!.xc7!;
  const row = { instances: 256, lut: 2048, ff: 5120, dsp: 256, bram: 0, lutRam: 0, lutShift: 0 };
  const macro = report.memories.find(({ built }) => built === "macro")!;
  const modules = [
    { path: "gemm.array.mesh.rows_*.cells_*", module: "pe", ...row },
    { path: macro.path, module: macro.module, ...row, instances: 4, lut: 3, dsp: 0 },
  ];
  const totals = fpgaTotals("xc7", { ...report, fpga: { xc7: { ...report.fpga!.xc7!, modules } } });
  expect(totals).toMatchObject({ lut, dsp, lutRam, exceeds, elements: 256, elementDsp: 256, macroLut: 3 });
});

test("rows add up: blocks to the area, parts to the energy", () => {
  for (const row of study.rows) {
    const sum = (values: Readonly<Record<string, number>>): number => Object.values(values).reduce((a, b) => a + b, 0);
    expect(sum(row.blocks)).toBeCloseTo(row.totalGe, 4);
    if (row.energy === undefined) continue;
    expect(sum(row.energy.parts) / row.energy.totalPicojoules).toBeCloseTo(1, 9);
    const share = normEnergyShare(row)!;
    expect(share.whole).toBeCloseTo(row.energy.parts["norm unit"]! / row.energy.totalPicojoules, 9);
    expect(share.onChip).toBeGreaterThan(share.whole);
  }
});

test("table and CSV hold every variant", () => {
  const text = renderAreaStudy(study);
  for (const { name } of points) expect(text).toContain(name);
  expect(text).toContain("2 points not run");
  const lines = areaCsv(study).trimEnd().split("\n");
  expect(lines).toHaveLength(1 + points.length);
  expect(lines[0]).toMatch(/^group,name,rows,.*,ge accumulator,.*,workload,cycles,.*,pJ DRAM/);
  expect(lines[6]).toContain('"Softmax, LayerNorm, GELU"');
});

test("the picture is well formed, its bars as long as their figures", () => {
  const svg = renderAreaStudyPicture(study);
  expectWellFormed(svg);
  expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  const widths = [...svg.matchAll(/<rect x="[\d.]+" y="([\d.]+)" width="([\d.]+)" height="18"[^>]*><title>[^<]*GE</g)];
  const bars = new Map<string, number>();
  for (const [, y, width] of widths) bars.set(y!, (bars.get(y!) ?? 0) + Number(width));
  const most = Math.max(...study.rows.map((row) => row.totalGe));
  const longest = Math.max(...bars.values());
  expect([...bars.values()].map((value) => value / longest)).toEqual(
    study.rows.map((row) => expect.closeTo(row.totalGe / most, 2) as number),
  );
});
