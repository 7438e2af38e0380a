/** Where a simulation keeps what its design holds, by the names of the Verilog. */
import type { Module, Net } from "../ir.ts";
import { needsClock, needsReset } from "../verilog/clocking.ts";

/**
 * - `input`, `output`: ports, those of instances included; `wire`, `reg`, `read`: as in the intermediate form;
 * - `clock`, `reset`: the implicit ports.
 */
export type SignalKind = "input" | "output" | "wire" | "reg" | "read" | "clock" | "reset";

/** A signal of an instance. It has an address, or it is a constant; a clock has neither. */
export interface SignalPlace {
  /** Instance names from the top down, joined by dots; empty for the top. */
  readonly path: string;
  readonly name: string;
  readonly kind: SignalKind;
  readonly width: number;
  readonly signed: boolean;
  /** Byte of the inspection's memory at which the value begins, little endian; bits above its width may be anything. */
  readonly address?: number | undefined;
  readonly constant?: bigint | undefined;
}

/** Words of up to 8, 16, 32, 64 bits, one element each; wider ones have several 32-bit elements, the low one first. */
export type MemoryContents = Uint8Array | Uint16Array | Uint32Array | BigUint64Array;

/** A memory of an instance; what is written to `contents` is what the design reads. */
export interface MemoryPlace {
  readonly path: string;
  readonly name: string;
  /** Bits of a word. */
  readonly width: number;
  /** Words. */
  readonly depth: number;
  readonly contents: MemoryContents;
  /** Elements of `contents` for each word. */
  readonly elements: number;
}

/** A look into a simulation. Values are those after the last `settle` or `step`. */
export interface Inspection {
  /** Name of the top module. */
  readonly top: string;
  readonly memory: ArrayBuffer;
  readonly signals: readonly SignalPlace[];
  readonly memories: readonly MemoryPlace[];
}

/** Bytes of a value: 1, 2, 4, 8, or 8 for each 64 bits of a wider one. */
export function placeBytes(width: number): number {
  if (width > 64) return 8 * Math.ceil(width / 64);
  return width <= 8 ? 1 : width <= 16 ? 2 : width <= 32 ? 4 : 8;
}

/** The words of a memory from a byte on, as the elements that its width asks for. */
export function memoryContents(
  memory: ArrayBuffer,
  address: number,
  width: number,
  depth: number,
): Pick<MemoryPlace, "contents" | "elements"> {
  const bytes = placeBytes(width);
  if (bytes === 1) return { contents: new Uint8Array(memory, address, depth), elements: 1 };
  if (bytes === 2) return { contents: new Uint16Array(memory, address, depth), elements: 1 };
  if (bytes === 4) return { contents: new Uint32Array(memory, address, depth), elements: 1 };
  if (bytes === 8) return { contents: new BigUint64Array(memory, address, depth), elements: 1 };
  return { contents: new Uint32Array(memory, address, (depth * bytes) / 4), elements: bytes / 4 };
}

/** A word of a memory, unsigned; 0 beyond its depth. */
export function readMemory({ contents, elements, width }: Omit<MemoryPlace, "path" | "name">, word: number): bigint {
  if (elements === 1) return BigInt.asUintN(width, BigInt(contents[word] ?? 0));
  let value = 0n;
  for (let i = elements - 1; i >= 0; i--) value = (value << 32n) | BigInt(contents[word * elements + i] ?? 0);
  return BigInt.asUintN(width, value);
}

/** Sets a word of a memory to the bit pattern of a value. */
export function writeMemory(place: Omit<MemoryPlace, "path" | "name">, word: number, value: bigint): void {
  const { contents, elements, width } = place;
  const bits = BigInt.asUintN(width, value);
  if (contents instanceof BigUint64Array) contents[word] = bits;
  else {
    for (let i = 0; i < elements; i++) contents[word * elements + i] = Number((bits >> BigInt(32 * i)) & 0xffffffffn);
  }
}

/** The nets of a module that mean something: its ports and the nets of its body. Pins are the ports of the instances. */
export function visibleNets({ ports, nets }: Module): (Net & { readonly kind: SignalKind })[] {
  return [...ports, ...nets].filter((net): net is Net & { readonly kind: SignalKind } => net.kind !== "pin");
}

/** The implicit ports of a module. */
export function implicitPorts(module: Module): ("clock" | "reset")[] {
  return [...(needsClock(module) ? ["clock" as const] : []), ...(needsReset(module) ? ["reset" as const] : [])];
}
