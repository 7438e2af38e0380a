/** The page's sections that compare the variants of one group. */
import { percent } from "../../report/index.ts";
import { against, againstCount, figures, kge, millijoules, onChip } from "./page-format.ts";
import { ENERGIES, variantTable, withEnergy } from "./page-table.ts";
import type { AreaRow } from "./result.ts";

type Rows = readonly AreaRow[];

/** What each function costs in area. */
export function functionSection(rows: Rows): string[] {
  const [all, none] = [rows[0], rows.at(-1)];
  if (all === undefined || none === undefined || all === none) return [];
  const normOf = (row: AreaRow): number => row.blocks.norm ?? 0;
  const lanesOf = (row: AreaRow): number => row.norm["lane_*"] ?? 0;
  const added = normOf(all) - normOf(none);
  return [
    "## What the functions cost",
    figures(
      ["built in", "norm unit, kGE", "a lane, kGE", "of the area", "whole, kGE", "more than without"],
      rows.map((row) => [
        row.name,
        kge(normOf(row)),
        kge(lanesOf(row) / row.lanes),
        percent(row.normShare),
        kge(row.totalGe),
        row === none ? "" : percent(row.totalGe / none.totalGe - 1),
      ]),
    ),
    `All functions add ${kge(added)} kGE to a unit that requantises and does ReLU, ${percent(added / none.totalGe)} of the accelerator without them, ${kge(lanesOf(all) - lanesOf(none))} kGE of that in the lanes. A function that is not built in runs on the host.`,
  ];
}

/** Fewer lanes: smaller, and slower where the lanes are what is waited for. */
export function laneSection(all: Rows): string[] {
  const rows = withEnergy(all);
  const [most, least] = [rows[0], rows.at(-1)];
  if (most?.energy === undefined || least?.energy === undefined || most === least) return [];
  return [
    "## Lanes",
    variantTable("", rows, ["kGE", "norm unit", "MHz", "cycles", "energy", "without DRAM", "energy × delay"]),
    `${least.lanes} lanes in place of ${most.lanes} take ${against(most.blocks.norm!, least.blocks.norm!)} area in the norm unit and ${against(most.totalGe, least.totalGe)} in all, for ${againstCount(most.energy.cycles, least.energy.cycles)} cycles and ${against(most.energy.totalPicojoules, least.energy.totalPicojoules)} energy. More lanes than columns cannot be built; 32 of them are the last row of the arrays below.`,
  ];
}

export function fusionSection(all: Rows): string[] {
  const rows = withEnergy(all);
  const [fused, nothing] = [rows[0], rows.at(-1)];
  if (fused?.energy === undefined || nothing?.energy === undefined || fused === nothing) return [];
  return [
    "## Fusion",
    variantTable("behind their products", rows, [
      "cycles",
      "energy",
      "energy × delay",
      "without DRAM",
      "norm unit of that",
    ]),
    `Fused as the compiler chooses, the layer takes ${againstCount(nothing.energy.cycles, fused.energy.cycles)} cycles and ${against(nothing.energy.totalPicojoules, fused.energy.totalPicojoules)} energy than with every operation through DRAM.`,
  ];
}

export function memorySection(all: Rows): string[] {
  const rows = withEnergy(all);
  const [small, large] = rows;
  if (small?.energy === undefined || large?.energy === undefined) return [];
  return [
    "## 64 + 256 KiB against 256 + 64 KiB",
    variantTable("scratchpad + accumulator", rows, ["kGE", "mm²", "cycles", "energy", "of it DRAM", "energy × delay"]),
    `At equal total the small scratchpad and the large accumulator take ${against(large.totalGe, small.totalGe)} area, ${againstCount(large.energy.cycles, small.energy.cycles)} cycles and ${against(large.energy.totalPicojoules, small.energy.totalPicojoules)} energy: the more rows of sums fit, the less often the weights pass by. The accelerator itself takes ${millijoules(onChip(small))} and ${millijoules(onChip(large))}; the rest of the difference is DRAM. Longer sequences: [Memory sizes and fusion](memory.md).`,
  ];
}

export function arraySection(all: Rows): string[] {
  const rows = withEnergy(all);
  const [least, most] = [rows[0], rows.at(-1)];
  if (least?.energy === undefined || most?.energy === undefined || least === most) return [];
  const elements = (row: AreaRow): number => row.rows * row.cols;
  const larger = (of: (row: AreaRow) => number): string => (of(most) / of(least)).toFixed(1);
  return [
    "## Size of the array",
    `A ${least.energy.workload.replace(", l = ", " of ")} tokens, as many lanes as columns, memories as above:`,
    variantTable("array", rows, ["kGE", "of them logic", "norm unit", "MHz", "cycles", ...ENERGIES]),
    `${elements(most) / elements(least)} times the processing elements make the accelerator ${larger((row) => row.totalGe)} times as large and ${(least.energy.cycles / most.energy.cycles).toFixed(1)} times as fast, at ${against(least.energy.totalPicojoules, most.energy.totalPicojoules)} energy: the memories are the larger part of the small one, and each activation and weight that is fetched meets more processing elements. The norm unit's share of the area goes from ${percent(least.normShare)} to ${percent(most.normShare)}, since its lanes grow with the columns and the memories stay.`,
  ];
}

export function nodeSection(all: Rows): string[] {
  const rows = withEnergy(all);
  if (rows.length < 2) return [];
  return [
    "## Technology",
    variantTable("node", rows, ["mm²", "of it SRAM", "norm unit", "MHz", ...ENERGIES]),
    "One design and one run: what changes is the table of [technology figures](../technology.md). DRAM does not scale with the node, so that its part grows; bit cells shrink by another ratio than gates do, and shares of the area move with that.",
  ];
}
