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

  /** Places signals of one width side by side, with room behind them for the rest of a vector. */
  placeChain(signals: readonly Signal[]): void {
    const bytes = bytesOf(signals[0]!.net.width);
    const address = this.allocate(bytes * signals.length + 16);
    signals.forEach((signal, index) => this.#signals.set(signal, address + bytes * index));
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

/** Words that an address of a memory can name. */
export function roomOf({ depth }: Memory): number {
  return 2 ** Math.ceil(Math.log2(Math.max(depth, 2)));
}

/** Vectors of 16 bytes that hold a signal's lanes. */
export function vectorsOf({ lanes, net }: Signal): number {
  return Math.ceil((lanes * bytesOf(net.width)) / 16);
}
