/** The result of the area study: what each variant costs, and a layer on it. */
import { z } from "zod";
import type { CostReport } from "../../silicon/report/schema.ts";
import { AREA_GROUPS } from "./points.ts";
import type { AreaGroup, AreaPoint } from "./points.ts";

const ge = z.number().nonnegative();

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
  um2: z.number().optional().describe("µm² at the study's node"),
  fmaxMhz: z.number(),
  normShare: z.number().describe("norm unit's share of totalGe"),
  blocks: z.record(z.string(), ge).describe("GE of the blocks of the top module"),
  energy: z
    .strictObject({
      workload: z.string(),
      cycles: z.number().int(),
      totalPicojoules: z.number(),
      perMacPicojoules: z.number(),
      energyDelayProduct: z.number(),
      parts: z.record(z.string(), z.number()).describe("picojoules"),
    })
    .optional(),
});

/** One variant's row. */
export type AreaRow = z.infer<typeof areaRowSchema>;

/** The study, as printed by `--json`. */
export interface AreaStudy {
  readonly config: string;
  readonly library: string;
  readonly node: string;
  readonly rows: readonly AreaRow[];
  /** Points that an interruption left out. */
  readonly notRun: number;
}

/** A report as a row. */
export function areaRow(
  { group, name, params }: Pick<AreaPoint, "group" | "name" | "params">,
  report: CostReport,
): AreaRow {
  const { totalGe, logicGe, sramGe, totalUm2, fmaxMhz, normShare, energy, modules } = report;
  const own = modules.find(({ depth }) => depth === 0)?.ownGe ?? 0;
  const blocks = modules
    .filter(({ depth }) => depth === 1)
    .map((row): [string, number] => [row.path.split(".").at(-1)!, row.ge]);
  return {
    ...{ group, name, rows: params.rows, cols: params.cols, lanes: params.lanes },
    ...{ scratchpadKib: params.config.scratchpad.kib, accumulatorKib: params.config.accumulator.kib },
    ...{ totalGe, logicGe, sramGe, fmaxMhz, normShare },
    ...(totalUm2 !== undefined && { um2: totalUm2 }),
    blocks: Object.fromEntries([...blocks, ["logic", own]]),
    ...(energy !== undefined && {
      energy: {
        ...{ workload: energy.workload, cycles: energy.cycles, totalPicojoules: energy.totalPicojoules },
        ...{ perMacPicojoules: energy.perMacPicojoules, energyDelayProduct: energy.energyDelayProduct },
        parts: Object.fromEntries(energy.parts.map((part) => [part.name, part.picojoules])),
      },
    }),
  };
}

const part = ({ energy }: AreaRow, name: string): number => energy?.parts[name] ?? 0;

/** The norm unit's share of the energy: of all of it, and of what the accelerator itself takes, without DRAM. */
export function normEnergyShare(row: AreaRow): { readonly whole: number; readonly onChip: number } | undefined {
  if (row.energy === undefined || row.energy.totalPicojoules === 0) return undefined;
  const norm = part(row, "norm unit");
  const { totalPicojoules } = row.energy;
  return { whole: norm / totalPicojoules, onChip: norm / (totalPicojoules - part(row, "DRAM")) };
}
