/** The HTML report: one self-contained page drawn from a {@link Report}. */
import { renderTemplate } from "../files/index.ts";
import { bytes, duration, grouped, percent, rate } from "./format.ts";
import type { EngineRow, Report } from "./schema.ts";

/** Hues for operations, far enough apart to tell neighbours from each other in light and dark. */
const COLOURS = [
  "#3b6ea8",
  "#d08a2e",
  "#4c9a6a",
  "#a8507a",
  "#7a6bb5",
  "#3f9aa6",
  "#b4583f",
  "#8a8f3c",
  "#6f7f8f",
  "#c26aa0",
];
const STATE_COLOURS = { busy: "#4c9a6a", memory: "#d08a2e", semaphore: "#9aa7b3", idle: "transparent" } as const;

const colourOf = (index: number): string => COLOURS[index % COLOURS.length]!;
const blankZero = (n: number): string => (n === 0 ? "" : grouped(n));

function engineView(row: EngineRow, total: number) {
  const part = (cycles: number, colour: string) => ({
    percent: ((100 * cycles) / Math.max(1, total)).toFixed(2),
    colour,
  });
  return {
    name: row.name.toUpperCase(),
    title: `busy ${grouped(row.busy)}, waiting for memory ${grouped(row.memoryWait)}, waiting for a semaphore ${grouped(row.semaphoreWait)}, idle ${grouped(row.idle)} cycles; ${grouped(row.commands)} commands`,
    parts: [
      part(row.busy, STATE_COLOURS.busy),
      part(row.memoryWait, STATE_COLOURS.memory),
      part(row.semaphoreWait, STATE_COLOURS.semaphore),
      part(row.idle, STATE_COLOURS.idle),
    ],
  };
}

const LANE_HEIGHT = 24;
const LANE_STEP = 34;
const LANE_X = 64;
const LANE_WIDTH = 980;

function timelineView(report: Report) {
  const lanes = ["load", "gemm", "norm", "store"] as const;
  const end = Math.max(1, ...report.timeline.map((s) => s.end));
  const x = (cycle: number): number => LANE_X + (LANE_WIDTH * cycle) / end;
  const kinds = [...new Set(report.operations.map((o) => o.kind))];
  const axisY = lanes.length * LANE_STEP;
  return {
    note: report.predictions.length > 1 ? "first input" : "",
    width: LANE_X + LANE_WIDTH + 40,
    height: axisY + 18,
    axisY,
    laneHeight: LANE_HEIGHT,
    laneWidth: LANE_WIDTH,
    lanes: lanes.map((name, i) => ({ name: name.toUpperCase(), y: i * LANE_STEP, textY: i * LANE_STEP + 16 })),
    spans: report.timeline.map((s) => {
      const operation = report.operations[s.operation];
      return {
        x: x(s.start).toFixed(2),
        y: lanes.indexOf(s.engine) * LANE_STEP,
        width: Math.max(0.4, x(s.end) - x(s.start)).toFixed(2),
        colour: colourOf(kinds.indexOf(operation?.kind ?? "")),
        title: `${operation?.name ?? "?"}: cycles ${grouped(s.start)} to ${grouped(s.end)}`,
      };
    }),
    ticks: [0, 0.25, 0.5, 0.75, 1].map((f) => ({ x: x(f * end).toFixed(1), label: grouped(f * end) })),
  };
}

function cards(report: Report) {
  const card = (value: string, label: string, tone = "") => ({ value, label, tone });
  const check =
    report.differences === null
      ? []
      : [
          card(
            grouped(report.differences),
            `differences in ${grouped(report.comparedValues)} values`,
            report.differences === 0 ? "good" : "bad",
          ),
        ];
  return [
    card(grouped(report.cycles), "cycles, start to done"),
    card(grouped(report.floorCycles), "floor: MACs / PEs"),
    card(percent(report.utilization), "array utilisation"),
    ...check,
    card(bytes(report.readBytes), "read from DRAM"),
    card(bytes(report.writeBytes), "written to DRAM"),
    card(rate(report.simulatedCyclesPerSecond), "simulated cycles"),
  ];
}

/** The page as text. */
export function renderHtml(report: Report): string {
  const kinds = [...new Set(report.operations.map((o) => o.kind))];
  const { config, memory } = report;
  const shape = Object.entries(report.shape).map(([k, v]) => `${k} ${v}`);
  const wrong = report.tensors.filter((t) => t.differences > 0).length;
  return renderTemplate("report/report.html.hbs", {
    title:
      report.kind === "run"
        ? `${report.predictions.length} texts on ${config.name}`
        : `${report.kind} on ${config.name}`,
    subtitle: `${config.rows}×${config.cols} array, ${config.scratchpadKib} KiB scratchpad, ${config.accumulatorKib} KiB accumulator · ${shape.join(", ")}`,
    cards: cards(report),
    hasExpected: report.predictions.some((p) => p.expected !== undefined),
    hasFloat: report.predictions.some((p) => p.floatLabel !== undefined),
    predictions: report.predictions.map((p) => ({
      ...p,
      expected: p.expected ?? "",
      floatLabel: p.floatLabel ?? "",
      text: p.text.trim().replace(/\s+/g, " "),
      probability: percent(p.probability),
      tone: p.expected === undefined ? "" : p.expected === p.label ? "good" : "bad",
    })),
    operations: report.operations.map((o) => ({
      name: o.where === "host" ? `${o.name} (host)` : o.name,
      colour: colourOf(kinds.indexOf(o.kind)),
      cycles: blankZero(o.cycles),
      share: o.cycles === 0 ? "" : percent(o.share),
      floor: blankZero(o.floorCycles),
      hasFloor: o.floorCycles > 0,
      utilization: percent(o.utilization),
      utilizationPercent: Math.min(100, 100 * o.utilization).toFixed(1),
      waitLoad: blankZero(o.waiting.load),
      waitNorm: blankZero(o.waiting.norm),
      waitStore: blankZero(o.waiting.store),
      normBusy: blankZero(o.engines.norm),
    })),
    engines: report.engines.map((e) => engineView(e, report.cycles)),
    legend: [
      { label: "executing", colour: STATE_COLOURS.busy },
      { label: "held up by memory", colour: STATE_COLOURS.memory },
      { label: "waiting for a semaphore", colour: STATE_COLOURS.semaphore },
    ],
    timeline: timelineView(report),
    tensors: report.tensors.map((t) => ({
      name: t.name,
      values: grouped(t.values),
      differences: grouped(t.differences),
      tone: t.differences === 0 ? "good" : "bad",
    })),
    checkSummary: `${grouped(report.comparedValues)} values in ${report.tensors.length} tensors compared; ${wrong === 0 ? "all equal" : `${wrong} tensors differ`}.`,
    footer: [
      `Memory: ${memory.bytesPerCycle} bytes per cycle each way, ${memory.latencyCycles} cycles of latency, stall probability ${memory.stallProbability}.`,
      `Simulated by ${report.simulator} in ${duration(report.simulationSeconds)} after a build of ${duration(report.buildSeconds)}.`,
      `Cycles are the hardware's own counters. ${report.command}`,
    ],
  });
}
