/** The treemap of a cost report as a still picture: blocks in their colours, memories dotted, equal instances ruled. */
import { cells, labels, tiles } from "../../../templates/cost/treemap.js";
import type { Tile } from "../../../templates/cost/treemap.js";
import { renderTemplate } from "../../files/index.ts";
import { grouped, percent } from "../../report/index.ts";
import { blockOf, coloursOf, toned, treeOf } from "./html-area.ts";
import type { TonedNode } from "./html-area.ts";
import { mix } from "./html-colours.ts";
import { capacity, configName, gates } from "./html-format.ts";
import type { CostReport } from "./schema.ts";

const WIDTH = 1080;
const HEIGHT = 540;
const MARGIN = 10;
const CAPTION_HEIGHT = 34;
const LEGEND_HEIGHT = 34;
/** Equal instances are told apart by lines where each is at least this wide. */
const LEAST_CELL = 4;
const LIGHT = "#ffffff";
const DARK = "#1b2024";

/** Widths of letters of twelve pixels: no screen is asked here, so those of a wide typeface. */
function measure(text: string, bold: boolean): number {
  const width = (letter: string): number =>
    /[ilj.,:'|]/.test(letter) ? 3.6 : /[frt()_ ]/.test(letter) ? 5.4 : /[mwMW%×…]/.test(letter) ? 11 : 7.6;
  return Array.from(text).reduce((sum, letter) => sum + width(letter) * (bold ? 1.12 : 1), 0);
}

const px = (n: number): string => n.toFixed(2);

/** Lines between equal instances, as one path. */
function rules(tile: Tile<TonedNode>): string {
  const { columns, rows } = cells(tile.node.instances, tile.width, tile.height);
  const [w, h] = [tile.width / columns, tile.height / rows];
  if (Math.min(w, h) < LEAST_CELL) return "";
  const upright = Array.from(
    { length: columns - 1 },
    (_, i) => `M${px(tile.x + (i + 1) * w)} ${px(tile.y)}v${px(tile.height)}`,
  );
  const level = Array.from(
    { length: rows - 1 },
    (_, i) => `M${px(tile.x)} ${px(tile.y + (i + 1) * h)}h${px(tile.width)}`,
  );
  return [...upright, ...level].join("");
}

/** The picture as SVG text; `embedded` leaves out the caption, for a page that has its own. */
export function renderAreaPicture(report: CostReport, { embedded = false } = {}): string {
  const tree = treeOf(report);
  const colours = coloursOf([tree]);
  const top = embedded ? 0 : CAPTION_HEIGHT;
  const all = tiles(toned(tree), { x: MARGIN, y: top, width: WIDTH, height: HEIGHT });
  const fills = new Map<string, { readonly name: string; readonly light: string; readonly dark: string }>();
  const fillOf = ({ node }: Tile<TonedNode>): string => {
    const hue = colours.get(blockOf(node.path))!;
    const key = `${hue} ${node.tone}`;
    const known = fills.get(key) ?? {
      name: `f${fills.size}`,
      light: mix(hue, LIGHT, node.tone / 100),
      dark: mix(hue, DARK, (0.95 * node.tone) / 100),
    };
    fills.set(key, known);
    return known.name;
  };
  const place = ({ x, y, width, height }: Tile<TonedNode>) => ({
    ...{ x: px(x), y: px(y), width: px(width), height: px(height) },
  });
  const leaves = all.filter((tile) => tile.leaf);
  const groups = all.filter((tile) => !tile.leaf && tile.depth > 0).sort((a, b) => b.depth - a.depth);
  const used = tree.children.filter((block) => block.ge > 0);
  let legendX = MARGIN;
  const legend = used.flatMap((block) => {
    const label = `${block.name} ${percent(block.ge / tree.ge)}`;
    const entry = { label, fill: colours.get(block.path)!, x: legendX, textX: legendX + 15 };
    const width = 30 + measure(label, false);
    if (legendX + width > WIDTH) return [];
    legendX += width;
    return [entry];
  });
  return renderTemplate("cost/treemap.svg.hbs", {
    width: WIDTH + 2 * MARGIN,
    margin: MARGIN,
    height: top + HEIGHT + LEGEND_HEIGHT,
    caption: embedded
      ? ""
      : `${configName(report.config)}: ${gates(report.totalGe)}, of them ${percent(report.sramGe / report.totalGe)} in ${capacity(report.sramBits)} of SRAM`,
    leaves: leaves.map((tile) => ({
      ...place(tile),
      fill: fillOf(tile),
      dots: tile.node.kind === "memory",
      title: `${tile.node.path}: ${grouped(tile.node.ge)} GE, ${percent(tile.node.ge / tree.ge)}`,
      rules: tile.node.instances > 1 ? rules(tile) : "",
    })),
    groups: groups.map((tile) => ({ ...place(tile), line: tile.depth === 1 ? 4 : 1.5 })),
    labels: labels(all, measure).map((label) => ({
      plate: label.block ? mix(colours.get(blockOf(label.tile.node.path))!, "#000000", 0.78) : "",
      ...{ x: px(label.x), y: px(label.y), width: px(label.width), height: px(label.height) },
      textX: px(label.x + (label.block ? 6 : 0)),
      textY: px(label.y + (label.block ? 14 : 12)),
      bold: !label.tile.leaf || label.block,
      name: label.name,
      below: label.lines === 2 ? { y: px(label.y + 27), value: label.value } : undefined,
      beside: label.lines === 1 ? label.value : "",
    })),
    legendY: top + HEIGHT + 14,
    legendTextY: top + HEIGHT + 23,
    legend,
    fills: [...fills.values()],
  });
}
