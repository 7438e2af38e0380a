/** The norm unit's share, and what the survey says of it. */
import { grouped, percent } from "../../report/index.ts";
import { DRAM_BYTE } from "../../silicon/energy/index.ts";
import { SURVEY } from "../../silicon/report/published.ts";
import { against, againstCount, figures, kge, millijoules, mm2, onChip, strong } from "./page-format.ts";
import { partOf, type AreaRow, type RowsOf } from "./result.ts";

/** What the instances of the RTL are called on the page; others keep their names. */
const BLOCKS: Readonly<Record<string, string>> = {
  ...{
    accumulator: "accumulator",
    scratchpad: "scratchpad",
    gemm: "GEMM engine",
    norm: "norm unit",
    control: "control",
  },
  ...{ "lane_*": "lanes", rowSums: "sums of rows", rowUnit: "row unit", pipeline: "pipeline with the factors of rows" },
  ...{
    load: "LOAD",
    store: "STORE",
    axiRead: "AXI read master",
    axiWrite: "AXI write master",
    logic: "wiring of the top",
  },
};
const named = (name: string): string => BLOCKS[name] ?? name;

const bySize = (values: Readonly<Record<string, number>>): [string, number][] =>
  Object.entries(values)
    .filter(([, value]) => value > 0)
    .sort(([, a], [, b]) => b - a);

function areaTable(row: AreaRow): string {
  const perGe = (row.um2 ?? 0) / row.totalGe;
  const cells = (what: string, ge: number): string[] => [what, kge(ge), mm2(ge * perGe), percent(ge / row.totalGe)];
  const rows = bySize(row.blocks).flatMap(([name, ge]) => {
    if (name !== "norm") return ge / row.totalGe < 5e-4 ? [] : [cells(named(name), ge)];
    const parts = bySize(row.norm).filter(([, part]) => part / row.totalGe >= 5e-4);
    return [strong(cells(named(name), ge)), ...parts.map(([part, own]) => cells(`of it: ${named(part)}`, own))];
  });
  return figures(["", "kGE", "mm²", "of the area"], [...rows, strong([...cells("all", row.totalGe).slice(0, 3), ""])]);
}

function energyTable(row: AreaRow): string {
  const { totalPicojoules, parts } = row.energy!;
  const rows = bySize(parts).map(([name, picojoules]) => {
    const chip = name === "DRAM" ? "" : percent(picojoules / onChip(row));
    const cells = [name, millijoules(picojoules), percent(picojoules / totalPicojoules), chip];
    return name === "norm unit" ? strong(cells) : cells;
  });
  const total = strong(["all", millijoules(totalPicojoules), "", millijoules(onChip(row))]);
  return figures(["", "energy", "share", "without DRAM"], [...rows, total]);
}

/** What the norm unit adds to the energy of the rest: with ideal clock gates, and with none at all. */
export function energyIncrease(row: AreaRow): { readonly gated: number; readonly ungated: number } {
  const norm = partOf(row, "norm unit");
  const rest = onChip(row) - norm;
  const clock = row.energy!.ungatedClockPicojoules;
  const share = row.normFlipFlops / row.flipFlops;
  return { gated: norm / rest, ungated: (norm + clock * share) / (rest + clock * (1 - share)) };
}

/** What the functions add to the area of the accelerator that requantises only. */
export function areaIncrease(rowsOf: RowsOf): number | undefined {
  const functions = rowsOf("functions");
  const [all, none] = [functions[0], functions.at(-1)];
  return all === undefined || none === undefined || all === none ? undefined : all.totalGe / none.totalGe - 1;
}

