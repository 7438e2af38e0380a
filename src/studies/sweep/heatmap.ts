/** A sweep as heat maps: total cycles and utilisation of every fusion, and the ratios between fusions. */
import { renderTemplate } from "../../files/index.ts";
import { grouped, percent } from "../../report/index.ts";
import { hasCycles } from "./result.ts";
import type { Sweep, SweepPoint } from "./result.ts";
import { SCALES, changePosition, domainOf, positionIn, shade } from "./scale.ts";
import type { Shade } from "./scale.ts";
import { ratioTo } from "./table.ts";

const CELL_WIDTH = 92;
const CELL_HEIGHT = 46;
/** Room for the sizes of scratchpads left of the cells. */
const LEFT = 74;
/** Room for a panel's title and the sizes of accumulators above the cells. */
const TOP = 58;
const GAP = 26;
const COLUMNS = 3;

/** What a panel shows of a point: its text and colour, or nothing. */
interface Panel {
  readonly title: string;
  readonly points: readonly SweepPoint[];
  readonly value: (point: SweepPoint) => { readonly text: string; readonly shade: Shade } | undefined;
}

/** `16.02 M`, `612.4 k`, `940`. */
export function shortCycles(cycles: number): string {
  if (cycles >= 1e6) return `${(cycles / 1e6).toFixed(2)} M`;
  return cycles >= 1e4 ? `${(cycles / 1e3).toFixed(1)} k` : grouped(cycles);
}

const fusionsOf = (sweep: Sweep): string[] => [...new Set(sweep.points.map((p) => p.fusion))];

/** Words for what is fused, for titles. */
const FUSION_WORDS: Readonly<Record<string, string>> = {
  auto: "as the compiler chooses",
  off: "nothing fused",
  softmax: "Softmax fused",
  all: "all fused",
};
const words = (fusion: string): string => FUSION_WORDS[fusion] ?? fusion;

function panels(sweep: Sweep): Panel[] {
  const fusions = fusionsOf(sweep);
  const of = (fusion: string): SweepPoint[] => sweep.points.filter((p) => p.fusion === fusion);
  const found = sweep.points.filter(hasCycles);
  const cycles = domainOf(found.map((p) => p.cycles));
  const use = domainOf(found.map((p) => p.utilization));
  const pairs = fusions.flatMap((fusion, i) => fusions.slice(0, i).map((base) => ({ fusion, base })));
  const ratios = pairs.flatMap(({ fusion, base }) => of(fusion).flatMap((p) => ratioTo(sweep, p, base) ?? []));
  return [
    ...fusions.map((fusion): Panel => ({
      title: `Cycles, ${words(fusion)}`,
      points: of(fusion),
      value: (p) =>
        hasCycles(p)
          ? { text: shortCycles(p.cycles), shade: shade(SCALES.heat, positionIn(cycles, p.cycles)) }
          : undefined,
    })),
    ...fusions.map((fusion): Panel => ({
      title: `Utilisation, ${words(fusion)}`,
      points: of(fusion),
      value: (p) =>
        hasCycles(p)
          ? { text: percent(p.utilization), shade: shade(SCALES.use, positionIn(use, p.utilization)) }
          : undefined,
    })),
    ...pairs.map(({ fusion, base }): Panel => ({
      title: `Cycles: ${fusion} / ${base}`,
      points: of(fusion),
      value: (p) => {
        const ratio = ratioTo(sweep, p, base);
        if (ratio === undefined) return undefined;
        return { text: ratio.toFixed(3), shade: shade(SCALES.change, changePosition(ratios, ratio)) };
      },
    })),
  ];
}

/** What a cell's tooltip says. */
function tooltip(p: SweepPoint): string {
  const sizes = `${p.scratchpadKib} KiB scratchpad, ${p.accumulatorKib} KiB accumulator, fusion ${p.fusion}`;
  if (!hasCycles(p)) return `${sizes}: ${p.reason}`;
  return `${sizes}: ${grouped(p.cycles)} cycles ${p.how}, utilisation ${percent(p.utilization, 2)}`;
}

const sizesOf = (sweep: Sweep, key: "scratchpadKib" | "accumulatorKib"): number[] => [
  ...new Set(sweep.points.map((p) => p[key])),
];

/** The maps as one picture. `embedded`: without a caption, for a page that has its own. */
export function renderHeatmap(sweep: Sweep, { embedded = false } = {}): string {
  const [scratchpads, accumulators] = [sizesOf(sweep, "scratchpadKib"), sizesOf(sweep, "accumulatorKib")];
  const panelWidth = LEFT + accumulators.length * CELL_WIDTH;
  const panelHeight = TOP + scratchpads.length * CELL_HEIGHT;
  const all = panels(sweep);
  const columns = Math.max(1, Math.min(COLUMNS, fusionsOf(sweep).length));
  const captionHeight = embedded ? 0 : 34;
  const drawn = all.map(({ title, points, value }, index) => {
    const x = GAP + (index % columns) * (panelWidth + GAP);
    const y = captionHeight + Math.floor(index / columns) * (panelHeight + GAP);
    return {
      title,
      titleX: x + LEFT,
      titleY: y + 16,
      heads: accumulators.map((kib, i) => ({
        label: `${kib} KiB`,
        x: x + LEFT + (i + 0.5) * CELL_WIDTH,
        y: y + TOP - 8,
      })),
      sides: scratchpads.map((kib, i) => ({
        label: `${kib} KiB`,
        x: x + LEFT - 8,
        y: y + TOP + (i + 0.5) * CELL_HEIGHT + 4,
      })),
      headX: x + LEFT,
      headY: y + TOP - 24,
      cells: points.map((p) => {
        const cell = value(p);
        const left = x + LEFT + accumulators.indexOf(p.accumulatorKib) * CELL_WIDTH;
        const top = y + TOP + scratchpads.indexOf(p.scratchpadKib) * CELL_HEIGHT;
        return {
          x: left + 1,
          y: top + 1,
          textX: left + CELL_WIDTH / 2,
          textY: top + 21,
          howY: top + 36,
          text: cell?.text ?? "—",
          how: cell === undefined && hasCycles(p) ? "no pair" : p.how,
          fill: cell?.shade.fill ?? "",
          ink: cell?.shade.text ?? "",
          title: tooltip(p),
        };
      }),
    };
  });
  const rows = Math.ceil(all.length / columns);
  const { shape, config, memory } = sweep;
  const layers = shape["layers"] === 1 ? "one layer" : `${shape["layers"] ?? 0} layers`;
  return renderTemplate("sweep/heatmap.svg.hbs", {
    width: GAP + columns * (panelWidth + GAP),
    height: captionHeight + rows * (panelHeight + GAP),
    cellWidth: CELL_WIDTH - 2,
    cellHeight: CELL_HEIGHT - 2,
    captionX: GAP + LEFT,
    caption: embedded
      ? ""
      : `${layers} of hidden size ${shape["hidden"] ?? 0}, l = ${shape["seq"] ?? 0}, on ${config} with other memories; ${memory.bytesPerCycle} B/cycle each way, latency ${memory.latencyCycles}`,
    panels: drawn,
  });
}
