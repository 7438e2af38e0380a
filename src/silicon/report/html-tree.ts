/** The tree of areas that the page draws: modules, their memories, and the logic of a module beside them. */
import type { CostReport, MemoryRow, ModuleRow } from "./schema.ts";

/** A part of the design as an area; equal siblings are one. */
export interface AreaNode {
  /** Instances below the top module, joined by dots; empty for the top itself. Own logic ends in `.logic`. */
  readonly path: string;
  readonly name: string;
  /** Name of the Verilog module. */
  readonly module: string;
  readonly kind: "module" | "memory" | "logic";
  /** How often it is built in the whole design. */
  readonly instances: number;
  /** Gate equivalents of all instances: the sum of the children where there are any. */
  readonly ge: number;
  readonly um2: number | undefined;
  readonly flipFlops: number | undefined;
  /** Shape of a memory, for people. */
  readonly note: string;
  readonly children: readonly AreaNode[];
}

interface Draft {
  readonly path: string;
  readonly row: ModuleRow | undefined;
  readonly memory: MemoryRow | undefined;
  readonly children: Draft[];
}

/** Rounding of sums; less is no logic. */
const LEAST_GE = 0.5;

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf(".")));
const nameOf = (path: string): string => path.slice(path.lastIndexOf(".") + 1);

/** Shape of a memory, for people. */
export const memoryNote = (m: MemoryRow): string =>
  `${m.words.toLocaleString("en-US")} × ${m.bits} bits, ${m.ports}, ${m.built === "macro" ? "macro" : "flip-flops"}`;

/** The paths of a report without the top module's, which may begin them. */
export function relativePath(report: CostReport, path: string): string {
  const top = report.modules.find((row) => row.depth === 0)?.path ?? "";
  if (top === "" || (path !== top && !path.startsWith(`${top}.`))) return path;
  return path.slice(top.length + 1);
}

function finish(draft: Draft): AreaNode {
  const { path, row, memory } = draft;
  const instances = row?.instances ?? memory?.instances ?? 1;
  const children = draft.children.map((child) => finish(child));
  const inside = children.reduce((sum, child) => sum + child.ge, 0);
  const whole = row?.ge ?? memory?.ge ?? 0;
  const own = whole - inside;
  const share = (value: number | undefined, part: number): number | undefined =>
    value === undefined || whole === 0 ? undefined : (value * part) / whole;
  const logic: AreaNode[] =
    children.length === 0 || own < LEAST_GE
      ? []
      : [
          {
            path: path === "" ? "logic" : `${path}.logic`,
            name: "logic",
            module: row?.module ?? "",
            kind: "logic",
            instances,
            ge: own,
            um2: share(row?.um2, own),
            flipFlops: undefined,
            note: "",
            children: [],
          },
        ];
  return {
    path,
    name: path === "" ? (row?.module ?? "") : nameOf(path),
    module: row?.module ?? memory?.module ?? "",
    kind: memory === undefined ? "module" : "memory",
    instances,
    ge: children.length === 0 ? whole : inside + logic.reduce((sum, node) => sum + node.ge, 0),
    um2: row?.um2 ?? memory?.um2,
    flipFlops: row?.flipFlops,
    note: memory === undefined ? "" : memoryNote(memory),
    children: [...children, ...logic],
  };
}

/** The design of a report as a tree, largest first on each level; a memory is a leaf whether or not it is also a row of `modules`. */
export function areaTree(report: CostReport): AreaNode {
  const drafts = new Map<string, Draft>();
  const add = (fullPath: string, row: ModuleRow | undefined, memory: MemoryRow | undefined): void => {
    const path = relativePath(report, fullPath);
    drafts.set(path, { path, row, memory, children: [] });
  };
  for (const row of report.modules) add(row.path, row, undefined);
  for (const memory of report.memories) {
    const known = drafts.get(relativePath(report, memory.path));
    add(memory.path, known?.row, memory);
  }
  const top = drafts.get("") ?? { path: "", row: undefined, memory: undefined, children: [] };
  for (const draft of drafts.values()) {
    if (draft === top) continue;
    let above = parentOf(draft.path);
    while (above !== "" && !drafts.has(above)) above = parentOf(above);
    (drafts.get(above) ?? top).children.push(draft);
  }
  return sorted(finish(top));
}

function sorted(node: AreaNode): AreaNode {
  return { ...node, children: node.children.map(sorted).sort((a, b) => b.ge - a.ge) };
}

/** A node and all in it, parents first, with the depth of each. */
export function flatten(node: AreaNode, depth = 0): { readonly node: AreaNode; readonly depth: number }[] {
  return [{ node, depth }, ...node.children.flatMap((child) => flatten(child, depth + 1))];
}
