import type { Bit, Netlist } from "../synthesis/netlist.ts";
import type { TimingCell, TimingLibrary } from "./library.ts";
import { largestLoad, portDelay, treeDelay } from "./library.ts";

/** A place where paths begin: the bit, and how late it is there. */
export interface Launch {
  readonly bit: number;
  readonly picoseconds: number;
}

/** A place where paths end: the bit, and what is added there. */
export interface Capture {
  readonly bit: number;
  readonly picoseconds: number;
  /** Of a register: a bit of its output, by which it is named. */
  readonly register: number | undefined;
}

/** The combinational logic of a module: bits, and edges through cells with their delays, sorted topologically. */
export interface TimingGraph {
  /** Edges of a bit: `first[bit]` to `first[bit + 1]` of `to` and `delay`. */
  readonly first: Int32Array;
  readonly to: Int32Array;
  readonly delay: Float64Array;
  /** Position of each bit: edges go from lower to higher. */
  readonly position: Int32Array;
  readonly launches: readonly Launch[];
  readonly captures: readonly Capture[];
  /** What a bit that comes in through a port, its own or a child's, adds for its load. */
  readonly portDelay: (bit: number) => number;
}

interface CellEdge {
  readonly from: number;
  readonly to: number;
  readonly cell: TimingCell;
  readonly arc: number;
}

/** The bit of a one-bit pin, if it is no constant. */
function single(bits: readonly Bit[] | undefined): number | undefined {
  const bit = bits?.[0];
  return typeof bit === "number" ? bit : undefined;
}

/** The timing graph of a mapped module. Throws when the library lacks a cell or the logic is a loop. */
export function timingGraph(netlist: Netlist, library: TimingLibrary): TimingGraph {
  const count = bitCount(netlist);
  const loads = bitLoads(netlist, library, count);
  const edges: CellEdge[] = [];
  const clocked: CellEdge[] = [];
  const captures: Capture[] = [];
  for (const { name, type, pins } of netlist.cells) {
    const cell = cellOf(library, type, name);
    cell.arcs.forEach(({ from, to }, arc) => {
      const source = single(pins[from]?.bits);
      const target = single(pins[to]?.bits);
      if (target === undefined) return;
      if (cell.setup !== undefined) clocked.push({ from: -1, to: target, cell, arc });
      else if (source !== undefined) edges.push({ from: source, to: target, cell, arc });
    });
    for (const [pin, picoseconds] of cell.setup ?? []) {
      const bit = single(pins[pin]?.bits);
      if (bit === undefined) continue;
      captures.push({ bit, picoseconds, register: cell.arcs.map(({ to }) => single(pins[to]?.bits)).find(isBit) });
    }
  }
  const first = new Int32Array(count + 1);
  for (const { from } of edges) first[from + 1]! += 1;
  for (let bit = 0; bit < count; bit++) first[bit + 1]! += first[bit]!;
  const next = first.slice();
  const sorted: CellEdge[] = new Array<CellEdge>(edges.length);
  for (const edge of edges) sorted[next[edge.from]!++] = edge;
  const order = topological(netlist.module, first, sorted, count);
  const position = new Int32Array(count);
  order.forEach((bit, index) => (position[bit] = index));

  const slews = new Float64Array(count).fill(-1);
  const through = ({ to, cell, arc }: CellEdge, slew: number): number => {
    const load = loads[to]!;
    const direct = Math.min(load, largestLoad * library.unitLoad);
    const made = cell.arcs[arc]!.delay(slew, direct);
    slews[to] = Math.max(slews[to]!, made.slew);
    return made.picoseconds + treeDelay(library, load / library.unitLoad);
  };
  const late = new Map<number, number>();
  for (const edge of clocked) {
    late.set(edge.to, Math.max(late.get(edge.to) ?? 0, through(edge, library.portSlew)));
  }
  const delay = new Float64Array(sorted.length);
  for (const bit of order) {
    const slew = slews[bit]! < 0 ? library.portSlew : slews[bit]!;
    for (let edge = first[bit]!; edge < first[bit + 1]!; edge++) delay[edge] = through(sorted[edge]!, slew);
  }
  return {
    first,
    to: Int32Array.from(sorted, (edge) => edge.to),
    delay,
    position,
    launches: [...late].map(([bit, picoseconds]) => ({ bit, picoseconds })),
    captures,
    portDelay: (bit) => portDelay(library, loads[bit]! / library.unitLoad),
  };
}

function isBit(bit: number | undefined): bit is number {
  return bit !== undefined;
}

function cellOf(library: TimingLibrary, type: string, name: string): TimingCell {
  const cell = library.cells.get(type);
  if (cell === undefined) throw new Error(`cell ${name}: library ${library.name} has no cell ${type}`);
  return cell;
}

function bitCount({ ports, cells, children }: Netlist): number {
  let largest = 0;
  const note = (bits: readonly Bit[]): void => {
    for (const bit of bits) if (typeof bit === "number" && bit > largest) largest = bit;
  };
  for (const port of ports) note(port.bits);
  for (const { pins } of [...cells, ...children]) for (const pin of Object.values(pins)) note(pin.bits);
  return largest + 1;
}

function bitLoads(netlist: Netlist, library: TimingLibrary, count: number): Float64Array {
  const loads = new Float64Array(count);
  const add = (bits: readonly Bit[], load: number): void => {
    for (const bit of bits) if (typeof bit === "number") loads[bit]! += load;
  };
  for (const { type, name, pins } of netlist.cells) {
    for (const [pin, load] of cellOf(library, type, name).loads) add(pins[pin]?.bits ?? [], load);
  }
  for (const { pins } of netlist.children) {
    for (const pin of Object.values(pins)) if (pin.direction === "input") add(pin.bits, library.unitLoad);
  }
  for (const port of netlist.ports) if (port.direction === "output") add(port.bits, library.unitLoad);
  return loads;
}

function topological(module: string, first: Int32Array, edges: readonly CellEdge[], count: number): number[] {
  const waiting = new Int32Array(count);
  for (const { to } of edges) waiting[to]! += 1;
  const order: number[] = [];
  for (let bit = 0; bit < count; bit++) if (waiting[bit] === 0) order.push(bit);
  for (let index = 0; index < order.length; index++) {
    const bit = order[index]!;
    for (let edge = first[bit]!; edge < first[bit + 1]!; edge++) {
      const { to } = edges[edge]!;
      waiting[to]! -= 1;
      if (waiting[to] === 0) order.push(to);
    }
  }
  if (order.length < count) throw new Error(`module ${module}: its logic is a loop`);
  return order;
}
