/** Two cost reports side by side, as text for a terminal. */
import pc from "picocolors";
import { formatTable, grouped } from "../../report/index.ts";
import { differences } from "./differences.ts";
import type { TerminalOptions } from "./terminal.ts";
import type { CostReport } from "./schema.ts";

const nameOf = ({ config }: CostReport): string => String(config["name"]);

const signed = (n: number, text: string): string => (n > 0 ? `+${text}` : text);

const change = (a: number, b: number): string[] => {
  if (a === b) return ["", ""];
  const ratio = a === 0 ? "" : signed(b - a, `${((100 * (b - a)) / a).toFixed(1)} %`);
  return [signed(b - a, grouped(b - a)), ratio];
};

/** A table of the totals and one of the parts, largest differences first. */
export function renderCostComparison(a: CostReport, b: CostReport, { depth }: TerminalOptions): string {
  const columns = [
    { head: "", align: "left" },
    { head: nameOf(a) },
    { head: nameOf(b) },
    { head: "difference" },
    { head: "" },
  ] as const;
  const row = (name: string, x: number, y: number): string[] => [name, grouped(x), grouped(y), ...change(x, y)];
  const optional = (name: string, x: number | undefined, y: number | undefined): string[][] =>
    x === undefined || y === undefined ? [] : [row(name, x, y)];
  const totals = [
    row("GE", a.totalGe, b.totalGe),
    row("logic, GE", a.logicGe, b.logicGe),
    row("memory macros, GE", a.sramGe, b.sramGe),
    row("memory macros, bits", a.sramBits, b.sramBits),
    ...optional("area, µm²", a.totalUm2, b.totalUm2),
    row("MHz", a.fmaxMhz, b.fmaxMhz),
    ...optional("energy, µJ", micro(a), micro(b)),
  ];
  const parts = differences(a, b)
    .filter((part) => part.depth > 0 && part.depth <= depth && part.a !== part.b)
    .map((part) => row(`${"  ".repeat(part.depth - 1)}${part.name}`, part.a, part.b));
  const same = pc.dim("every block has the same area");
  return [
    formatTable(columns, totals),
    parts.length === 0 ? same : formatTable([{ head: "block, GE", align: "left" }, ...columns.slice(1)], parts),
  ].join("\n\n");
}

const micro = ({ energy }: CostReport): number | undefined =>
  energy === undefined ? undefined : energy.totalPicojoules / 1e6;
