/** The figures as a table: for a terminal, and as Markdown with the circumstances. */
import pc from "picocolors";
import { formatTable, grouped, percent, rate } from "../../report/index.ts";
import type { Bar } from "./bars.ts";
import { QUANTITIES } from "./quantities.ts";
import type { BarResult, FigureRow, FiguresResult } from "./result.ts";

const SIGNS: Readonly<Record<Bar["relation"], string>> = { "<=": "≤", "<": "<", ">=": "≥" };

/** `cycles / floor ≤ 1.0200`. */
export const barText = ({ quantity, relation, value }: Bar): string =>
  `${QUANTITIES[quantity].label} ${SIGNS[relation]} ${QUANTITIES[quantity].format(value)}`;

const setting = ({ config, bytesPerCycle, latencyCycles }: FigureRow): string =>
  `${config}, ${bytesPerCycle} B/cycle, latency ${latencyCycles}`;

function measuredText({ quantity, measured }: BarResult, { failure }: FigureRow): string {
  if (measured !== null) return QUANTITIES[quantity].format(measured);
  return failure === null ? "none" : "failed";
}

function modelText({ cycles, expectedCycles }: FigureRow): string {
  if (cycles === null || expectedCycles === null) return "";
  const error = expectedCycles / cycles - 1;
  return `${error < 0 ? "" : "+"}${percent(error)}`;
}

const number = (value: number | null, format: (n: number) => string): string => (value === null ? "" : format(value));

/** Cells of every bar of a row; what belongs to the whole run stands in its first line only. */
function lines(row: FigureRow, marks: { readonly met: string; readonly missed: string }): string[][] {
  return row.bars.map((bar, i) => {
    const whole = (text: string): string => (i === 0 ? text : "");
    return [
      whole(row.what),
      whole(setting(row)),
      measuredText(bar, row),
      barText(bar),
      bar.met ? marks.met : marks.missed,
      whole(number(row.cycles, grouped)),
      whole(modelText(row)),
      whole(number(row.differences, grouped)),
      whole(number(row.simulatedCyclesPerSecond, rate)),
    ];
  });
}

const HEADS = ["figure", "setting", "measured", "bar", "met", "cycles", "model", "differences", "simulated"];
const LEFT = new Set(["figure", "setting", "bar", "met"]);

/** A table for a terminal. */
export function renderFigures({ rows }: FiguresResult): string {
  const marks = { met: pc.green("yes"), missed: pc.red("no") };
  const columns = HEADS.map((head) => ({ head, align: LEFT.has(head) ? ("left" as const) : ("right" as const) }));
  return formatTable(
    columns,
    rows.flatMap((row) => lines(row, marks)),
  );
}

const markdownRow = (cells: readonly string[]): string =>
  `| ${cells.map((c) => c.replaceAll("|", "\\|")).join(" | ")} |`;

/** A Markdown page: circumstances, the table, what failed, what has not run. */
export function figuresMarkdown(result: FiguresResult): string {
  const { date, commit, machine, versions, rows, notRun } = result;
  const bars = rows.flatMap((r) => r.bars);
  const met = bars.filter((b) => b.met).length;
  const failures = rows
    .filter((r) => r.failure !== null)
    .map((r) => `- ${r.what}: ${r.failure!.replaceAll("\n", " ")}`);
  return `${[
    `# Performance figures, ${date.slice(0, 10)}`,
    [
      `- ${met} of ${bars.length} bars met${notRun.length === 0 ? "" : `; not run: ${notRun.join(", ")}`}`,
      `- commit ${commit}, ${date}`,
      `- ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGib} GiB, ${machine.system}`,
      `- Systole ${versions.systole}, Node ${versions.node}, ${versions.verilator}, ${versions.compiler}`,
    ].join("\n"),
    "Cycles are the hardware's own counter, from the write of the start register to the interrupt, on the generated RTL. *model* is how far the compiler's cost model is off; *differences* are values that differ from the integer reference; *simulated* are cycles a second on one core.",
    [
      markdownRow(HEADS),
      markdownRow(HEADS.map((head) => (LEFT.has(head) ? "---" : "---:"))),
      ...rows.flatMap((row) => lines(row, { met: "yes", missed: "**no**" })).map(markdownRow),
    ].join("\n"),
    ...(failures.length === 0 ? [] : ["Runs without a result:", failures.join("\n")]),
  ].join("\n\n")}\n`;
}
