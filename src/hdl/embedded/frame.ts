import type { FunctionBody, ValueType } from "../wasm/index.ts";
import { bytesOf, type Layout } from "./layout.ts";
import type { Leaf, Signal } from "./network.ts";
import { WORD_BITS } from "./trees.ts";

/** The type of a value of up to 64 bits. */
export function typeOf(width: number): "i32" | "i64" {
  return width <= 32 ? "i32" : "i64";
}

type SignalLeaf = Leaf & { readonly kind: "signal" };

/**
 * What a function of the simulation knows while it is written: which values are in locals already. A value that is
 * looked for elsewhere is loaded once.
 */
export class Frame {
  readonly body: FunctionBody;
  readonly layout: Layout;
  readonly #stored: ReadonlySet<Signal>;
  readonly #locals = new Map<string, number>();
  /** Keys that hold inside the innermost branch only. */
  readonly #scopes: string[][] = [];

  /** `stored` are the signals of the cycle that have their values in memory besides. */
  constructor(body: FunctionBody, layout: Layout, stored: ReadonlySet<Signal> = new Set()) {
    this.body = body;
    this.layout = layout;
    this.#stored = stored;
  }

  /** Whether a signal's value is in memory, wherever in the cycle it is asked for. */
  isInMemory(signal: Signal): boolean {
    return (signal.kind !== "compute" && signal.kind !== "load") || this.#stored.has(signal);
  }

  /** The local under a key, when it has one. */
  find(key: string): number | undefined {
    return this.#locals.get(key);
  }

  /** A new local under a key. */
  make(key: string, type: ValueType): number {
    const local = this.body.local(type);
    this.adopt(key, local);
    return local;
  }

  /** Puts a local under a key. */
  adopt(key: string, local: number): void {
    this.#locals.set(key, local);
    this.#scopes.at(-1)?.push(key);
  }

  /** `if (condition on the stack) { … }`: values loaded inside are forgotten after it. */
  branch(write: () => void): void {
    this.body.if();
    this.scope(write);
    this.body.op("end");
  }

  /** Writes code that may be jumped over: values loaded inside are forgotten after it. */
  scope(write: () => void): void {
    this.#scopes.push([]);
    write();
    for (const key of this.#scopes.pop()!) {
      this.body.release(this.#locals.get(key)!);
      this.#locals.delete(key);
    }
  }

  /** Pushes a value of up to 64 bits, extended as its sign says. */
  pushValue(leaf: Leaf, width: number, signed: boolean): void {
    const type = typeOf(width);
    if (leaf.kind === "const") {
      this.pushConstant(leaf.value, type);
      return;
    }
    const key = scalarKey(leaf, 0);
    const known = this.find(key);
    if (known !== undefined) {
      this.body.get(known);
      return;
    }
    if (!this.#extract(leaf, width, signed)) {
      this.body.i32(0);
      this.load(this.layout.signal(leaf.signal) + leaf.lane * bytesOf(width), width, signed);
    }
    this.body.tee(this.make(key, type));
  }

  /** Pushes a lane of a vector, when a local has it. */
  #extract({ signal, lane }: SignalLeaf, width: number, signed: boolean): boolean {
    if (signal.lanes === 1) return false;
    const bytes = bytesOf(width);
    const perVector = 16 / bytes;
    const vector = this.find(vectorKey(signal, Math.floor(lane / perVector)));
    if (vector === undefined) return false;
    this.body.get(vector);
    const sign = signed ? "s" : "u";
    const name = bytes === 8 ? "i64x2.extract_lane" : bytes === 4 ? "i32x4.extract_lane" : undefined;
    this.body.lane(
      name ?? (bytes === 2 ? `i16x8.extract_lane_${sign}` : `i8x16.extract_lane_${sign}`),
      lane % perVector,
    );
    return true;
  }

  /** Pushes a limb of a wide value. */
  pushLimb(leaf: Leaf, limb: number): void {
    if (leaf.kind === "const") {
      this.pushConstant(BigInt.asUintN(WORD_BITS, leaf.value >> BigInt(WORD_BITS * limb)), "i64");
      return;
    }
    const key = scalarKey(leaf, limb);
    const known = this.find(key);
    if (known !== undefined) {
      this.body.get(known);
      return;
    }
    const { signal, lane } = leaf;
    this.body.i32(0);
    this.body.access("i64.load", this.layout.signal(signal) + lane * bytesOf(signal.net.width) + 8 * limb);
    this.body.tee(this.make(key, "i64"));
  }

  pushConstant(value: bigint, type: "i32" | "i64"): void {
    if (type === "i32") this.body.i32(Number(BigInt.asIntN(32, value)));
    else this.body.i64(value);
  }

  /** Loads a value from the address on the stack plus `offset`. */
  load(offset: number, width: number, signed: boolean): void {
    const bytes = bytesOf(width);
    const sign = signed ? "s" : "u";
    if (bytes === 8) this.body.access("i64.load", offset);
    else if (bytes === 4) this.body.access("i32.load", offset);
    else this.body.access(bytes === 2 ? `i32.load16_${sign}` : `i32.load8_${sign}`, offset);
  }

  /** Stores the value on the stack at the address below it plus `offset`. */
  store(offset: number, width: number): void {
    const names = { 1: "i32.store8", 2: "i32.store16", 4: "i32.store", 8: "i64.store" } as const;
    this.body.access(names[bytesOf(width) as 1 | 2 | 4 | 8], offset);
  }
}

/** The key of a vector of a signal's lanes. */
export function vectorKey(signal: Signal, chunk: number): string {
  return `${signal.index} chunk ${chunk}`;
}

/** The key of a scalar: a lane of a signal, and for a wide one the limb. */
export function scalarKey({ signal, lane }: SignalLeaf, limb: number): string {
  return `${signal.index} ${lane} ${limb}`;
}
