import { costOf } from "./cost.ts";
import type { Node } from "./graph.ts";
import type { Pack, Signal } from "./network.ts";

/** Instances whose work is done together or, while nothing changes in them, not at all. */
export interface Block {
  readonly index: number;
}

/** A stretch of the schedule that belongs to one block, or to none: it is then always done. */
export interface Segment {
  readonly block: Block | undefined;
  readonly nodes: readonly Node[];
}

/**
 * The block of each node that has one: every pack is one with what lies in it, unless that is so little code (`least` bytes)
 * that it goes with the pack around it. What the top itself does is always done.
 */
export function assignBlocks(nodes: readonly Node[], packs: readonly Pack[], least: number): Map<Node, Block> {
  const costs = packs.map(() => 0);
  for (const node of nodes) costs[node.pack.index]! += costOf(node);
  const outer = packs.map(({ lanes }) => lanes[0]!.parent?.pack.index);
  const joined = packs.map(() => false);
  // Packs lie behind the packs around them.
  for (let index = packs.length - 1; index > 0; index--) {
    if (costs[index]! >= least) continue;
    joined[index] = true;
    costs[outer[index]!]! += costs[index]!;
  }
  // The pack that gives its block to each; the top has none.
  const root: number[] = [];
  packs.forEach((_, index) => root.push(joined[index]! ? root[outer[index]!]! : index));
  const blocks = new Map<number, Block>();
  const ofSignal = ownersOf(nodes);
  const result = new Map<Node, Block>();
  for (const node of nodes) {
    if (node.kind === "reset") continue;
    // An output port is published where its value is made.
    const { leaf } = node.output ?? {};
    const maker = leaf?.kind === "signal" ? ofSignal.get(leaf.signal)?.[0] : undefined;
    const index = root[(maker ?? node).pack.index]!;
    if (index === 0) continue;
    let block = blocks.get(index);
    if (block === undefined) blocks.set(index, (block = { index: blocks.size }));
    result.set(node, block);
  }
  return result;
}

/** The nodes that compute or change each signal, inner ones as the node that they work for. */
export function ownersOf(nodes: readonly Node[]): Map<Signal, Node[]> {
  const owners = new Map<Signal, Node[]>();
  const add = (signal: Signal | undefined, node: Node): void => {
    if (signal === undefined) return;
    const known = owners.get(signal);
    if (known === undefined) owners.set(signal, [node]);
    else known.push(node);
  };
  for (const node of nodes) {
    for (const part of [...node.inner, node]) {
      if (part.kind === "shift")
        part.line.slice(1).forEach((signal) => {
          add(signal, node);
        });
      else add(part.signal, node);
    }
  }
  return owners;
}

/**
 * Cuts a schedule into segments, as few as it can: what is `ordered` stays in that order inside a segment, and everything comes
 * after what it needs.
 */
export function cutSegments(
  ordered: readonly Node[],
  needs: (node: Node) => readonly Node[],
  blockOf: ReadonlyMap<Node, Block>,
): Segment[] {
  const place = new Map(ordered.map((node, index) => [node, index]));
  const waiting = new Map<Node, number>();
  const followers = new Map<Node, Node[]>(ordered.map((node) => [node, []]));
  for (const node of ordered) {
    const before = new Set(needs(node));
    waiting.set(node, before.size);
    for (const other of before) followers.get(other)!.push(node);
  }
  const left = new Map<Block | undefined, Set<Node>>();
  const ready = new Map<Block | undefined, Set<Node>>();
  for (const node of ordered) {
    const block = blockOf.get(node);
    addTo(left, block, node);
    if (waiting.get(node) === 0) addTo(ready, block, node);
  }
  /** What could be done of a block, and of no other, next. */
  const reach = (block: Block | undefined): Node[] => {
    const reached = [...ready.get(block)!];
    const counts = new Map<Node, number>();
    // The list grows while it is walked.
    for (const node of reached) {
      for (const next of followers.get(node)!) {
        if (blockOf.get(next) !== block) continue;
        const count = (counts.get(next) ?? waiting.get(next)!) - 1;
        counts.set(next, count);
        if (count === 0) reached.push(next);
      }
    }
    return reached;
  };
  const segments: Segment[] = [];
  for (;;) {
    let best: { block: Block | undefined; nodes: Node[]; share: number } | undefined;
    for (const [block, nodes] of ready) {
      if (nodes.size === 0) continue;
      const reached = reach(block);
      const share = reached.length / left.get(block)!.size;
      if (best === undefined || share > best.share) best = { block, nodes: reached, share };
    }
    if (best === undefined) return segments;
    const { block, nodes } = best;
    for (const node of nodes) {
      left.get(block)!.delete(node);
      ready.get(block)!.delete(node);
      for (const next of followers.get(node)!) {
        const count = waiting.get(next)! - 1;
        waiting.set(next, count);
        if (count === 0) addTo(ready, blockOf.get(next), next);
      }
    }
    for (const node of nodes) ready.get(block)!.delete(node);
    segments.push({ block, nodes: nodes.sort((a, b) => place.get(a)! - place.get(b)!) });
  }
}

function addTo(sets: Map<Block | undefined, Set<Node>>, block: Block | undefined, node: Node): void {
  const known = sets.get(block);
  if (known === undefined) sets.set(block, new Set([node]));
  else known.add(node);
}
