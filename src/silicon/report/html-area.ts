/** Area on the cost pages: the data of the treemap, bars beside published figures, the tree of modules, the memories. */
import { title } from "../../../templates/cost/treemap.js";
import { templateText } from "../../files/index.ts";
import { grouped, percent } from "../../report/index.ts";
import { blockColours } from "./html-colours.ts";
import { capacity, gates, squareMicrons } from "./html-format.ts";
import { areaTree, flatten, relativePath } from "./html-tree.ts";
import type { AreaNode } from "./html-tree.ts";
import { PUBLISHED_BLOCKS } from "./published.ts";
import type { CostReport } from "./schema.ts";

/** How much of its block's colour a tile has, in percent: neighbours differ, memories are the darkest. */
const TONES = { module: [44, 36, 50], memory: [58], logic: [27] } as const;

/** A node with what the picture needs to fill it. */
export type TonedNode = AreaNode & { readonly tone: number; readonly children: readonly TonedNode[] };

export function toned(node: AreaNode, index = 0): TonedNode {
  const tones = TONES[node.kind];
  return { ...node, tone: tones[index % tones.length]!, children: node.children.map((child, i) => toned(child, i)) };
}

/** The first name of a path: what a node's colour depends on. */
export const blockOf = (path: string): string => path.split(".")[0]!;

/** Colours of the blocks of one report or of two. */
export const coloursOf = (trees: readonly AreaNode[]): ReadonlyMap<string, string> =>
  blockColours([...new Set(trees.flatMap((tree) => tree.children.map((block) => block.path)))]);

/** Data and script of the treemaps; JSON that cannot end the element that holds it. */
export function areaView(trees: readonly AreaNode[], captions: readonly string[]) {
  const colours = coloursOf(trees);
  const data = { trees: trees.map((tree) => toned(tree)), colours: Object.fromEntries(colours) };
  const layout = templateText("cost/treemap.js").replaceAll(/^export /gm, "");
  const page = templateText("cost/page.js").replace(/^import [^;]*;\n/m, "");
  const names = trees.flatMap((tree) => tree.children).filter((block) => block.ge > 0);
  return {
    count: trees.length === 1 ? "one" : "two",
    maps: captions.map((caption) => ({ caption })),
    data: JSON.stringify(data).replaceAll("<", "\\u003c"),
    script: `${layout}\n${page}`,
    legend: [...new Set(names.map((block) => block.path))].map((name) => ({ name, colour: colours.get(name)! })),
  };
}

/** Blocks beside what other designs publish, all bars at one scale for each pair. */
export function publishedView(report: CostReport) {
  const known = PUBLISHED_BLOCKS.filter(({ key }) => report.blocks[key] !== undefined);
  return known.map(({ key, title: name, ours, theirs }) => {
    const ge = report.blocks[key]!;
    const most = Math.max(ge, theirs?.ge ?? 0, 1);
    const factor = theirs === undefined ? 0 : ge / theirs.ge;
    return {
      name,
      ours,
      value: gates(ge),
      exact: grouped(ge),
      width: (62 * (ge / most)).toFixed(1),
      share: theirs === undefined && report.totalGe > 0 ? percent(ge / report.totalGe) : "",
      theirs:
        theirs === undefined
          ? undefined
          : { what: theirs.what, value: gates(theirs.ge), width: (62 * (theirs.ge / most)).toFixed(1) },
      factor: theirs === undefined || ge === 0 ? "" : `${factor.toFixed(factor < 0.1 ? 3 : 2)}×`,
      more: factor > 1,
    };
  });
}

/** Levels of the tree of modules that are open at first. */
const OPEN_DEPTH = 1;

/** The rows of the tree of modules. */
export function moduleRows(report: CostReport, tree: AreaNode) {
  const colours = coloursOf([tree]);
  const byPath = new Map(report.modules.map((row) => [relativePath(report, row.path), row]));
  const memories = new Map(report.memories.map((row) => [relativePath(report, row.path), row]));
  const most = Math.max(1, ...tree.children.map((node) => node.ge));
  return flatten(tree)
    .filter(({ node }) => node.kind !== "logic")
    .map(({ node, depth }) => {
      const row = byPath.get(node.path);
      const sram = row?.sramGe ?? (memories.get(node.path)?.built === "macro" ? node.ge : 0);
      const inner = node.children.some((child) => child.kind !== "logic");
      const width = (value: number): string => ((100 * value) / most).toFixed(2);
      return {
        path: node.path,
        name: title(node),
        module: node.kind === "memory" ? node.note : node.module,
        indent: Math.max(0, depth - 1) * 18,
        inner,
        open: depth <= OPEN_DEPTH - 1 ? "yes" : "no",
        isTop: depth === 0,
        instances: grouped(node.instances),
        ge: grouped(node.ge),
        own: row === undefined ? "" : grouped(row.ownGe),
        sram: sram === 0 ? "" : grouped(sram),
        flipFlops: node.flipFlops === undefined ? "" : grouped(node.flipFlops),
        um2: node.um2 === undefined ? "" : squareMicrons(node.um2),
        share: percent(node.ge / tree.ge, node.ge / tree.ge < 0.001 ? 2 : 1),
        colour: colours.get(blockOf(node.path)) ?? "",
        logicWidth: depth === 0 ? "0" : width(node.ge - sram),
        sramWidth: depth === 0 ? "0" : width(sram),
      };
    });
}

/** The memories, macros first, the largest first. */
export function memoryRows(report: CostReport) {
  const order = (m: CostReport["memories"][number]): number => (m.built === "macro" ? 1e12 : 0) + m.ge;
  return [...report.memories]
    .sort((a, b) => order(b) - order(a))
    .map((m) => ({
      path: relativePath(report, m.path),
      shape: `${grouped(m.words)} × ${m.bits}`,
      ports: m.ports,
      instances: grouped(m.instances),
      capacity: capacity(m.words * m.bits * m.instances),
      built: m.built,
      ge: grouped(m.ge),
      perBit: (m.ge / (m.words * m.bits * m.instances)).toFixed(2),
      um2: m.um2 === undefined ? "" : squareMicrons(m.um2),
    }));
}

/** The tree of a report. */
export const treeOf = (report: CostReport): AreaNode => areaTree(report);
