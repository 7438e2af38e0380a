/** Blocks beside the figures that others publish: in the JSON, on the terminal and on the page. */
import { expect, test } from "vitest";
import { loadConfig } from "../../src/config/index.ts";
import { elaborateAccelerator } from "../../src/generators/index.ts";
import { buildCostReport } from "../../src/silicon/report/build.ts";
import { requantiserDesign } from "../../src/silicon/report/measure.ts";
import { PUBLISHED_BLOCKS } from "../../src/silicon/report/published.ts";
import { renderCostPage } from "../../src/silicon/report/html.ts";
import { costReportSchema } from "../../src/silicon/report/schema.ts";
import { renderCostTerminal } from "../../src/silicon/report/terminal.ts";
import { DEFAULT_MACRO_RULE, designStructure, synthesisUnits } from "../../src/silicon/synthesis/index.ts";
import type { Design } from "../../src/hdl/index.ts";
import type { ModuleSynthesis } from "../../src/silicon/index.ts";

const NOTHING = { readPicojoules: 0, writePicojoules: 0, accessPicoseconds: 0, source: "none", um2: undefined };

/** A design whose modules have 100 GE each, and whose macros have 1000. */
function parts(design: Design) {
  const units = synthesisUnits(design, DEFAULT_MACRO_RULE);
  const one = (module: string): [string, ModuleSynthesis] => [
    module,
    { module, cells: { NAND2: 100 }, ge: 100, flipFlops: 0, timing: undefined },
  ];
  return {
    structure: designStructure(design, DEFAULT_MACRO_RULE),
    modules: new Map(units.map(({ module }) => one(module))),
    macroCost: () => ({ ...NOTHING, ge: 1000 }),
  };
}

const end = { kind: "register", name: "r" } as const;
const report = buildCostReport({
  config: loadConfig("edge").config,
  library: "generic",
  node: undefined,
  um2PerGe: undefined,
  parts: parts(elaborateAccelerator(loadConfig("edge"))),
  requantiser: parts(requantiserDesign()),
  timing: {
    model: "none",
    paths: [{ block: "norm", from: end, to: end, through: [], levels: 1, picoseconds: 1000, fmaxMhz: 1000 }],
  },
});

test("every block is found in a real accelerator, and the published ones are beside them in the JSON", () => {
  const { blocks, published } = costReportSchema.parse(JSON.parse(JSON.stringify(report)));
  expect(Object.keys(blocks).sort()).toEqual(PUBLISHED_BLOCKS.map(({ key }) => key).sort());
  expect(blocks["pe"]).toBe(100);
  // Load, store and what is inside of them.
  expect(blocks["dma"]).toBeGreaterThan(400);
  expect(published).toMatchObject({
    pe: { ge: 3200, what: "Gemmini's PE" },
    requantiserPerLane: { ge: 13_500, what: "Gemmini's fp32 scaler" },
    control: { ge: 108_000 },
  });
});

test("on the terminal and on the page", () => {
  const lines = renderCostTerminal(report, { depth: 0 }).split("\n");
  expect(lines.find((line) => line.startsWith("processing element"))).toMatch(/ 100 +3,200 {2}Gemmini's PE$/);
  expect(lines.find((line) => line.startsWith("requantiser, per lane"))).toMatch(/13,500 {2}Gemmini's fp32 scaler$/);
  expect(lines.find((line) => line.startsWith("control "))).toMatch(/108,000 {2}Gemmini's reservation station/);
  for (const title of ["norm unit", "DMA"]) expect(lines.some((line) => line.startsWith(title))).toBe(true);
  const page = renderCostPage(report, "").replace(/<[^>]*>/g, "|");
  for (const ge of ["3.20 k GE", "13.5 k GE", "108 k GE"]) expect(page).toContain(ge);
});
