/** The engines' activity over the first program as a picture: four lanes, one colour a kind of operation, waits hatched. */
import { bars, ticks } from "../../templates/report/lanes.js";
import type { Bar, Lane, Part } from "../../templates/report/lanes.js";
import type { EngineName } from "../isa/index.ts";
import { renderTemplate } from "../files/index.ts";
import { STATE_COLOURS, kindColours } from "./colours.ts";
import { grouped, percent } from "./format.ts";
import type { Report, Timeline } from "./schema.ts";
import { LANES, waitCause } from "./summary.ts";

const WIDTH = 1080;
const LANE_X = 56;
const LANE_WIDTH = WIDTH - LANE_X - 24;
const LANE_HEIGHT = 24;
const LANE_STEP = 36;
const CAPTION_HEIGHT = 30;
const LAYERS_HEIGHT = 22;
const AXIS_HEIGHT = 24;
const LEGEND_STEP = 20;
/** Pixels that stretches too narrow to tell apart share: the picture must not be larger than it is worth. */
const COARSE = 2;
/** Width of a letter of the legend, generously. */
const LETTER = 6.7;
/** Shorter or narrower than this a part would not be seen. */
const THINNEST = 0.5;

interface LegendEntry {
  readonly label: string;
  readonly fill: string;
  readonly opacity: number;
  readonly x: number;
  readonly y: number;
}

/** What a part of a stretch is called and how it is drawn. */
function partStyle(part: Pick<Part, "state" | "kind">, kinds: readonly string[], colours: ReadonlyMap<string, string>) {
  const kind = kinds[part.kind] ?? "";
  const colour = colours.get(kind) ?? "#888888";
  switch (part.state) {
    case "busy":
      return { label: kind, fill: colour, opacity: 1 };
    case "memory":
      return { label: `${kind}, held up by memory`, fill: colour, opacity: 0.4 };
    case "load":
    case "gemm":
    case "norm":
    case "store":
    case "dispatch":
      return { label: `${kind}, waiting for ${waitCause(part.state)}`, fill: `url(#wait-${part.state})`, opacity: 1 };
    default:
      return { label: `${kind}, waiting for ${waitCause(part.state)}`, fill: STATE_COLOURS.behind, opacity: 0.4 };
  }
}

/** The kinds of operations in the order of their colours, and the number of each operation's kind. */
export function timelineKinds(report: Report): { readonly kinds: string[]; readonly kindOf: number[] } {
  const kinds = [...kindColours(report).keys()];
  return { kinds, kindOf: report.operations.map((o) => kinds.indexOf(o.kind)) };
}

/** Where each layer's first product begins, in cycles. */
export function layerStarts(report: Report, timeline: Timeline): { readonly name: string; readonly start: number }[] {
  const starts = new Map<string, number>();
  const gemm = timeline.lanes.find((lane) => lane.engine === "gemm");
  gemm?.operation.forEach((operation, i) => {
    const name = /^layer \d+/.exec(report.operations[operation]?.name ?? "")?.[0];
    if (name === undefined || gemm.state[i] !== "busy" || starts.has(name)) return;
    starts.set(name, gemm.start[i]!);
  });
  return [...starts].map(([name, start]) => ({ name, start }));
}

/** Kinds that are drawn, and what waits look like; side by side, wrapped at the picture's width. */
function legend(drawn: readonly Bar[], kinds: readonly string[], colours: ReadonlyMap<string, string>): LegendEntry[] {
  let x = LANE_X;
  let y = 0;
  const states = new Set(drawn.flatMap((bar) => bar.parts.map((p) => p.state)));
  const used = new Set(drawn.flatMap((bar) => bar.parts.filter((p) => p.state === "busy").map((p) => p.kind)));
  const waits = ([...LANES, "dispatch"] as const).filter((state) => states.has(state));
  const entries = [
    ...kinds
      .filter((_kind, i) => used.has(i))
      .map((kind) => ({ label: kind, fill: colours.get(kind)!, opacity: 1, breaks: false })),
    ...waits.map((state, i) => ({
      label: `waits for ${waitCause(state)}`,
      fill: `url(#wait-${state})`,
      opacity: 1,
      breaks: i === 0,
    })),
    ...([...states].some((state) => state.startsWith("behind-"))
      ? [
          {
            label: "next command behind a full queue",
            fill: STATE_COLOURS.behind,
            opacity: 0.4,
            breaks: waits.length === 0,
          },
        ]
      : []),
    ...(states.has("memory")
      ? [{ label: "pale: held up by memory", fill: "#888888", opacity: 0.4, breaks: waits.length === 0 }]
      : []),
  ];
  return entries.map(({ breaks, ...entry }) => {
    const width = 28 + entry.label.length * LETTER;
    if (x + width > WIDTH || (breaks && x > LANE_X)) {
      x = LANE_X;
      y += LEGEND_STEP;
    }
    const placed = { ...entry, x, y };
    x += width;
    return placed;
  });
}

/** Neighbours that touch and are wholly the same are one bar: long programs stay small pictures. */
function joinEqual(drawn: readonly Bar[]): Bar[] {
  const joined: Bar[] = [];
  for (const bar of drawn) {
    const before = joined.at(-1);
    const [a, b] = [before?.parts[0], bar.parts[0]];
    const same = before?.parts.length === 1 && bar.parts.length === 1 && a?.state === b?.state && a?.kind === b?.kind;
    if (before === undefined || a === undefined || !same || bar.x - before.x - before.width > 0.01) joined.push(bar);
    else
      joined[joined.length - 1] = {
        ...before,
        width: bar.x + bar.width - before.x,
        cycles: before.cycles + bar.cycles,
        count: before.count + bar.count,
        parts: [{ ...a, cycles: a.cycles + bar.parts[0]!.cycles }],
      };
  }
  return joined;
}

