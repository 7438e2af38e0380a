/** The HTML report: one self-contained page drawn from a {@link Report}. */
import { renderTemplate, templateText } from "../files/index.ts";
import { STATE_COLOURS, kindColours } from "./colours.ts";
import { bytes, duration, grouped, percent, rate } from "./format.ts";
import type { LossCause } from "./array-time.ts";
import type { OperationRow, PredictionRow, Report } from "./schema.ts";
import { LANES, LOSS_TEXTS, cycleSummary, dispatchParts, engineTimeRows, usedCauses } from "./summary.ts";
import type { EngineTimeRow } from "./summary.ts";
import { timelineView } from "./page-timeline.ts";
import { renderTimeline } from "./timeline.ts";

const blankZero = (n: number): string => (n === 0 ? "" : grouped(n));

/** The figures that matter most. */
function cards(report: Report) {
  const card = (value: string, label: string, tone = "") => ({ value, label, tone });
  const judged = report.predictions.filter((p) => p.expected !== undefined);
  const right = judged.filter((p) => p.expected === p.label).length;
  return [
    ...(judged.length === 0
      ? []
      : [card(`${right} of ${judged.length}`, "classes as expected", right === judged.length ? "good" : "bad")]),
    ...(report.differences === null
      ? []
      : [
          card(
            grouped(report.differences),
            `differences in ${grouped(report.comparedValues)} values`,
            report.differences === 0 ? "good" : "bad",
          ),
        ]),
    card(grouped(report.cycles), "cycles, start to done"),
    ...(report.floorCycles === 0 ? [] : [card(grouped(report.floorCycles), "cycles at least (MACs / PEs)")]),
    ...(report.elementsPerCycle === null
      ? [card(percent(report.utilization), "array utilisation")]
      : [card(report.elementsPerCycle.toFixed(2), "elements per NORM cycle")]),
  ];
}

/** The circumstances, in small print. */
function facts(report: Report) {
  const { config, memory } = report;
  const shape = Object.entries(report.shape).map(([name, value]) => `${name} ${grouped(value)}`);
  const functions = config.functions.map((name) => (config.variants[name] === "ibert" ? `${name} (I-BERT's)` : name));
  return [
    { name: "workload", value: shape.join(", ") },
    {
      name: "accelerator",
      value: `${config.name}: ${config.rows}×${config.cols} array, ${config.scratchpadKib} KiB scratchpad, ${config.accumulatorKib} KiB accumulator; ${functions.join(", ") || "no norm functions"}`,
    },
    {
      name: "memory",
      value: `${memory.bytesPerCycle} bytes per cycle each way, latency ${memory.latencyCycles} cycles, stall probability ${memory.stallProbability}`,
    },
    ...(report.expectedCycles === null
      ? []
      : [
          {
            name: "cost model",
            value: `expected ${grouped(report.expectedCycles)} cycles, ${percent(Math.abs(report.expectedCycles / Math.max(1, report.cycles) - 1), 2)} ${report.expectedCycles < report.cycles ? "fewer" : "more"}`,
          },
        ]),
    { name: "traffic", value: `${bytes(report.readBytes)} read, ${bytes(report.writeBytes)} written` },
    {
      name: "simulation",
      value: `${report.simulator}, ${duration(report.simulationSeconds)} at ${rate(report.simulatedCyclesPerSecond)}, after a build of ${duration(report.buildSeconds)}`,
    },
  ];
}

function predictionView(p: PredictionRow) {
  const wrong = p.expected !== undefined && p.expected !== p.label;
  return {
    name: p.name,
    text: p.text.trim().replace(/\s+/g, " "),
    tokens: p.tokens,
    label: p.label,
    probability: percent(p.probability),
    mark: p.expected === undefined ? "" : wrong ? `✗ expected ${p.expected}` : "✓",
    tone: p.expected === undefined ? "" : wrong ? "bad" : "good",
    float: p.floatLabel === undefined ? "" : p.floatLabel === p.label ? "same" : p.floatLabel,
    floatTone: p.floatLabel === undefined || p.floatLabel === p.label ? "soft" : "bad",
  };
}

/** `layer 3 query` is `query` of the group `layer 3`. */
function splitName(name: string): { readonly group: string; readonly own: string } {
  const [, group = "", own = name] = /^(layer \d+) (.+)$/.exec(name) ?? [];
  return { group, own };
}

function operationView(o: OperationRow, colour: string, causes: readonly LossCause[]) {
  return {
    name: splitName(o.name).own,
    note: o.where === "host" ? "on the host" : o.cycles === 0 ? "hidden behind products" : "",
    colour,
    cycles: blankZero(o.cycles),
    share: o.cycles === 0 ? "" : percent(o.share),
    floor: blankZero(o.floorCycles),
    hasFloor: o.floorCycles > 0 && o.cycles > 0,
    utilization: percent(o.utilization),
    utilizationPercent: Math.min(100, 100 * o.utilization).toFixed(1),
    losses: causes.map((cause) => blankZero(o.losses[cause])),
  };
}

