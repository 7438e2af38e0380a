/** The result of the area study: what each variant costs, and a layer on it. */
import { readFileSync } from "node:fs";
import { z } from "zod";
import { SystoleError } from "../../errors.ts";
import type { CostReport } from "../../silicon/report/schema.ts";
import { AREA_GROUPS } from "./points.ts";
import type { AreaGroup, AreaPoint } from "./points.ts";

const ge = z.number().nonnegative();
const names = z.record(z.string(), z.number());

export const areaRowSchema = z.strictObject({
  group: z.enum(Object.keys(AREA_GROUPS) as [AreaGroup, ...AreaGroup[]]),
  name: z.string(),
  rows: z.number().int(),
  cols: z.number().int(),
  lanes: z.number().int(),
  scratchpadKib: z.number(),
  accumulatorKib: z.number(),
  totalGe: ge,
  logicGe: ge,
  sramGe: ge,
  um2: z.number().optional().describe("µm² at the row's node"),
  fmaxMhz: z.number(),
  normShare: z.number().describe("norm unit's share of totalGe"),
  blocks: names.describe("GE of the blocks of the top module"),
  norm: names.describe("GE of what the norm unit consists of"),
  processingElementGe: ge,
  flipFlops: z.number().int(),
  normFlipFlops: z.number().int(),
  energy: z
    .strictObject({
      workload: z.string(),
      node: z.string(),
      cycles: z.number().int(),
      weightBytes: z.number().int().describe("weights of the layer"),
      totalPicojoules: z.number(),
      perMacPicojoules: z.number(),
      energyDelayProduct: z.number(),
      ungatedClockPicojoules: z.number(),
      parts: names.describe("picojoules"),
      operations: z.array(z.strictObject({ name: z.string(), picojoules: z.number(), cycles: z.number().int() })),
    })
    .optional(),
});

/** One variant's row. */
export type AreaRow = z.infer<typeof areaRowSchema>;

/** The rows of a group in the order of the study. */
export type RowsOf = (group: AreaGroup) => readonly AreaRow[];

const operandRowSchema = z
  .strictObject({
    bits: z.number().int().positive().describe("of a weight; activations are of so many bits with or without sign"),
    rows: z.number().int(),
    cols: z.number().int(),
    sumBits: z.number().int().describe("of the sums inside the array"),
    processingElementGe: ge,
    arrayGe: ge.describe("with the registers of skew and de-skew"),
    um2: z.number().optional().describe("µm² of the array at the study's node"),
    flipFlops: z.number().int(),
    fmaxMhz: z.number(),
    cycles: z.number().int().describe("of the run"),
    macs: z.number().int(),
    picojoules: z.number().describe("of the run"),
  })
  .describe("the systolic array alone with operands of other widths");

const count = z.number().nonnegative();
const fpgaTotalsSchema = z.strictObject({
  family: z.enum(["xc7", "xcup", "ecp5", "ice40"]),
  ...{ lut: count, ff: count, dsp: count, bram: count },
  lutRam: count.describe("of `lut`: memories"),
  lutShift: count.describe("of `lut`: shift registers"),
  largestDevice: z.strictObject({ name: z.string(), lut: count, ff: count, dsp: count, bram: count }),
  exceeds: z.array(z.enum(["lut", "ff", "dsp", "bram"])).describe("what the largest device has less of"),
  elements: count.describe("processing elements"),
  elementDsp: count.describe("their DSPs"),
  macroLut: count.describe("look-up tables in memories that are macros on a chip"),
});

export const areaStudySchema = z.strictObject({
  config: z.string(),
  library: z.string(),
  node: z.string(),
  rows: z.array(areaRowSchema),
  operands: z.array(operandRowSchema).default([]),
  fpga: z.array(fpgaTotalsSchema).default([]).describe("what `config` takes of each family"),
  notRun: z.number().int().nonnegative().describe("points that an interruption left out"),
});

/** The study, as printed by `--json`. */
export type AreaStudy = z.infer<typeof areaStudySchema>;

