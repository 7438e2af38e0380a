import type { Bit, Netlist } from "../synthesis/netlist.ts";
import type { ModuleTiming, PathEnd, TimingArc } from "../types.ts";
import { timingGraph, type TimingGraph } from "./graph.ts";
import type { TimingLibrary } from "./library.ts";

/** Bits that one end of a path stands for. */
interface Group {
  readonly end: PathEnd;
  readonly bits: readonly number[];
}

/**
 * The longest paths through a module's own logic: from its inputs, its registers and the outputs of its children to its
 * outputs, its registers and the inputs of its children. Ends at a child are named `child.port`; a child's output is of kind
 * `output` where a path begins, its input of kind `input` where one ends. A wire alone is an arc of no levels.
 */
export function analyseTiming(netlist: Netlist, library: TimingLibrary): ModuleTiming {
  const graph = timingGraph(netlist, library);
  const registerName = registerNames(netlist);
  const search = new Search(graph);
  const ends = endGroups(netlist);
  const arcs: TimingArc[] = [];
  const close = (from: (start: number) => PathEnd): void => {
    for (const { end, bits } of ends) {
      const bit = search.latest(bits);
      if (bit === undefined) continue;
      const { start, levels } = search.trace(bit);
      arcs.push({ from: from(start), to: end, levels, picoseconds: search.arrival(bit) });
    }
    const worst = search.latestCapture();
    if (worst === undefined) return;
    const { start, levels } = search.trace(worst.bit);
    const to: PathEnd = { kind: "register", name: registerName(worst.register) };
    arcs.push({ from: from(start), to, levels, picoseconds: search.arrival(worst.bit) + worst.picoseconds });
  };
  for (const { end, bits } of startGroups(netlist)) {
    search.run(bits.map((bit) => ({ bit, picoseconds: graph.portDelay(bit) })));
    close(() => end);
  }
  search.run(graph.launches);
  close((start) => ({ kind: "register", name: registerName(start) }));
  return { arcs };
}

function numbers(bits: readonly Bit[]): number[] {
  return bits.filter((bit) => typeof bit === "number");
}

function startGroups({ ports, children }: Netlist): Group[] {
  return groups(ports, children, "input", "output");
}

function endGroups({ ports, children }: Netlist): Group[] {
  return groups(ports, children, "output", "input");
}

/** The module's own ports of direction `own`, and the pins of its children of direction `theirs`. */
function groups(
  ports: Netlist["ports"],
  children: Netlist["children"],
  own: "input" | "output",
  theirs: "input" | "output",
): Group[] {
  return [
    ...ports.flatMap(({ name, direction, bits }): Group[] => {
      return direction === own ? [{ end: { kind: own, name }, bits: numbers(bits) }] : [];
    }),
    ...children.flatMap(({ name, pins }) =>
      Object.entries(pins).flatMap(([pin, { direction, bits }]): Group[] => {
        if (direction !== theirs) return [];
        return [{ end: { kind: theirs, name: `${name}.${pin}` }, bits: numbers(bits) }];
      }),
    ),
  ];
}

/** The name of the register that drives a bit: a net of its own before a port, a wide net before a slice of it. */
function registerNames({ nets, ports, module }: Netlist): (bit: number | undefined) => string {
  const outside = new Set(ports.map(({ name }) => name));
  const found = new Map<number, { readonly name: string; readonly rank: number }>();
  for (const { name, bits } of nets) {
    const rank = (outside.has(name) ? 0 : 1 << 20) + bits.length;
    for (const bit of numbers(bits)) {
      const other = found.get(bit);
      if (other === undefined || other.rank < rank) found.set(bit, { name, rank });
    }
  }
  return (bit) => (bit === undefined ? undefined : found.get(bit)?.name) ?? `${module}'s register`;
}

/** Longest paths from a set of bits, one set after another. */
class Search {
  readonly #graph: TimingGraph;
  readonly #arrival: Float64Array;
  readonly #previous: Int32Array;
  readonly #round: Int32Array;
  #now = 0;

  constructor(graph: TimingGraph) {
    const count = graph.position.length;
    this.#graph = graph;
    this.#arrival = new Float64Array(count);
    this.#previous = new Int32Array(count);
    this.#round = new Int32Array(count);
  }

  run(starts: readonly { readonly bit: number; readonly picoseconds: number }[]): void {
    this.#now += 1;
    const reached: number[] = [];
    for (const { bit, picoseconds } of starts) this.#reach(bit, picoseconds, -1, reached);
    const { first, to, delay, position } = this.#graph;
    for (let index = 0; index < reached.length; index++) {
      const bit = reached[index]!;
      for (let edge = first[bit]!; edge < first[bit + 1]!; edge++) {
        if (this.#round[to[edge]!] !== this.#now) this.#reach(to[edge]!, -1, -1, reached);
      }
    }
    reached.sort((a, b) => position[a]! - position[b]!);
    for (const bit of reached) {
      for (let edge = first[bit]!; edge < first[bit + 1]!; edge++) {
        this.#reach(to[edge]!, this.#arrival[bit]! + delay[edge]!, bit, reached);
      }
    }
  }

  #reach(bit: number, picoseconds: number, previous: number, reached: number[]): void {
    if (this.#round[bit] !== this.#now) {
      this.#round[bit] = this.#now;
      reached.push(bit);
    } else if (this.#arrival[bit]! >= picoseconds) return;
    this.#arrival[bit] = picoseconds;
    this.#previous[bit] = previous;
  }

  arrival(bit: number): number {
    return this.#arrival[bit]!;
  }

  latest(bits: readonly number[]): number | undefined {
    let best: number | undefined;
    for (const bit of bits) {
      if (this.#round[bit] !== this.#now) continue;
      if (best === undefined || this.#arrival[bit]! > this.#arrival[best]!) best = bit;
    }
    return best;
  }

  latestCapture(): TimingGraph["captures"][number] | undefined {
    let best: TimingGraph["captures"][number] | undefined;
    for (const capture of this.#graph.captures) {
      if (this.#round[capture.bit] !== this.#now) continue;
      const at = this.#arrival[capture.bit]! + capture.picoseconds;
      if (best === undefined || at > this.#arrival[best.bit]! + best.picoseconds) best = capture;
    }
    return best;
  }

  /** Where the longest path to a bit begins, and how many cells it passes. */
  trace(end: number): { readonly start: number; readonly levels: number } {
    let start = end;
    let levels = 0;
    while (this.#previous[start]! >= 0) {
      start = this.#previous[start]!;
      levels += 1;
    }
    return { start, levels };
  }
}
