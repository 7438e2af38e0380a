/** A sweep as a table for a terminal and as CSV. */
import pc from "picocolors";
import { formatTable, grouped, percent } from "../../report/index.ts";
import { hasCycles } from "./result.ts";
import type { Sweep, SweepPoint } from "./result.ts";

/** The point at the same sizes with another fusion. */
export const sibling = (sweep: Sweep, point: SweepPoint, fusion: string): SweepPoint | undefined =>
  sweep.points.find(
    (p) => p.fusion === fusion && p.scratchpadKib === point.scratchpadKib && p.accumulatorKib === point.accumulatorKib,
  );

/** cycles / cycles of the same sizes with `fusion`; undefined when either has none, or they were found in different ways. */
export function ratioTo(sweep: Sweep, point: SweepPoint, fusion: string): number | undefined {
  const other = sibling(sweep, point, fusion);
  if (!hasCycles(point) || !hasCycles(other) || point.how !== other.how) return undefined;
  return point.cycles / other.cycles;
}

function resultCells(sweep: Sweep, point: SweepPoint): string[] {
  if (point.how === "does not fit") return ["", "", "", pc.yellow("does not fit"), ""];
  const ratio = ratioTo(sweep, point, "off");
  const differences = point.how === "measured" ? point.differences : null;
  return [
    grouped(point.cycles),
    percent(point.utilization),
    ratio === undefined ? "" : ratio.toFixed(3),
    point.how,
    differences === null ? "" : differences === 0 ? pc.green("0") : pc.red(grouped(differences)),
  ];
}

/** The table, and below it why points do not fit. */
export function renderSweep(sweep: Sweep): string {
  const table = formatTable(
    [
      { head: "scratchpad" },
      { head: "accumulator" },
      { head: "fusion", align: "left" },
      { head: "cycles" },
      { head: "utilisation" },
      { head: "to unfused" },
      { head: "how", align: "left" },
      { head: "differences" },
    ],
    sweep.points.map((p) => [`${p.scratchpadKib} KiB`, `${p.accumulatorKib} KiB`, p.fusion, ...resultCells(sweep, p)]),
  );
  const reasons = sweep.points.flatMap((p) =>
    p.how === "does not fit" ? [`${p.scratchpadKib} + ${p.accumulatorKib} KiB, ${p.fusion}: ${p.reason}`] : [],
  );
  const missing = sweep.notRun === 0 ? [] : [`${sweep.notRun} points not run`];
  return [table, ...[...reasons, ...missing].map((line) => pc.dim(line))].join("\n");
}

const csvCell = (value: string | number | null | undefined): string => {
  const text = String(value ?? "");
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** One line a point; cycles of every kind of operation in columns of their own. */
export function sweepCsv({ points }: Sweep): string {
  const measured = points.filter((p) => p.how === "measured");
  const kinds = [...new Set(measured.flatMap((p) => p.operations.map((o) => o.kind)))];
  const head = ["scratchpadKib", "accumulatorKib", "fusion", "how", "cycles", "floorCycles", "utilization"];
  const more = ["expectedCycles", "differences", "readBytes", "writeBytes"] as const;
  const lines = points.map((p) => {
    const place = [p.scratchpadKib, p.accumulatorKib, p.fusion, p.how];
    if (p.how === "does not fit") return [...place, ...Array.from({ length: 7 + kinds.length }, () => ""), p.reason];
    const found = p.how === "measured" ? more.map((key) => p[key]) : more.map(() => "");
    const cycles = kinds.map((kind) =>
      p.how === "measured" ? (p.operations.find((o) => o.kind === kind)?.cycles ?? "") : "",
    );
    return [...place, p.cycles, p.floorCycles, p.utilization, ...found, ...cycles, ""];
  });
  const columns = [...head, ...more, ...kinds.map((kind) => `cycles ${kind}`), "reason"];
  return `${[columns, ...lines].map((line) => line.map(csvCell).join(",")).join("\n")}\n`;
}
