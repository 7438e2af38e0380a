/** What is inside a simulated design, by the names of the emitted Verilog. */
import { SystoleError } from "../errors.ts";
import { didYouMean } from "../hdl/problems.ts";
import { readMemory, writeMemory, type MemoryPlace, type SignalPlace } from "../hdl/simulate/index.ts";
import type { PortEngine } from "./engine.ts";
import type { PortContext } from "./port.ts";

/** A net of an instance. */
export interface Probe {
  /** Instance names and the net's, joined by dots. */
  readonly name: string;
  /** Bits. */
  readonly width: number;
  /** The value now, in the range of its type. */
  readonly peek: () => bigint;
}

/** A memory of an instance; what is written here the design reads at once. */
export interface SimulatedMemory extends Omit<MemoryPlace, "path"> {
  /** A word, unsigned. */
  readonly read: (word: number) => bigint;
  /** Sets a word to the bit pattern of a value. */
  readonly write: (word: number, value: bigint) => void;
}

const nameOf = ({ path, name }: { readonly path: string; readonly name: string }): string =>
  path === "" ? name : `${path}.${name}`;

/** Finds a net. Errors: `harness-no-signal`, `harness-no-inspection`. */
export function findSignal(context: PortContext, design: string, name: string): Probe {
  const { memory, signals } = inspectionOf(context.engine, design);
  const words = new Uint32Array(memory, 0, memory.byteLength >>> 2);
  const place = find(signals, design, name, "signal");
  const { width, signed } = place;
  const extend = (bits: bigint): bigint => (signed ? BigInt.asIntN(width, bits) : BigInt.asUintN(width, bits));
  return {
    name,
    width,
    peek: () => {
      if (context.stale) context.engine.settle();
      context.stale = false;
      return extend(valueOf(place, words));
    },
  };
}

/** Finds a memory. Errors: `harness-no-memory`, `harness-no-inspection`. */
export function findMemory(engine: PortEngine, design: string, name: string): SimulatedMemory {
  const place = find(inspectionOf(engine, design).memories, design, name, "memory");
  const check = (word: number): void => {
    if (Number.isInteger(word) && word >= 0 && word < place.depth) return;
    throw new SystoleError({
      code: "harness-memory-word",
      message: `${name} has no word ${word}: its ${place.depth} words are 0 to ${place.depth - 1}`,
    });
  };
  return {
    ...place,
    name,
    read: (word) => {
      check(word);
      return readMemory(place, word);
    },
    write: (word, value) => {
      check(word);
      writeMemory(place, word, value);
    },
  };
}

function valueOf({ address, constant, width }: SignalPlace, words: Uint32Array): bigint {
  if (address === undefined) return constant ?? 0n;
  const low = words[address >>> 2]! >>> (8 * (address & 3));
  let value = BigInt(low);
  for (let word = 1; 32 * word < width; word++) {
    value |= BigInt(words[(address >>> 2) + word]!) << BigInt(32 * word);
  }
  return value;
}

function inspectionOf(engine: PortEngine, design: string): ReturnType<NonNullable<PortEngine["inspect"]>> {
  const inspection = engine.inspect?.();
  if (inspection !== undefined) return inspection;
  throw new SystoleError({
    code: "harness-no-inspection",
    message: `${design}: ${engine.simulator} shows ports only`,
    remedy: "Look inside a design with the embedded simulator, or record waves.",
  });
}

function find<T extends { readonly path: string; readonly name: string }>(
  places: readonly T[],
  design: string,
  name: string,
  what: "signal" | "memory",
): T {
  const found = places.find((place) => nameOf(place) === name);
  if (found !== undefined) return found;
  const names = places.map(nameOf);
  const near = didYouMean(name, names);
  const known = names.length <= 12 ? `; there are ${names.join(", ")}` : "";
  throw new SystoleError({
    code: `harness-no-${what}`,
    message: `${design} has no ${what} ${name}${known}`,
    ...(near === undefined ? {} : { remedy: `Did you mean ${near}?` }),
  });
}
