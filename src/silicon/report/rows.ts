/** The tree of instances as rows, equal siblings joined. */
import type { DesignStructure, MemoryInstance } from "../synthesis/index.ts";
import type { Areas } from "./areas.ts";
import type { MemoryRow, ModuleRow } from "./schema.ts";

/** Turns areas into µm²; none without a technology. */
export interface AreaUnits {
  /** µm² of one gate equivalent of logic. */
  readonly um2PerGe: number | undefined;
}

export interface TreeRows {
  readonly modules: readonly ModuleRow[];
  readonly memories: readonly MemoryRow[];
}

/** Rows of a design, parents first; siblings of one module whose names differ in their numbers only are one row. */
export function treeRows(structure: DesignStructure, areas: Areas, { um2PerGe }: AreaUnits): TreeRows {
  const modules: ModuleRow[] = [];
  const memories: MemoryRow[] = [];
  const totalGe = areas.module(structure.top).ge;
  const um2 = (ge: number, sramGe: number, sramUm2: number): { um2?: number } => {
    if (um2PerGe === undefined) return {};
    // A macro whose source gives no µm² is taken at the logic's.
    return { um2: (ge - sramGe) * um2PerGe + (sramUm2 > 0 ? sramUm2 : sramGe * um2PerGe) };
  };
  const visit = (path: string, name: string, depth: number, instances: number): void => {
    const area = areas.module(name);
    const own = areas.own(name);
    const inside = structure.modules.get(name)!;
    modules.push({
      path,
      module: name,
      depth,
      instances,
      ge: instances * area.ge,
      ownGe: instances * own.ge,
      sramGe: instances * area.sramGe,
      ...um2(instances * area.ge, instances * area.sramGe, instances * area.sramUm2),
      flipFlops: instances * area.flipFlops,
      share: (instances * area.ge) / totalGe,
    });
    const prefix = depth === 0 ? "" : `${path}.`;
    for (const { label, count, member } of joined(inside.memories)) {
      memories.push(memoryRow(`${prefix}${label}`, member, instances * count));
    }
    for (const { label, count, member } of joined(inside.children)) {
      visit(`${prefix}${label}`, member.module, depth + 1, instances * count);
    }
  };
  const memoryRow = (path: string, memory: MemoryInstance, instances: number): MemoryRow => {
    const { module, words, bits, ports, built } = memory;
    const { ge, sramGe, sramUm2 } = areas.memory(memory);
    const area = um2(instances * ge, instances * sramGe, instances * sramUm2);
    return { path, module, words, bits, ports, instances, built, ge: instances * ge, ...area };
  };
  visit(structure.top, structure.top, 0, 1);
  return { modules, memories };
}

/** The path of the row that an instance is part of: `gemm.array.mesh.rows_3` → `gemm.array.mesh.rows_*`. */
export function rowPath(structure: DesignStructure, instance: string): string {
  const labels: string[] = [];
  let module = structure.top;
  for (const name of instance === "" ? [] : instance.split(".")) {
    const { children, memories } = structure.modules.get(module)!;
    const group = [...joined(children), ...joined(memories)].find(({ names }) => names.includes(name));
    if (group === undefined) throw new Error(`${module} has no instance ${name}`);
    // A memory of flip-flops is a row of its own, but not one of `modules`.
    if (!structure.modules.has(group.member.module)) break;
    labels.push(group.label);
    module = group.member.module;
  }
  return labels.length === 0 ? structure.top : labels.join(".");
}

interface Joined<T> {
  readonly label: string;
  readonly names: readonly string[];
  readonly count: number;
  readonly member: T;
}

/** Siblings of one module and one pattern of names, in the order of their first. */
function joined<T extends { readonly name: string; readonly module: string }>(siblings: readonly T[]): Joined<T>[] {
  const groups = new Map<string, T[]>();
  for (const sibling of siblings) {
    const key = `${sibling.module} ${pattern(sibling.name)}`;
    groups.set(key, [...(groups.get(key) ?? []), sibling]);
  }
  const patterns = [...groups.values()].map(([first]) => pattern(first!.name));
  return [...groups.values()].flatMap((members): Joined<T>[] => {
    const [first] = members;
    const shared = pattern(first!.name);
    // Two modules under one pattern: their rows must not have one path.
    const alone = members.length === 1 || patterns.filter((other) => other === shared).length > 1;
    if (alone) return members.map((member) => ({ label: member.name, names: [member.name], count: 1, member }));
    const names = members.map(({ name }) => name);
    return [{ label: shared, names, count: members.length, member: first! }];
  });
}

/** `lane_3` as `lane_*`. */
const pattern = (name: string): string => name.replace(/(_\d+)+/g, "_*");
