/** The performance figures: what they are held against, how a run is judged, and the table. */
import { describe, expect, test } from "vitest";
import { SystoleError } from "../../src/errors.ts";
import {
  FIGURES,
  QUANTITIES,
  allDifferences,
  allMet,
  barText,
  chooseFigures,
  figuresMarkdown,
  figuresSchema,
  judge,
} from "../../src/studies/index.ts";
import type { Bar, FigureRow, FiguresResult } from "../../src/studies/index.ts";
import { sampleReport } from "../report/fixture.ts";

const observed = (changes: Parameters<typeof sampleReport>[0] = {}) => ({
  report: sampleReport({ differences: 0, expectedCycles: 4100, ...changes }),
  wallSeconds: 12,
});

describe("the list", () => {
  test("names are unique, and every figure has a bar", () => {
    expect(new Set(FIGURES.map((f) => f.name)).size).toBe(FIGURES.length);
    for (const { name, bars } of FIGURES) expect(bars.length, name).toBeGreaterThan(0);
  });

  test("a pattern chooses in the order of the list", () => {
    expect(chooseFigures(undefined)).toBe(FIGURES);
    expect(chooseFigures("^layer-(512|128)$").map((f) => f.name)).toEqual(["layer-128", "layer-512"]);
  });
});

const bar = (quantity: Bar["quantity"], relation: Bar["relation"], value: number): Bar => ({
  quantity,
  relation,
  value,
});

describe("a run against a bar", () => {
  test.each([
    [bar("cycles", "<", 4001), 4000, true],
    [bar("cycles", "<", 4000), 4000, false],
    [bar("cycles", "<=", 4000), 4000, true],
    [bar("utilization", ">=", 0.775), 0.775, true],
    [bar("utilization", ">=", 0.776), 0.775, false],
    [bar("modelError", "<=", 0.02), 0.025, false],
    [bar("wallSeconds", "<", 13), 12, true],
    [bar("weightRatio", "<=", 2), null, false],
  ])("%o: %d", (held, value, met) => {
    const judged = judge(held, observed());
    if (value === null) expect(judged.measured).toBeNull();
    else expect(judged.measured).toBeCloseTo(value, 12);
    expect(judged.met).toBe(met);
  });

  test("a model that expects too little is as wrong as one that expects too much", () => {
    const error = (expectedCycles: number) => QUANTITIES.modelError.read(observed({ expectedCycles }));
    expect(error(3900)).toBeCloseTo(error(4100)!, 12);
  });

  test("a run that differs from the reference, was not compared, or failed meets no bar", () => {
    const easy = bar("cycles", "<", 1e9);
    expect(judge(easy, observed())).toMatchObject({ measured: 4000, met: true });
    expect(judge(easy, observed({ differences: 1 }))).toMatchObject({ measured: 4000, met: false });
    expect(judge(easy, observed({ differences: null }))).toMatchObject({ measured: 4000, met: false });
    expect(judge(easy, undefined)).toMatchObject({ measured: null, met: false });
  });
});

test("the race of the simulators is judged by its ratios", () => {
  const speeds = {
    array: { embedded: 12e6, verilator: 2e6 },
    accelerator: { embedded: 900_000, verilator: 300_000 },
    startup: { embedded: 1.5, verilator: 20 },
    ...{ rounds: 5, cycles: 1000 },
  };
  const { bars } = FIGURES.find(({ name }) => name === "simulators")!;
  const judged = bars.map((held) => judge(held, { speeds, wallSeconds: 60 }));
  expect(judged.map(({ measured, met }) => [measured, met])).toEqual([
    [6, true],
    [3, true],
    [1.5, true],
  ]);
  expect(judge(bar("cycles", "<", 1), { speeds, wallSeconds: 60 })).toMatchObject({ measured: null, met: false });
});

describe("the page", () => {
  const [layer, , attention] = FIGURES;
  const common = { config: "transformer", bytesPerCycle: 16, comparedValues: 5000, wallSeconds: 12, failure: null };
  const row: FigureRow = {
    ...common,
    ...{ name: layer!.name, what: layer!.what, kernel: layer!.kernel, latencyCycles: 100 },
    ...{ cycles: 4000, floorCycles: 3100, expectedCycles: 4100, differences: 0, simulatedCyclesPerSecond: 400_000 },
    bars: layer!.bars.map((b) => judge(b, observed())),
  };
  const failed: FigureRow = {
    ...common,
    ...{ name: attention!.name, what: attention!.what, kernel: attention!.kernel, latencyCycles: 100 },
    ...{ cycles: null, floorCycles: null, expectedCycles: null, differences: null, simulatedCyclesPerSecond: null },
    failure: "no AXI traffic\n  GEMM waits",
    bars: attention!.bars.map((b) => judge(b, undefined)),
  };
  const result: FiguresResult = figuresSchema.parse({
    date: "2026-01-31T09:15:00.000Z",
    commit: "0123456789ab",
    machine: { cpu: "a | b", cores: 2, memoryGib: 8, system: "linux 6" },
    versions: { systole: "0.1.0", node: "v20", verilator: "Verilator 5", compiler: "clang 14" },
    rows: [row, failed],
    notRun: ["model-128"],
  });

  test("has a line for every bar, the circumstances, what failed and what has not run", () => {
    const page = figuresMarkdown(result);
    expect(page).toContain("- 0 of 3 bars met; not run: model-128\n");
    expect(page).toContain(
      `| ${layer!.what} | transformer, 16 B/cycle, latency 100 | 1.2903 | cycles / floor ≤ 1.0200 | **no** | 4,000 | +2.5 % | 0 | 400 k/s |\n`,
    );
    expect(page).toContain("|  |  | 2.50 % | error of the cost model ≤ 2.00 % | **no** |  |  |  |  |\n");
    expect(page).toContain(`| ${attention!.what} | transformer, 16 B/cycle, latency 100 | failed |`);
    expect(page).toContain(`- ${attention!.what}: no AXI traffic   GEMM waits\n`);
    const cells = page.split("\n").filter((line) => line.startsWith("|"));
    for (const line of cells) expect(line.replaceAll("\\|", "").split("|").length, line).toBe(11);
  });

  test("all is met only when every bar is; differences add up", () => {
    expect(allMet(result)).toBe(false);
    const met = { ...row, bars: row.bars.map((b) => ({ ...b, met: true })) };
    expect(allMet({ ...result, rows: [met] })).toBe(true);
    expect(allDifferences({ ...result, rows: [met, failed, { ...met, differences: 3 }] })).toBe(3);
  });

  test("bars read as a person writes them", () => {
    expect(layer!.bars.map(barText)).toEqual(["cycles / floor ≤ 1.0200", "error of the cost model ≤ 2.00 %"]);
  });
});

test.each([
  ["(", "--only (: not a regular expression"],
  ["fft", "--only fft: matches no figure"],
])("the pattern %s is refused", (pattern, message) => {
  expect(() => chooseFigures(pattern)).toThrow(SystoleError);
  expect(() => chooseFigures(pattern)).toThrow(message);
});
