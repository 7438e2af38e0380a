/** The engines' activity over the first program as a picture: four lanes, one colour a kind of operation. */
import { renderTemplate } from "../files/index.ts";
import { kindColours } from "./colours.ts";
import { grouped, percent } from "./format.ts";
import type { Report } from "./schema.ts";

const LANES = ["load", "gemm", "norm", "store"] as const;
const WIDTH = 1080;
const LANE_X = 56;
const LANE_WIDTH = WIDTH - LANE_X - 24;
const LANE_HEIGHT = 24;
const LANE_STEP = 36;
const CAPTION_HEIGHT = 30;
const LAYERS_HEIGHT = 22;
const AXIS_HEIGHT = 24;
const LEGEND_STEP = 20;
/** Width of a letter of the legend, generously. */
const LETTER = 6.7;
/** Narrower than this a stretch would not be seen. */
const THINNEST = 0.5;

/** Steps of 1, 2 or 5 times a power of ten, at most `most` of them up to `end`. */
export function ticks(end: number, most: number): number[] {
  const rough = end / most;
  const power = 10 ** Math.floor(Math.log10(Math.max(1, rough)));
  const step = Math.max(1, [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough) ?? 10 * power);
  return Array.from({ length: Math.floor(end / step) + 1 }, (_, i) => i * step);
}

interface LegendEntry {
  readonly label: string;
  readonly colour: string;
  readonly x: number;
  readonly y: number;
}

/** Entries side by side, wrapped at the picture's width. */
function legend(report: Report, used: ReadonlySet<string>): LegendEntry[] {
  let x = LANE_X;
  let y = 0;
  return [...kindColours(report)]
    .filter(([kind]) => used.has(kind))
    .map(([kind, colour]) => {
      const width = 28 + kind.length * LETTER;
      if (x + width > WIDTH) {
        x = LANE_X;
        y += LEGEND_STEP;
      }
      const entry = { label: kind, colour, x, y };
      x += width;
      return entry;
    });
}

/** Where each layer's first product begins, in cycles. */
function layerStarts(report: Report): { readonly name: string; readonly start: number }[] {
  const starts = new Map<string, number>();
  for (const { engine, operation, start } of report.timeline) {
    const name = /^layer \d+/.exec(report.operations[operation]?.name ?? "")?.[0];
    if (engine === "gemm" && name !== undefined) starts.set(name, Math.min(start, starts.get(name) ?? Infinity));
  }
  return [...starts].map(([name, start]) => ({ name, start }));
}

/** One line above a picture that stands alone. */
function caption(report: Report): string {
  const { config } = report;
  // Of several programs only the first is drawn; the counter is of all of them.
  const drawn = Math.max(0, ...report.timeline.map((s) => s.end));
  const cycles = report.predictions.length > 1 ? drawn : report.cycles;
  const [first] = report.predictions;
  const what = first === undefined ? report.kind : `${first.name}, ${first.tokens} tokens,`;
  const used = report.predictions.length > 1 ? "" : `, array used ${percent(report.utilization)}`;
  return `${what} on ${config.name} (${config.rows}×${config.cols}): ${grouped(cycles)} cycles${used}`;
}

/** The picture as SVG text; `embedded` leaves out the caption, for a page that has its own. */
export function renderTimeline(report: Report, { embedded = false } = {}): string {
  const colours = kindColours(report);
  const end = Math.max(1, ...report.timeline.map((s) => s.end));
  const x = (cycle: number): number => LANE_X + (LANE_WIDTH * cycle) / end;
  const layers = layerStarts(report);
  const captionHeight = embedded ? 0 : CAPTION_HEIGHT;
  const top = captionHeight + (layers.length > 0 ? LAYERS_HEIGHT : 0);
  const bottom = top + (LANES.length - 1) * LANE_STEP + LANE_HEIGHT;
  const kindOf = (operation: number): string => report.operations[operation]?.kind ?? "";
  const entries = legend(report, new Set(report.timeline.map((s) => kindOf(s.operation))));
  const legendY = bottom + AXIS_HEIGHT + 16;
  const laneOf = (engine: (typeof LANES)[number]): number => top + LANES.indexOf(engine) * LANE_STEP;
  return renderTemplate("report/timeline.svg.hbs", {
    caption: embedded ? "" : caption(report),
    width: WIDTH,
    height: legendY + (entries.at(-1)?.y ?? 0) + 12,
    laneX: LANE_X,
    laneWidth: LANE_WIDTH,
    laneHeight: LANE_HEIGHT,
    lanes: LANES.map((name) => ({ name: name.toUpperCase(), y: laneOf(name), textY: laneOf(name) + 16 })),
    layers: layers.map(({ name, start }) => ({
      name,
      x: x(start).toFixed(1),
      textX: (x(start) + 5).toFixed(1),
      textY: top - 9,
      y1: top - LAYERS_HEIGHT + 2,
      y2: bottom,
    })),
    spans: report.timeline.map(({ engine, operation, start, end: stop }) => ({
      x: x(start).toFixed(2),
      y: laneOf(engine),
      width: Math.max(THINNEST, x(stop) - x(start)).toFixed(2),
      colour: colours.get(kindOf(operation)) ?? "",
      title: `${engine.toUpperCase()} · ${report.operations[operation]?.name ?? "?"}: cycles ${grouped(start)} to ${grouped(stop)} (${grouped(stop - start)})`,
    })),
    ticks: ticks(end, 8).map((cycle) => ({
      x: x(cycle).toFixed(1),
      y1: bottom,
      y2: bottom + 5,
      textY: bottom + 19,
      label: grouped(cycle),
    })),
    legend: entries.map((e) => ({ ...e, y: legendY + e.y - 9, textX: e.x + 15, textY: legendY + e.y })),
  });
}
