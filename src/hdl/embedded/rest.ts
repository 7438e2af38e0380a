import { assignBlocks, cutSegments, ownersOf, type Block, type Segment } from "./blocks.ts";
import { costOf } from "./cost.ts";
import type { Node } from "./graph.ts";
import type { Group, Layout, Range } from "./layout.ts";
import type { Network, Signal } from "./network.ts";
import { restInputs } from "./rest-inputs.ts";

/** When blocks rest. */
export interface RestOptions {
  /** Bytes of code that a design, and a block in it, has at least. */
  readonly leastDesign: number;
  readonly leastBlock: number;
  /** Cycles from one look for blocks that may rest to the next, a power of 2. */
  readonly period: number;
}

export const REST: RestOptions = { leastDesign: 40_000, leastBlock: 300, period: 32 };

/** What of a simulation may rest, and where it is noted. */
export interface RestPlan {
  readonly segments: readonly Segment[];
  /** For each segment, what must be as it was for its block to go on resting. */
  readonly inputs: readonly (readonly Range[])[];
  readonly period: number;
  readonly blocks: readonly Block[];
  readonly blockOf: ReadonlyMap<Node, Block>;
  /** The nodes that must mark their block as active when they take something. */
  readonly masking: ReadonlySet<Node>;
  /** For each block, where its registers lie. */
  readonly registers: readonly (readonly Range[])[];
  /** All registers that are looked at, and all else that is. */
  readonly allRegisters: Range;
  readonly allOthers: Range;
  /** From a value's place to that of the value that resting blocks look for, and to that of the last look's value. */
  readonly shadow: number;
  readonly before: number;
  /** A byte for each block: whether it rests, whether it did at the last look, and whether it was active since. */
  readonly resting: number;
  readonly rested: number;
  readonly active: number;
}

/**
 * Divides the schedule of a cycle into blocks and gives the signals that matter to them, and the registers of delay lines,
 * their places; `undefined` where nothing may rest.
 */
export function planRest(
  ordered: readonly Node[],
  needs: (node: Node) => readonly Node[],
  network: Network,
  layout: Layout,
  { leastDesign, leastBlock, period }: RestOptions,
): RestPlan | undefined {
  if (ordered.reduce((sum, node) => sum + costOf(node), 0) < leastDesign) return undefined;
  const blockOf = assignBlocks(ordered, network.packs, leastBlock);
  if (blockOf.size === 0) return undefined;
  const segments = cutSegments(ordered, needs, blockOf);
  const blocks = [...new Set(blockOf.values())];
  const { inputs, masking } = restInputs(segments, network);
  const owners = ownersOf(ordered);
  const placed = new Map<Signal, Range>();

  // Signals that the same segments look at lie together, so that few comparisons serve for many.
  const askers = new Map<Signal, number[]>();
  inputs.forEach((signals, segment) => {
    for (const signal of signals) {
      const known = askers.get(signal);
      if (known === undefined) askers.set(signal, [segment]);
      else known.push(segment);
    }
  });
  const place = (signals: readonly Signal[], lines: readonly (readonly Signal[])[]): Range => {
    const groups = new Map<string, Signal[]>();
    for (const signal of signals) {
      const key = (askers.get(signal) ?? []).join();
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [signal]);
      else group.push(signal);
    }
    const all: Group[] = [
      ...[...groups.values()].map((group) => ({ signals: group, isLine: false })),
      ...lines.map((line) => ({ signals: line, isLine: true })),
    ];
    const ranges = layout.placeGroups(all);
    all.forEach(({ signals: members, isLine }, index) => {
      for (const signal of members) placed.set(signal, isLine ? layout.rangeOf(signal) : ranges.each[index]!);
    });
    return ranges.all;
  };

  const inLines = new Set(ordered.flatMap(({ line }) => line));
  const isRegister = ({ kind }: Signal): boolean => kind === "reg" || kind === "read";
  const own = new Map<Block | undefined, { signals: Signal[]; lines: (readonly Signal[])[] }>();
  const ofBlock = (block: Block | undefined): { signals: Signal[]; lines: (readonly Signal[])[] } => {
    let known = own.get(block);
    if (known === undefined) own.set(block, (known = { signals: [], lines: [] }));
    return known;
  };
  for (const [signal, nodes] of owners) {
    const block = blockOf.get(nodes[0]!);
    if (isRegister(signal) && !inLines.has(signal) && (block !== undefined || askers.has(signal)))
      ofBlock(block).signals.push(signal);
  }
  for (const node of ordered) if (node.kind === "shift") ofBlock(blockOf.get(node)).lines.push(node.line);
  const registers = blocks.map((block) => {
    const { signals, lines } = ofBlock(block);
    return [place(signals, lines)];
  });
  const others = ofBlock(undefined);
  const constant = [...askers.keys()].filter((signal) => isRegister(signal) && !owners.has(signal));
  place([...others.signals, ...constant], others.lines);
  // The first register of a line may be changed by another block.
  for (const node of ordered) {
    if (node.kind !== "shift") continue;
    const [head] = node.line;
    const block = blockOf.get(owners.get(head!)?.[0] ?? node);
    if (block !== undefined && block !== blockOf.get(node))
      registers[blocks.indexOf(block)]!.push(layout.rangeOf(head!));
  }
  const start = registers[0]![0]!.from;
  const allRegisters = { from: start, bytes: layout.allocate(0) - start };
  const allOthers = place(
    [...askers.keys()].filter((signal) => !isRegister(signal)),
    [],
  );
  const shadow = layout.allocate(layout.allocate(0) - start) - start;
  const before = layout.allocate(allRegisters.bytes) - start;
  return {
    segments,
    inputs: inputs.map((signals) => [...new Set(signals.map((signal) => placed.get(signal)!))]),
    period,
    blocks,
    blockOf,
    masking,
    registers,
    allRegisters,
    allOthers,
    shadow,
    before,
    resting: layout.allocate(blocks.length),
    rested: layout.allocate(blocks.length),
    active: layout.allocate(blocks.length),
  };
}
