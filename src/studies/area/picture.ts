/** The area study as a picture: area by block and energy by part, one bar a variant. */
import { short } from "../../../templates/cost/treemap.js";
import { renderTemplate } from "../../files/index.ts";
import { percent } from "../../report/index.ts";
import { blockColours } from "../../silicon/report/html-colours.ts";
import { joules } from "../../silicon/report/html-format.ts";
import { AREA_GROUPS } from "./points.ts";
import { normEnergyShare } from "./result.ts";
import type { AreaRow, AreaStudy } from "./result.ts";

const MARGIN = 12;
const NAMES = 178;
const PANEL = 380;
/** Room right of a bar for its value. */
const VALUES = 108;
const WIDTH = MARGIN + NAMES + 2 * (PANEL + VALUES);
const BAR = 18;
const STEP = 25;
const HEAD = 40;
const GAP = 16;
const LEGEND = 20;

/** Parts of energy in the colours of the blocks that they are. */
const PART_NAMES: Readonly<Record<string, string>> = { "GEMM engine": "load", DMA: "store" };

interface Segment {
  readonly name: string;
  readonly value: number;
}

function stack(
  segments: readonly Segment[],
  left: number,
  y: number,
  scale: number,
  colours: ReadonlyMap<string, string>,
  text: (n: number) => string,
) {
  let x = left;
  return segments
    .filter(({ value }) => value > 0)
    .map(({ name, value }) => {
      const width = value * scale;
      const segment = {
        x: x.toFixed(2),
        y,
        width: width.toFixed(2),
        fill: colours.get(name)!,
        title: `${name}: ${text(value)}`,
      };
      x += width;
      return segment;
    });
}

/** The same order of names in every bar: by their largest value. */
function ordered(rows: readonly Readonly<Record<string, number>>[]): string[] {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const most = (name: string): number => Math.max(...rows.map((row) => row[name] ?? 0));
  return names.sort((a, b) => most(b) - most(a));
}

const segmentsOf = (values: Readonly<Record<string, number>>, order: readonly string[]): Segment[] =>
  order.map((name) => ({ name, value: values[name] ?? 0 }));

function legend(names: readonly string[], colours: ReadonlyMap<string, string>, left: number, y: number) {
  let [x, line] = [left, y];
  return names.map((name) => {
    const width = 28 + 8 * name.length;
    if (x + width > left + PANEL + VALUES) [x, line] = [left, line + LEGEND];
    const entry = { name, fill: colours.get(name)!, x, y: line - 9, textX: x + 14, textY: line };
    x += width;
    return entry;
  });
}

/** The picture as SVG text. */
export function renderAreaStudyPicture(study: AreaStudy): string {
  const { rows } = study;
  const blocks = ordered(rows.map((row) => row.blocks));
  const parts = ordered(rows.map((row) => row.energy?.parts ?? {}));
  const blockColour = blockColours(blocks);
  const partColour = new Map(
    parts.map((name) => [name, blockColours([PART_NAMES[name] ?? name]).get(PART_NAMES[name] ?? name)!]),
  );
  const [areaLeft, energyLeft] = [MARGIN + NAMES, MARGIN + NAMES + PANEL + VALUES];
  const mostArea = Math.max(1, ...rows.map((row) => row.totalGe));
  let y = 34;
  const groups = Object.entries(AREA_GROUPS).flatMap(([group, question]) => {
    const own = rows.filter((row) => row.group === group);
    if (own.length === 0) return [];
    const mostEnergy = Math.max(1e-9, ...own.map((row) => row.energy?.totalPicojoules ?? 0));
    const workload = own.find(({ energy }) => energy !== undefined)?.energy?.workload ?? "";
    const headY = y + 18;
    y += HEAD - 12;
    const bars = own.map((row: AreaRow) => {
      const share = normEnergyShare(row);
      const bar = {
        name: row.name,
        textY: y + 13,
        y,
        segments: [
          ...stack(segmentsOf(row.blocks, blocks), areaLeft, y, PANEL / mostArea, blockColour, (n) => `${short(n)} GE`),
          ...stack(segmentsOf(row.energy?.parts ?? {}, parts), energyLeft, y, PANEL / mostEnergy, partColour, joules),
        ],
        areaX: areaLeft + (PANEL * row.totalGe) / mostArea + 6,
        area: short(row.totalGe),
        areaNote: percent(row.normShare),
        energyX: energyLeft + (PANEL * (row.energy?.totalPicojoules ?? 0)) / mostEnergy + 6,
        energy: row.energy === undefined ? "" : joules(row.energy.totalPicojoules),
        energyNote: share === undefined ? "" : percent(share.whole),
      };
      y += STEP;
      return bar;
    });
    y += GAP;
    return [{ question, headY, workload, bars }];
  });
  const entries = [...legend(blocks, blockColour, areaLeft, y + 14), ...legend(parts, partColour, energyLeft, y + 14)];
  return renderTemplate("cost/study.svg.hbs", {
    width: WIDTH,
    height: Math.max(...entries.map((entry) => entry.textY), y) + 14,
    barHeight: BAR,
    ...{ margin: MARGIN, areaLeft, energyLeft },
    areaTitle: "Area, gate equivalents; share of the norm unit",
    energyTitle: `Energy at ${study.node.replace("nm", " nm")}, or at the node named; share of the norm unit`,
    groups,
    legend: entries,
  });
}
