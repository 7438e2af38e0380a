/** Ports of a simulated design as values: read and written one by one, or a record or array of them at once. */
import { SystoleError } from "../errors.ts";
import type { PortEngine } from "./engine.ts";
import type { MailboxSlot } from "./mailbox.ts";

/** What is written to a port: two's complement for a signed one; a value that does not fit throws. */
export type PortValue = number | bigint | boolean;

/** The engine and whether its outputs are behind the inputs. Shared by all ports of one testbench. */
export interface PortContext {
  readonly engine: PortEngine;
  stale: boolean;
}

const WORD = 2 ** 32;
const SAFE_BITS = 53;

/** One port of the simulated top module. */
export class Port {
  readonly name: string;
  readonly direction: "input" | "output";
  /** Bits. */
  readonly width: number;
  readonly signed: boolean;
  readonly #context: PortContext;
  readonly #slot: MailboxSlot;
  /** What may be poked as a number, and the mask of its bits; of a port of at most 32 bits. */
  readonly #least: number;
  readonly #most: number;
  readonly #mask: number;

  constructor(context: PortContext, slot: MailboxSlot) {
    this.#context = context;
    this.#slot = slot;
    this.name = slot.name;
    this.direction = slot.direction;
    this.width = slot.width;
    this.signed = slot.signed ?? false;
    const span = 2 ** slot.width;
    this.#least = this.signed ? -span / 2 : 0;
    this.#most = this.signed ? span / 2 - 1 : span - 1;
    // A shift of 32 would be one of 0.
    this.#mask = slot.width === 0 ? 0 : -1 >>> (32 - Math.min(slot.width, 32));
  }

  /** The value now, combinational paths from what was poked included. Throws above 53 bits: use peekBig. */
  peek(): number {
    this.#refresh();
    return this.#number(this.#context.engine.now);
  }

  /** The value that the last clock edge saw: what the registers took, and what a handshake is decided by. */
  sampled(): number {
    return this.#number(this.#context.engine.sampled);
  }

  /** As peek, for any width. */
  peekBig(): bigint {
    this.#refresh();
    return this.#bigint(this.#context.engine.now);
  }

  /** As sampled, for any width. */
  sampledBig(): bigint {
    return this.#bigint(this.#context.engine.sampled);
  }

  /** Drives an input from now on. */
  poke(value: PortValue): void {
    if (this.direction !== "input") throw this.#error(`${this.name} is an output and cannot be poked`);
    this.#context.stale = true;
    const { engine } = this.#context;
    const { offset, width, words } = this.#slot;
    if (typeof value !== "bigint" && width <= 32) {
      const number = Number(value);
      if (!(number >= this.#least && number <= this.#most && Number.isInteger(number))) throw this.#misfit(value);
      engine.now[offset] = number & this.#mask;
      return;
    }
    if (typeof value === "number" && !Number.isSafeInteger(value)) throw this.#misfit(value);
    const big = BigInt(value);
    const fits = this.signed ? BigInt.asIntN(width, big) === big : BigInt.asUintN(width, big) === big;
    if (!fits) throw this.#misfit(value);
    let rest = BigInt.asUintN(width, big);
    for (let i = 0; i < words; i++) {
      engine.now[offset + i] = Number(rest & 0xffffffffn);
      rest >>= 32n;
    }
  }

  /** The port's words now, low word first, shared with the simulation. Words written to an input act at the next step; bits above the width are ignored. */
  words(): Uint32Array {
    this.#refresh();
    if (this.direction === "input") this.#context.stale = true;
    return this.#context.engine.now.subarray(this.#slot.offset, this.#slot.offset + this.#slot.words);
  }

  /** The words that the last clock edge saw; overwritten by the next step. */
  sampledWords(): Uint32Array {
    return this.#context.engine.sampled.subarray(this.#slot.offset, this.#slot.offset + this.#slot.words);
  }

  #refresh(): void {
    if (!this.#context.stale || this.direction === "input") return;
    this.#context.engine.settle();
    this.#context.stale = false;
  }

  #number(words: Uint32Array): number {
    const { offset, width } = this.#slot;
    const low = words[offset]!;
    if (width <= 32) return this.signed ? (low << (32 - width)) >> (32 - width) : low;
    if (width > SAFE_BITS)
      throw this.#error(`${this.name} is ${width} bits wide: a number holds ${SAFE_BITS}; use peekBig or words`);
    const high = words[offset + 1]!;
    return (this.signed ? (high << (64 - width)) >> (64 - width) : high) * WORD + low;
  }

  #bigint(words: Uint32Array): bigint {
    const { offset, width, words: count } = this.#slot;
    let value = 0n;
    for (let i = count - 1; i >= 0; i--) value = (value << 32n) | BigInt(words[offset + i]!);
    return this.signed ? BigInt.asIntN(width, value) : value;
  }

  #misfit(value: PortValue): SystoleError {
    return this.#error(`${value} does not fit in ${this.name}: ${this.signed ? "sint" : "uint"}(${this.width})`);
  }

  #error(message: string): SystoleError {
    return new SystoleError({ code: "harness-port-value", message, location: { path: this.name } });
  }
}

/** A port, or a record or array of ports, as deep as the design's ports are. */
export type PortTree = Port | readonly PortTree[] | { readonly [field: string]: PortTree };

/** What is poked into a tree of ports. */
export type PokeValue<T> = [PortTree] extends [T]
  ? unknown
  : T extends Port
    ? PortValue
    : { readonly [K in keyof T]: PokeValue<T[K]> };

/** What a tree of ports is peeked as. */
export type PeekValue<T> = [PortTree] extends [T]
  ? unknown
  : T extends Port
    ? number
    : { readonly [K in keyof T]: PeekValue<T[K]> };

/** The value of a port now, or a record or array of values for a bundle of them. */
export function peek<T extends PortTree>(ports: T): PeekValue<T> {
  return collect(ports, (port) => port.peek()) as PeekValue<T>;
}

/** As `peek`, of what the last clock edge saw. */
export function sampled<T extends PortTree>(ports: T): PeekValue<T> {
  return collect(ports, (port) => port.sampled()) as PeekValue<T>;
}

/** Drives an input, or every input of a bundle from a record or array of values. */
export function poke<T extends PortTree>(ports: T, value: PokeValue<T>): void {
  assign(ports, value);
}

function assign(ports: PortTree, value: unknown): void {
  if (ports instanceof Port) {
    ports.poke(value as PortValue);
    return;
  }
  const values = value as Readonly<Record<string, unknown>>;
  for (const [field, port] of fields(ports)) {
    const part = values[field];
    if (part === undefined) {
      throw new SystoleError({ code: "harness-port-value", message: `poke: the value lacks "${field}"` });
    }
    assign(port, part);
  }
}

function collect(ports: PortTree, read: (port: Port) => number): unknown {
  if (ports instanceof Port) return read(ports);
  const values = fields(ports).map(([field, port]): [string, unknown] => [field, collect(port, read)]);
  return Array.isArray(ports) ? values.map(([, value]) => value) : Object.fromEntries(values);
}

function fields(ports: Exclude<PortTree, Port>): [string, PortTree][] {
  return Object.entries(ports as Readonly<Record<string, PortTree>>);
}
