/** Tables of the study's variants: columns by name. */
import { grouped, percent } from "../../report/index.ts";
import { figures, kge, millijoules, mm2, onChip, productOf } from "./page-format.ts";
import { normEnergyShare, partOf, type AreaRow } from "./result.ts";

type Rows = readonly AreaRow[];

/** Rows of which the energy was measured. */
export const withEnergy = (rows: Rows): Rows => rows.filter(({ energy }) => energy !== undefined);

/** Columns of the tables by their heads; those of energy are of rows that have one. */
const COLUMNS = {
  kGE: (row: AreaRow) => kge(row.totalGe),
  "of them logic": (row: AreaRow) => kge(row.logicGe),
  "mm²": (row: AreaRow) => mm2(row.um2 ?? 0),
  "of it SRAM": (row: AreaRow) => percent(row.sramGe / row.totalGe, 0),
  "norm unit": (row: AreaRow) => percent(row.normShare),
  "norm unit, kGE": (row: AreaRow) => kge(row.blocks.norm ?? 0),
  "a lane, kGE": (row: AreaRow) => kge((row.norm["lane_*"] ?? 0) / row.lanes),
  "row unit, kGE": (row: AreaRow) => kge(row.norm.rowUnit ?? 0),
  MHz: (row: AreaRow) => grouped(row.fmaxMhz),
  cycles: (row: AreaRow) => grouped(row.energy!.cycles),
  energy: (row: AreaRow) => millijoules(row.energy!.totalPicojoules),
  "of it DRAM": (row: AreaRow) => millijoules(partOf(row, "DRAM")),
  "without DRAM": (row: AreaRow) => millijoules(onChip(row)),
  "norm unit of that": (row: AreaRow) => percent(normEnergyShare(row)?.onChip ?? 0),
  "norm unit, energy": (row: AreaRow) => millijoules(partOf(row, "norm unit")),
  "energy × delay": (row: AreaRow) => productOf(row.energy!.energyDelayProduct),
} as const;
export type Column = keyof typeof COLUMNS;
/** What most questions end in. */
export const ENERGIES: readonly Column[] = ["energy", "without DRAM", "norm unit of that", "energy × delay"];

/** A table of the variants by name. */
export const variantTable = (head: string, rows: Rows, columns: readonly Column[]): string =>
  figures(
    [head, ...columns],
    rows.map((row) => [row.name, ...columns.map((column) => COLUMNS[column](row))]),
  );