/** One line above a picture that stands alone. */
function caption(report: Report, timeline: Timeline): string {
  const { config } = report;
  // Of several programs only the first is drawn; the counter is of all of them.
  const cycles = report.predictions.length > 1 ? timeline.cycles : report.cycles;
  const [first] = report.predictions;
  const what = first === undefined ? report.kind : `${first.name}, ${first.tokens} tokens,`;
  const used = report.predictions.length > 1 ? "" : `, array used ${percent(report.utilization)}`;
  return `${what} on ${config.name} (${config.rows}×${config.cols}): ${grouped(cycles)} cycles${used}`;
}

/** The picture as SVG text; `embedded` leaves out the caption, for a page that has its own. */
export function renderTimeline(report: Report, { embedded = false } = {}): string {
  const timeline = report.timeline ?? { cycles: 0, lanes: [], activity: undefined };
  const colours = kindColours(report);
  const { kinds, kindOf } = timelineKinds(report);
  const window = { from: 0, to: Math.max(1, timeline.cycles) };
  const layers = report.timeline === null ? [] : layerStarts(report, report.timeline);
  const captionHeight = embedded || report.timeline === null ? 0 : CAPTION_HEIGHT;
  const top = captionHeight + (layers.length > 0 ? LAYERS_HEIGHT : 0);
  const bottom = top + (LANES.length - 1) * LANE_STEP + LANE_HEIGHT;
  const legendY = bottom + AXIS_HEIGHT + 16;
  const laneOf = (engine: EngineName): number => top + LANES.indexOf(engine) * LANE_STEP;
  const x = (cycle: number): number => LANE_X + (LANE_WIDTH * cycle) / window.to;

  const lanes = timeline.lanes.map((columns) => {
    const lane: Lane = { ...columns, kind: columns.operation.map((o) => kindOf[o] ?? 0) };
    return { columns, drawn: joinEqual(bars(lane, window, LANE_WIDTH / COARSE)) };
  });
  const rectangles = lanes.flatMap(({ columns, drawn }) =>
    drawn.flatMap((bar) => {
      const first = columns.start[bar.first]!;
      const last = columns.end[bar.first + bar.count - 1]!;
      const when = `cycles ${grouped(first)} to ${grouped(last)}`;
      const whole = bar.count === 1 && bar.parts.length === 1;
      let y = laneOf(columns.engine) + LANE_HEIGHT;
      // From the bottom up: height is the share of the time.
      // What is too thin to see is left out where it is no stall.
      const seen = (part: Part): boolean =>
        LANE_HEIGHT * part.cycles >= THINNEST * bar.cycles || !/^(behind|dispatch)/.test(part.state);
      const parts = bar.parts.filter(seen);
      return (parts.length > 0 ? parts : bar.parts.slice(0, 1)).map((part) => {
        const { label, fill, opacity } = partStyle(part, kinds, colours);
        const height = Math.max(THINNEST, (LANE_HEIGHT * part.cycles) / bar.cycles);
        y -= height;
        const operation = report.operations[columns.operation[bar.first]!]?.name ?? "";
        const what =
          bar.count === 1 ? label.replace(kinds[part.kind] ?? "", operation) : `${bar.count} stretches, ${label}`;
        return {
          x: (LANE_X + COARSE * bar.x).toFixed(1),
          y: y.toFixed(1),
          width: Math.max(THINNEST, COARSE * bar.width).toFixed(1),
          height: height.toFixed(1),
          fill,
          opacity: opacity === 1 ? "" : opacity,
          title: `${columns.engine.toUpperCase()} · ${what}: ${whole ? `${when} (${grouped(part.cycles)})` : `${grouped(part.cycles)} of ${when}`}`,
        };
      });
    }),
  );
  const entries = legend(
    lanes.flatMap(({ drawn }) => drawn),
    kinds,
    colours,
  );
  return renderTemplate("report/timeline.svg.hbs", {
    caption: captionHeight === 0 || report.timeline === null ? "" : caption(report, report.timeline),
    width: WIDTH,
    height: legendY + (entries.at(-1)?.y ?? 0) + 12,
    laneX: LANE_X,
    laneWidth: LANE_WIDTH,
    laneHeight: LANE_HEIGHT,
    hatches: ([...LANES, "dispatch"] as const).map((state) => ({ state, colour: STATE_COLOURS[state] })),
    lanes: LANES.map((name) => ({ name: name.toUpperCase(), y: laneOf(name), textY: laneOf(name) + 16 })),
    layers: layers.map(({ name, start }) => ({
      name,
      x: x(start).toFixed(1),
      textX: (x(start) + 5).toFixed(1),
      textY: top - 9,
      y1: top - LAYERS_HEIGHT + 2,
      y2: bottom,
    })),
    spans: rectangles,
    ticks: ticks(window, 8).map((cycle) => ({
      x: x(cycle).toFixed(1),
      y1: bottom,
      y2: bottom + 5,
      textY: bottom + 19,
      label: grouped(cycle),
    })),
    legend: entries.map((e) => ({ ...e, y: legendY + e.y - 9, textX: e.x + 15, textY: legendY + e.y })),
  });
}
