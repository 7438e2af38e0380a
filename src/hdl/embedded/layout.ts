import type { EmittedPort } from "../verilog/index.ts";
import { layoutPorts, type PortLayout } from "../simulate/ports.ts";
import type { Memory } from "../ir.ts";
import type { Pack, Signal } from "./network.ts";
import { WORD_BITS } from "./trees.ts";

/** Bytes in which a value is kept: 1, 2, 4, 8, or 8 for each 64 bits of a wide one. */
export function bytesOf(width: number): number {
  if (width > WORD_BITS) return 8 * limbsOf(width);
  return width <= 8 ? 1 : width <= 16 ? 2 : width <= 32 ? 4 : 8;
}

/** 64-bit limbs of a value. */
export function limbsOf(width: number): number {
  return Math.ceil(width / WORD_BITS);
}

/** A piece of the simulation's memory. */
export interface Range {
  readonly from: number;
  readonly bytes: number;
}

/** Signals that lie side by side: in any order or, those of a delay line, in theirs. */
export interface Group {
  readonly signals: readonly Signal[];
  readonly isLine: boolean;
}

/**
 * Places in the simulation's linear memory. A value is kept sign- or zero-extended in `bytesOf(width)` bytes, a wide one as
 * limbs, low limb first, zero above its width; the lanes of a signal lie side by side, rounded up to whole vectors.
 */
export class Layout {
  readonly ports: PortLayout<EmittedPort>;
  /** The ports now, and as the last edge saw them: as many words each as `ports` has. */
  readonly now: number;
  readonly sampled: number;
  /** A byte that is set when a property is broken. */
  readonly stopped: number;
  readonly #signals = new Map<Signal, number>();
  readonly #deferred = new Map<Signal, number>();
  readonly #words = new Map<Pack, Map<Memory, number[]>>();
  /** The first bytes stay free: a vector may be loaded from before the first signal. */
  #end = 64;

  constructor(ports: readonly EmittedPort[]) {
    this.ports = layoutPorts(ports);
    this.now = this.allocate(4 * this.ports.words);
    this.sampled = this.allocate(4 * this.ports.words);
    this.stopped = this.allocate(1);
  }

  /** Bytes in use. */
  get size(): number {
    return this.#end + 64;
  }

  /** Room for `bytes`, at a multiple of 16. */
  allocate(bytes: number): number {
    const address = this.#end;
    this.#end += Math.ceil(bytes / 16) * 16;
    return address;
  }

  /** Address of lane 0 of a signal. */
  signal(signal: Signal): number {
    return this.#place(this.#signals, signal);
  }

  /** Address of the value that a deferred register will take. */
  deferred(signal: Signal): number {
    return this.#place(this.#deferred, signal);
  }

  /** Places the signals of each group side by side, all groups together; gives the place of all and of each. */
  placeGroups(groups: readonly Group[]): { readonly all: Range; readonly each: readonly Range[] } {
    const sizes = groups.map(sizeOf);
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    const from = this.allocate(bytes);
    let next = from;
    const each: Range[] = [];
    // Large ones first: so all are aligned.
    const order = groups.map((_, index) => index).sort((a, b) => sizes[b]! - sizes[a]!);
    for (const index of order) {
      each[index] = { from: next, bytes: sizes[index]! };
      let address = next;
      const { signals, isLine } = groups[index]!;
      const sorted = isLine ? signals : [...signals].sort((a, b) => bytesIn(b) - bytesIn(a));
      for (const signal of sorted) {
        this.#signals.set(signal, address);
        address += bytesIn(signal);
      }
      next += sizes[index]!;
    }
    return { all: { from, bytes: this.#end - from }, each };
  }

  /** The place of a signal. */
  rangeOf(signal: Signal): Range {
    return { from: this.signal(signal), bytes: bytesIn(signal) };
  }

  /** Signals that have a place. */
  placed(): Iterable<readonly [Signal, number]> {
    return this.#signals;
  }

  /** Address of word 0 of a memory in one lane. Room is made for as many words as an address can name. */
  words(pack: Pack, memory: Memory, lane: number): number {
    let memories = this.#words.get(pack);
    if (memories === undefined) this.#words.set(pack, (memories = new Map<Memory, number[]>()));
    let addresses = memories.get(memory);
    if (addresses === undefined) memories.set(memory, (addresses = []));
    return (addresses[lane] ??= this.allocate(bytesOf(memory.width) * roomOf(memory)));
  }

  #place(places: Map<Signal, number>, signal: Signal): number {
    let address = places.get(signal);
    if (address === undefined) {
      const bytes = signal.lanes === 1 ? bytesOf(signal.net.width) : 16 * vectorsOf(signal);
      address = signal.lanes === 1 && bytes < 16 ? this.#allocateSmall(bytes) : this.allocate(bytes);
      places.set(signal, address);
    }
    return address;
  }

  /** Scalars share 16-byte units by size, so that each is aligned. */
  readonly #open = new Map<number, { next: number; end: number }>();

  #allocateSmall(bytes: number): number {
    let open = this.#open.get(bytes);
    if (open === undefined || open.next === open.end) {
      const next = this.allocate(64);
      this.#open.set(bytes, (open = { next, end: next + 64 }));
    }
    const address = open.next;
    open.next += bytes;
    return address;
  }
}

/** Bytes that a signal takes: its value, or whole vectors. */
function bytesIn(signal: Signal): number {
  return signal.lanes === 1 ? bytesOf(signal.net.width) : 16 * vectorsOf(signal);
}

/** Bytes for a group: a power of 2, or whole vectors. A line has room behind it for the rest of a vector. */
function sizeOf({ signals, isLine }: Group): number {
  const bytes = signals.reduce((sum, signal) => sum + bytesIn(signal), isLine ? 16 : 0);
  return bytes > 8 ? 16 * Math.ceil(bytes / 16) : bytes > 4 ? 8 : bytes > 2 ? 4 : bytes;
}

/** Words that an address of a memory can name. */
export function roomOf({ depth }: Memory): number {
  return 2 ** Math.ceil(Math.log2(Math.max(depth, 2)));
}

/** Vectors of 16 bytes that hold a signal's lanes. */
function vectorsOf({ lanes, net }: Signal): number {
  return Math.ceil((lanes * bytesOf(net.width)) / 16);
}
