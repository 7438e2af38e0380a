/** The report as text for a terminal: predictions, latency by operation, totals. */
import pc from "picocolors";
import { bytes, duration, grouped, percent, rate } from "./format.ts";
import type { OperationRow, PredictionRow, Report } from "./schema.ts";
import { LANES, LOSS_TEXTS, cycleSummary, dispatchParts, engineTimeRows, usedCauses } from "./summary.ts";
import type { EngineTimeRow } from "./summary.ts";
import { formatTable } from "./table.ts";

const blankZero = (n: number): string => (n === 0 ? "" : grouped(n));

/** Characters of a text shown in the table of predictions. */
const TEXT_WIDTH = 44;

function predictionTable(rows: readonly PredictionRow[]): string {
  const withFloat = rows.some((p) => p.floatLabel !== undefined);
  const cells = rows.map((p) => {
    const mark = p.expected === undefined ? "" : p.expected === p.label ? pc.green("✓") : pc.red(`✗ ${p.expected}`);
    const text = p.text.trim().replace(/\s+/g, " ");
    return [
      p.name,
      pc.dim(text.length > TEXT_WIDTH ? `${text.slice(0, TEXT_WIDTH - 1)}…` : text),
      String(p.tokens),
      pc.bold(p.label),
      percent(p.probability),
      mark,
      ...(withFloat ? [p.floatLabel === p.label ? "same" : (p.floatLabel ?? "")] : []),
    ];
  });
  return formatTable(
    [
      { head: "input", align: "left" },
      { head: "text", align: "left" },
      { head: "tokens" },
      { head: "class", align: "left" },
      { head: "probability" },
      { head: "", align: "left" },
      ...(withFloat ? [{ head: "float model", align: "left" } as const] : []),
    ],
    cells,
  );
}

function operationTable(report: Report): string {
  const causes = usedCauses(report);
  const cells = (o: Pick<OperationRow, "cycles" | "share" | "floorCycles" | "utilization" | "losses">) => [
    blankZero(o.cycles),
    o.cycles === 0 ? "" : percent(o.share),
    blankZero(o.floorCycles),
    o.floorCycles === 0 || o.cycles === 0 ? "" : percent(o.utilization),
    ...causes.map((cause) => blankZero(o.losses[cause])),
  ];
  const { losses } = report;
  const total = losses === null ? [grouped(report.cycles), percent(1)] : cells({ ...report, share: 1, losses });
  return formatTable(
    [
      { head: "operation", align: "left" },
      { head: "cycles" },
      { head: "share" },
      { head: "floor" },
      { head: "array used" },
      ...causes.map((cause, i) => ({ head: `${i === 0 ? "lost: " : ""}${LOSS_TEXTS[cause].head}` })),
    ],
    [
      ...report.operations.map((o) => [o.where === "host" ? `${o.name} (host)` : o.name, ...cells(o)]),
      ["total", ...total].map((c) => pc.bold(c)),
    ],
  );
}

function engineTable(report: Report): string {
  const cells = (label: string, { time, idle }: EngineTimeRow): string[] => [
    label,
    blankZero(time.busy),
    blankZero(time.memory),
    ...LANES.map((owner) => blankZero(time.waiting[owner])),
    ...Object.values(dispatchParts(time)).map(blankZero),
    idle === undefined ? "" : blankZero(idle),
  ];
  return formatTable(
    [
      { head: "engine", align: "left" },
      { head: "busy" },
      { head: "memory" },
      ...LANES.map((owner, i) => ({ head: `${i === 0 ? "waits: " : ""}${owner.toUpperCase()}` })),
      { head: "a full queue" },
      { head: "fetch" },
      { head: "idle" },
    ],
    engineTimeRows(report).flatMap(({ total, kinds }) => [
      cells(total.engine.toUpperCase(), total).map((c) => pc.bold(c)),
      ...kinds.map((row) => cells(`  ${row.kind}`, row)),
    ]),
  );
}

/** Where the cycles went, one line a cause. */
function cycleTable(report: Report): string[] {
  const lines = cycleSummary(report);
  if (lines.length === 0) return [];
  return [
    formatTable(
      [{ head: "where the cycles went", align: "left" }, { head: "cycles" }, { head: "share" }],
      lines.map((line) => {
        const cells = [line.text, grouped(line.cycles), percent(line.share, 2)];
        return line.cause === "total" ? cells.map((c) => pc.bold(c)) : cells;
      }),
    ),
    "",
  ];
}

function check(report: Report): string {
  if (report.differences === null) return "not compared with the integer reference";
  const values = `${grouped(report.comparedValues)} values in ${report.tensors.length} tensors compared with the integer reference`;
  const wrong = report.tensors.filter((t) => t.differences > 0).map((t) => t.name);
  return report.differences === 0
    ? `${values}: ${pc.green("0 differences")}`
    : `${values}: ${pc.red(`${grouped(report.differences)} differences`)}, in ${wrong.join(", ")}`;
}

function summary(report: Report): string {
  const { cycles, elementsPerCycle, floorCycles, utilization, floorRatio, weightCycles, weightRatio } = report;
  if (elementsPerCycle !== null) {
    const [executing, sustained] = [elementsPerCycle, report.sustainedElementsPerCycle ?? 0].map((n) => n.toFixed(2));
    return `${grouped(cycles)} cycles; elements per cycle through all passes: ${executing} while NORM executes, ${sustained} sustained, ${report.rowsInFlight ?? 0} rows in flight`;
  }
  const ratio = floorRatio === null ? "" : `, ${floorRatio.toFixed(3)} times the floor`;
  const weights =
    weightCycles === null || weightRatio === null || weightCycles < floorCycles
      ? ""
      : `; ${weightRatio.toFixed(3)} times the ${grouped(weightCycles)} cycles that its weights need`;
  return `${grouped(cycles)} cycles for a floor of ${grouped(floorCycles)} (MACs / PEs): the array is used ${percent(utilization)}${ratio}${weights}`;
}

/** What the cost model expected, and how far off it was. */
function expectation({ cycles, expectedCycles }: Report): string[] {
  if (expectedCycles === null) return [];
  const error = expectedCycles / Math.max(1, cycles) - 1;
  return [`the cost model expected ${grouped(expectedCycles)} cycles: ${error < 0 ? "" : "+"}${percent(error)}`];
}

/** The whole report. */
export function renderTerminal(report: Report): string {
  const { memory } = report;
  return [
    ...(report.predictions.length > 0 ? [predictionTable(report.predictions), ""] : []),
    operationTable(report),
    "",
    engineTable(report),
    "",
    ...cycleTable(report),
    summary(report),
    ...expectation(report),
    `read ${bytes(report.readBytes)}, wrote ${bytes(report.writeBytes)}; memory of ${memory.bytesPerCycle} bytes per cycle each way, latency ${memory.latencyCycles}`,
    check(report),
    pc.dim(
      `${report.simulator}: built in ${duration(report.buildSeconds)}, simulated in ${duration(report.simulationSeconds)} at ${rate(report.simulatedCyclesPerSecond)}`,
    ),
  ].join("\n");
}