export function shareSection(rowsOf: RowsOf): string[] {
  const row = rowsOf("fusion")[0] ?? rowsOf("memory")[0];
  if (row?.energy === undefined) return [];
  const { energy, flipFlops, normFlipFlops } = row;
  const dram = partOf(row, "DRAM");
  const bytes = dram / DRAM_BYTE.value;
  const weights = energy.weightBytes;
  const { gated, ungated } = energyIncrease(row);
  const lanes = row.norm["lane_*"] ?? 0;
  const total = energy.totalPicojoules;
  return [
    "## The norm unit's share",
    areaTable(row),
    energyTable(row),
    `**Area.** The norm unit has ${percent(row.normShare)} of the area, ${percent(lanes / row.blocks.norm!, 0)} of that in lanes of ${kge(lanes / row.lanes)} kGE each, which also requantise every result of the array: work that Gemmini's scalers do outside of the unit that the survey adds. ${percent(row.sramGe / row.totalGe, 0)} of the accelerator is memory.`,
    `**Energy.** The norm unit takes ${percent(partOf(row, "norm unit") / onChip(row))} of what the accelerator itself takes, ${percent(gated)} of the rest of it. It rests for most of the layer, and what a resting unit takes is its clock; here the model is kind, for registers that do not change take none. With no clock gates at all the clocks of the ${grouped(flipFlops)} flip-flops would take ${millijoules(energy.ungatedClockPicojoules)}; ${percent(normFlipFlops / flipFlops, 0)} of these flip-flops are the norm unit's, which would then add ${percent(ungated)}. The figure says more about clock gates than about Softmax.`,
    `**Where the energy goes.** ${percent(dram / total, 0)} is DRAM: ${(bytes / 1e6).toFixed(1)} MB at ${DRAM_BYTE.value} pJ a byte, ${(bytes / weights).toFixed(1)} times the ${(weights / 1e6).toFixed(1)} MB of the layer's weights, for a block of rows has to fit the accumulator and the weights pass by once for each block. The compiler chooses tilings by cycles alone: of two that are equally fast it does not see that one reads more.`,
    figures(
      ["operation", "energy", "cycles"],
      energy.operations.map(({ name, picojoules, cycles }) => [
        name.replace(/^layer 0 /, ""),
        millijoules(picojoules),
        grouped(cycles),
      ]),
    ),
    `The whole layer takes ${millijoules(total)} in ${grouped(energy.cycles)} cycles: ${energy.perMacPicojoules.toFixed(2)} pJ a multiply-accumulate, ${((energy.perMacPicojoules * onChip(row)) / total).toFixed(2)} without DRAM.`,
  ];
}

/** Two figures beside each other. */
export function surveySection(rowsOf: RowsOf): string[] {
  const row = rowsOf("fusion")[0] ?? rowsOf("memory")[0];
  const area = areaIncrease(rowsOf);
  const [small, large] = rowsOf("memory");
  const at7 = rowsOf("node").at(-1);
  const lines: string[][] = [];
  if (area !== undefined) {
    lines.push([
      "area: what the functions add",
      `+ ${percent(SURVEY.area, 0)}`,
      `+ ${percent(area)}`,
      "over an accelerator that requantises alone, as theirs",
    ]);
  }
  if (row?.energy !== undefined) {
    const { gated, ungated } = energyIncrease(row);
    lines.push([
      "power: what they add",
      `+ ${percent(SURVEY.power)}`,
      `+ ${percent(gated)} to ${percent(ungated)}`,
      "energy without DRAM; from ideal clock gates to none; requantisation is in ours",
    ]);
  }
  if (at7?.energy !== undefined) {
    lines.push([
      `the norm unit's share at ${at7.name}, their node`,
      "",
      `${percent(at7.normShare)} area, ${percent(partOf(at7, "norm unit") / onChip(at7))} energy`,
      "requantisation included",
    ]);
  }
  if (small?.energy !== undefined && large?.energy !== undefined) {
    lines.push([
      "64 + 256 KiB against 256 + 64 KiB",
      `${percent(SURVEY.matmulLatency, 0)} less latency of matrix products, area as much`,
      `${againstCount(large.energy.cycles, small.energy.cycles)} cycles, ${against(large.energy.totalPicojoules, small.energy.totalPicojoules)} energy, ${against(large.totalGe, small.totalGe)} area`,
      "their tilings change with it, ours hide most of it",
    ]);
  }
  if (lines.length === 0) return [];
  return [
    "## Beside the survey",
    ["| | survey | here | |", "|---|---:|---:|---|", ...lines.map((cells) => `| ${cells.join(" | ")} |`)].join("\n"),
  ];
}