/** What a configuration takes of a family of FPGAs. */
export type FpgaTotals = z.infer<typeof fpgaTotalsSchema>;

/** The systolic array alone at one width of its operands. */
export type OperandRow = z.infer<typeof operandRowSchema>;

/** The study as JSON text, figures to eight digits. */
export const areaResults = (study: AreaStudy): string =>
  `${JSON.stringify(study, (_key, value: unknown) => (typeof value === "number" ? Number(value.toPrecision(8)) : value), 2)}\n`;

/** Reads a study that `--json` or `--results` wrote. Error: `study-results`. */
export function readAreaStudy(file: string): AreaStudy {
  try {
    return areaStudySchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (cause) {
    throw new SystoleError({
      code: "study-results",
      message: "not the results of an area study",
      location: { file },
      remedy: "Write it with systole study area --results.",
      cause,
    });
  }
}

/** A report as a row. */
export function areaRow(
  { group, name, params, layer }: Pick<AreaPoint, "group" | "name" | "params" | "layer">,
  report: CostReport,
): AreaRow {
  const { totalGe, logicGe, sramGe, totalUm2, fmaxMhz, normShare, energy, modules } = report;
  const top = modules.find(({ depth }) => depth === 0);
  const norm = modules.find(({ path, depth }) => path === "norm" && depth === 1);
  const within = (parent: string, depth: number): Record<string, number> =>
    Object.fromEntries(
      modules
        .filter((row) => row.depth === depth && row.path.startsWith(parent))
        .map((row) => [row.path.split(".").at(-1)!, row.ge]),
    );
  const inside = within("norm.", 2);
  const rest = (norm?.ge ?? 0) - Object.values(inside).reduce((a, b) => a + b, 0);
  return {
    ...{ group, name, rows: params.rows, cols: params.cols, lanes: params.lanes },
    ...{ scratchpadKib: params.config.scratchpad.kib, accumulatorKib: params.config.accumulator.kib },
    ...{ totalGe, logicGe, sramGe, fmaxMhz, normShare },
    ...(totalUm2 !== undefined && { um2: totalUm2 }),
    blocks: { ...within("", 1), logic: top?.ownGe ?? 0 },
    norm: { ...inside, rest: Math.max(0, rest) },
    processingElementGe: report.blocks.pe ?? 0,
    flipFlops: top?.flipFlops ?? 0,
    normFlipFlops: norm?.flipFlops ?? 0,
    ...(energy !== undefined && {
      energy: {
        ...{ workload: energy.workload, node: energy.node, cycles: energy.cycles, weightBytes: weightsOf(layer) },
        ...{ totalPicojoules: energy.totalPicojoules, perMacPicojoules: energy.perMacPicojoules },
        energyDelayProduct: energy.energyDelayProduct,
        ungatedClockPicojoules: energy.ungatedClockPicojoules,
        parts: Object.fromEntries(energy.parts.map((part) => [part.name, part.picojoules])),
        operations: energy.operations,
      },
    }),
  };
}

/** Of an encoder layer: four square projections and the two of the feed-forward network, a byte a weight. */
function weightsOf(layer: AreaPoint["layer"]): number {
  if (layer === undefined) return 0;
  const { hidden, intermediate, layers } = layer.benchmark;
  return layers * hidden * (4 * hidden + 2 * intermediate);
}

/** Picojoules of a part of a row's energy, 0 without one. */
export const partOf = ({ energy }: AreaRow, name: string): number => energy?.parts[name] ?? 0;

/** The norm unit's share of the energy: of all of it, and of what the accelerator itself takes, without DRAM. */
export function normEnergyShare(row: AreaRow): { readonly whole: number; readonly onChip: number } | undefined {
  if (row.energy === undefined || row.energy.totalPicojoules === 0) return undefined;
  const norm = partOf(row, "norm unit");
  const { totalPicojoules } = row.energy;
  return { whole: norm / totalPicojoules, onChip: norm / (totalPicojoules - partOf(row, "DRAM")) };
}
