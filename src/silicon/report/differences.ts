/** What differs between two cost reports, block by block. */
import { title } from "../../../templates/cost/treemap.js";
import { areaTree } from "./html-tree.ts";
import type { AreaNode } from "./html-tree.ts";
import type { CostReport } from "./schema.ts";

/** A part of either design, in gate equivalents of each; 0 where it is not built. */
export interface Difference {
  /** Below the top module; empty for the whole design. */
  readonly path: string;
  readonly name: string;
  readonly depth: number;
  readonly a: number;
  readonly b: number;
  /** Has no parts: the differences of all leaves add up to that of the whole. */
  readonly leaf: boolean;
}

/**
 * The parts of both designs, parents first, siblings by the size of their difference. Under each parent the differences of its parts add
 * up to its own; a part is the same in both when its path is.
 */
export function differences(a: CostReport, b: CostReport): Difference[] {
  return compare(areaTree(a), areaTree(b), 0);
}

function compare(a: AreaNode | undefined, b: AreaNode | undefined, depth: number): Difference[] {
  const node = (b ?? a)!;
  const inA = a?.children ?? [];
  const inB = b?.children ?? [];
  const own = { path: node.path, name: label(a, b), depth, a: a?.ge ?? 0, b: b?.ge ?? 0 };
  // A leaf of one and a parent in the other: what the leaf is made of is unknown, so that both are compared as wholes.
  const comparable = (a === undefined || inA.length > 0) && (b === undefined || inB.length > 0);
  if (!comparable) return [{ ...own, leaf: true }];
  const paths = [...new Set([...inA, ...inB].map((child) => child.path))];
  const find = (list: readonly AreaNode[], path: string) => list.find((child) => child.path === path);
  const parts = paths.map((path) => compare(find(inA, path), find(inB, path), depth + 1));
  const size = ([first]: Difference[]): number => Math.abs(first!.b - first!.a);
  const weight = ([first]: Difference[]): number => Math.max(first!.a, first!.b);
  return [{ ...own, leaf: false }, ...parts.sort((x, y) => size(y) - size(x) || weight(y) - weight(x)).flat()];
}

/** `lane ×16 → ×8` where only the number differs. */
function label(a: AreaNode | undefined, b: AreaNode | undefined): string {
  if (a === undefined || b === undefined || a.instances === b.instances) return title((b ?? a)!);
  return `${title({ ...b, instances: 1 }).replace(/_?\*$/, "")} ×${a.instances.toLocaleString("en-US")} → ×${b.instances.toLocaleString("en-US")}`;
}
