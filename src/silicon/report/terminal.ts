/** The cost report as text for a terminal. */
import pc from "picocolors";
import { formatTable, grouped, percent, type Column } from "../../report/index.ts";
import { renderEnergyTerminal } from "./energy-terminal.ts";
import { fpgaTable } from "./fpga-terminal.ts";
import { PUBLISHED_BLOCKS } from "./published.ts";
import type { CostReport, FlattenedReport, ModuleRow } from "./schema.ts";

export interface TerminalOptions {
  /** Rows deeper in the tree than this are left out; their areas are in the rows above. */
  readonly depth: number;
}

/** Paths shown: one for each of the slowest blocks. */
const PATHS = 5;

const left = (head: string): Column => ({ head, align: "left" });
const kibit = (bits: number): string => `${grouped(bits / 8192)} KiB`;
const square = (um2: number): string => (um2 >= 1e5 ? `${(um2 / 1e6).toFixed(3)} mm²` : `${grouped(um2)} µm²`);

/** Tables of blocks, modules, memories and paths, then the totals. */
export function renderCostTerminal(report: CostReport, { depth }: TerminalOptions): string {
  return [
    moduleTable(report, depth),
    memoryTable(report),
    pathTable(report),
    ...(report.energy === undefined ? [] : [renderEnergyTerminal(report.energy)]),
    ...(report.fpga === undefined ? [] : [fpgaTable(report.fpga)]),
    blockTable(report),
    totals(report),
  ].join("\n\n");
}

function moduleTable({ modules, totalUm2 }: CostReport, depth: number): string {
  const withArea = totalUm2 !== undefined;
  const name = ({ path, depth: level }: ModuleRow): string => `${"  ".repeat(level)}${path.split(".").at(-1) ?? path}`;
  return formatTable(
    [
      left("module"),
      { head: "instances" },
      { head: "GE" },
      { head: "share" },
      { head: "own" },
      { head: "SRAM" },
      { head: "flip-flops" },
      ...(withArea ? [{ head: "area" }] : []),
    ],
    modules
      .filter((row) => row.depth <= depth)
      .map((row) => [
        row.depth === 0 ? pc.bold(name(row)) : name(row),
        row.instances === 1 ? "" : grouped(row.instances),
        grouped(row.ge),
        percent(row.share),
        grouped(row.ownGe),
        row.sramGe === 0 ? "" : grouped(row.sramGe),
        grouped(row.flipFlops),
        ...(withArea ? [square(row.um2 ?? 0)] : []),
      ]),
  );
}

function memoryTable({ memories }: CostReport): string {
  const rows = [...memories].sort((a, b) => b.ge - a.ge).filter(({ built }) => built === "macro");
  const flipFlops = memories.filter(({ built }) => built === "flip-flops");
  const others = flipFlops.reduce((sum, { ge }) => sum + ge, 0);
  const bits = flipFlops.reduce((sum, row) => sum + row.instances * row.words * row.bits, 0);
  return formatTable(
    [left("memory"), { head: "words" }, { head: "bits" }, left("ports"), { head: "macros" }, { head: "GE" }],
    [
      ...rows.map((row) => [
        row.path,
        grouped(row.words),
        grouped(row.bits),
        row.ports,
        grouped(row.instances),
        grouped(row.ge),
      ]),
      [pc.dim(`of flip-flops: ${flipFlops.length} kinds, ${grouped(bits)} bits`), "", "", "", "", grouped(others)],
    ],
  );
}

function pathTable({ timing }: CostReport): string {
  const table = formatTable(
    [left("slowest paths"), { head: "ps" }, { head: "levels" }, { head: "MHz" }],
    timing.paths
      .slice(0, PATHS)
      .map(({ from, to, picoseconds, levels, fmaxMhz }) => [
        `${from.name} → ${to.name}`,
        grouped(picoseconds),
        String(levels),
        grouped(fmaxMhz),
      ]),
  );
  return `${table}\n${pc.dim(timing.model)}`;
}

function blockTable({ blocks }: CostReport): string {
  return formatTable(
    [left("block"), { head: "GE" }, left("published")],
    PUBLISHED_BLOCKS.map(({ key, title, theirs }) => [
      title,
      grouped(blocks[key] ?? 0),
      theirs === undefined ? "" : `${grouped(theirs.ge)}  ${pc.dim(theirs.what)}`,
    ]),
  );
}

/** How far the sum of the modules is from the design in one piece. */
export function flattenedLine({ logicGe, difference }: FlattenedReport): string {
  const side = difference < 0 ? "below" : "above";
  return `logic as one piece ${grouped(logicGe)} GE: the sum of the modules is ${percent(Math.abs(difference), 2)} ${side} it`;
}

function totals(report: CostReport): string {
  const { totalGe, logicGe, sramGe, sramBits, totalUm2, normShare, fmaxMhz, library, node, flattened } = report;
  const area = totalUm2 === undefined ? "" : `, ${square(totalUm2)}${node === undefined ? "" : ` at ${node}`}`;
  return [
    ...(flattened === undefined ? [] : [flattenedLine(flattened)]),
    `${pc.bold(`${grouped(totalGe)} GE`)}${area}: logic ${grouped(logicGe)}, memory macros ${grouped(sramGe)} (${kibit(sramBits)})`,
    `norm unit ${percent(normShare)} of it; up to ${grouped(fmaxMhz)} MHz; cells: ${library}`,
    pc.dim("Cells only: no placement, no wires, no clock tree, no test logic (docs/area.md)."),
  ].join("\n");
}
