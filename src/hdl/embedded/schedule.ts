import type { Graph, Node } from "./graph.ts";
import { bytesOf } from "./layout.ts";
import { strongComponents } from "./order.ts";

/** Part of the registers of a cycle of registers that is deferred before looking again whether the cycle is broken. */
const DEFERRED_AT_ONCE = 0.05;

/**
 * The order of a clock cycle: what is needed comes first, and what the edge changes is changed in place once nobody
 * needs its old value. Where registers need each other's old values, some are deferred: the fewer, the better. `needs` tells
 * what comes before a node.
 */
export function scheduleCycle(edge: readonly Node[]): {
  readonly ordered: Node[];
  readonly needs: (node: Node) => readonly Node[];
} {
  // What only the outputs follow is no part of the cycle.
  const working = new Set(strongComponents(edge, ({ producers }) => [...producers]).flat());
  const needs = (node: Node): readonly Node[] => {
    if (node.changes === undefined || node.deferred) return [...node.producers];
    return [...node.producers, ...others(node.changes.readers, node).filter((reader) => working.has(reader))];
  };
  // Only components that were cyclic are looked at again.
  let pending: readonly (readonly Node[])[] = [edge];
  while (pending.length > 0) {
    pending = pending.flatMap((nodes) => {
      const inside = new Set(nodes);
      const first = nodes === edge;
      const components = strongComponents(nodes, (node) => {
        const needed = needs(node);
        return first ? needed : needed.filter((other) => inside.has(other));
      }).filter((component) => component.length > 1);
      components.forEach(deferSome);
      return components;
    });
  }
  return { ordered: strongComponents(edge, needs).flat(), needs };
}

/** What must be computed for the outputs to follow the inputs. */
export function scheduleOutputs({ outputs }: Graph): Node[] {
  return strongComponents(outputs, (node) => [...node.producers]).flat();
}

/** A node that computes within the cycle, after what it needs. */
export function coneOf(node: Node): Node[] {
  return strongComponents([node], ({ producers }) => [...producers]).flat();
}

/** Defers the registers that most of the component waits for; whole packs last, because they are dear to copy. */
function deferSome(component: readonly Node[]): void {
  const inside = new Set(component);
  const weight = (node: Node): number => {
    const waiting = others(node.changes!.readers, node).filter((reader) => inside.has(reader)).length;
    return waiting / (node.lanes.length ** 2 * bytesOf(node.signal!.net.width));
  };
  const candidates = component
    .filter((node) => (node.kind === "register" || node.kind === "read") && !node.deferred)
    .map((node) => ({ node, weight: weight(node) }))
    .sort((a, b) => b.weight - a.weight);
  if (candidates.length === 0) throw new Error("registers wait for each other, and none can be deferred");
  const count = Math.max(1, Math.floor(candidates.length * DEFERRED_AT_ONCE));
  for (const { node } of candidates.slice(0, count)) node.deferred = true;
}

function others(nodes: ReadonlySet<Node>, self: Node): Node[] {
  return [...nodes].filter((node) => node !== self);
}