/** Rows in groups of a layer, and their sum. */
function operationGroups(report: Report, causes: readonly LossCause[]) {
  const colours = kindColours(report);
  const groups = new Map<string, ReturnType<typeof operationView>[]>();
  for (const o of report.operations) {
    const { group } = splitName(o.name);
    const rows = groups.get(group) ?? [];
    rows.push(operationView(o, colours.get(o.kind)!, causes));
    groups.set(group, rows);
  }
  return [...groups].map(([name, rows]) => ({ name, rows }));
}

function totals(report: Report, causes: readonly LossCause[]) {
  return {
    cycles: grouped(report.cycles),
    floor: grouped(report.floorCycles),
    hasFloor: report.floorCycles > 0,
    utilization: percent(report.utilization),
    utilizationPercent: Math.min(100, 100 * report.utilization).toFixed(1),
    losses: causes.map((cause) => blankZero(report.losses?.[cause] ?? 0)),
  };
}

/** Where the cycles went: bars of losses are relative to all that was lost. */
function summaryView(report: Report) {
  const lines = cycleSummary(report);
  const lost = report.cycles - report.floorCycles;
  return lines.map(({ cause, text, cycles, share }) => ({
    text,
    cycles: grouped(cycles),
    share: percent(share, 2),
    tone: cause === "total" ? "total" : cause === "floor" ? "floor" : "",
    isLoss: cause !== "total" && cause !== "floor",
    ofLost: lost === 0 ? "0" : ((100 * cycles) / lost).toFixed(1),
  }));
}

function engineTimeView({ engine, kind, time, idle }: EngineTimeRow, colour: string, all: number) {
  const parts = [
    ["busy", time.busy, STATE_COLOURS.busy],
    ["held up by memory", time.memory, STATE_COLOURS.memory],
    ...LANES.map((owner) => [`waiting for ${owner.toUpperCase()}`, time.waiting[owner], STATE_COLOURS[owner]] as const),
    ["its next command behind a full queue", dispatchParts(time).behind, STATE_COLOURS.behind],
    ["its next command on its way", dispatchParts(time).fetch, STATE_COLOURS.dispatch],
  ] as const;
  return {
    name: kind === "" ? engine.toUpperCase() : kind,
    colour,
    tone: kind === "" ? "group" : "",
    title: parts
      .filter(([, n]) => n > 0)
      .map(([what, n]) => `${what} ${grouped(n)}`)
      .join(", "),
    parts: parts
      .filter(([, n]) => n > 0)
      .map(([, n, fill]) => ({ percent: ((100 * n) / Math.max(1, all)).toFixed(2), colour: fill })),
    cells: [...parts.map(([, n]) => blankZero(n)), idle === undefined ? "" : blankZero(idle)],
  };
}

/** Each engine's row and those of its operations. */
function engineViews(report: Report) {
  const colours = kindColours(report);
  return engineTimeRows(report).flatMap(({ total, kinds }) => [
    engineTimeView(total, "", report.cycles),
    ...kinds.map((row) => engineTimeView(row, colours.get(row.kind) ?? "", report.cycles)),
  ]);
}

/** The page as text. */
export function renderHtml(report: Report): string {
  const { config, predictions } = report;
  const causes = usedCauses(report);
  const wrong = report.tensors.filter((t) => t.differences > 0).length;
  const texts = predictions.length === 1 ? "1 text" : `${predictions.length} texts`;
  return renderTemplate("report/report.html.hbs", {
    style: templateText("page.css"),
    title: report.kind === "run" ? `${texts} on ${config.name}` : `${report.kind} on ${config.name}`,
    cards: cards(report),
    facts: facts(report),
    hasExpected: predictions.some((p) => p.expected !== undefined),
    hasFloat: predictions.some((p) => p.floatLabel !== undefined),
    predictions: predictions.map(predictionView),
    summary: summaryView(report),
    causes: causes.map((cause) => LOSS_TEXTS[cause].head),
    causeCount: causes.length,
    tableColumns: 5 + causes.length,
    groups: operationGroups(report, causes),
    total: totals(report, causes),
    engines: engineViews(report),
    owners: LANES.map((owner) => ({ name: owner.toUpperCase(), colour: STATE_COLOURS[owner] })),
    states: STATE_COLOURS,
    timeline: timelineView(report),
    picture: report.timeline === null ? "" : renderTimeline(report, { embedded: true }),
    timelineOf: predictions.length > 1 ? ` of ${predictions[0]!.name}` : "",
    tensors: report.tensors.map((t) => ({
      name: t.name,
      values: grouped(t.values),
      differences: grouped(t.differences),
      tone: t.differences === 0 ? "good" : "bad",
    })),
    checkSummary: `${grouped(report.comparedValues)} values in ${report.tensors.length} tensors compared with the integer reference; ${wrong === 0 ? "all equal" : wrong === 1 ? "1 tensor differs" : `${wrong} tensors differ`}.`,
    command: report.command,
  });
}
