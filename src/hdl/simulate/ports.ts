/** The ports of a simulated design as 32-bit words: little endian, in port order, each port from a word of its own. */

/** Where a port lies; `T` is the port as its owner describes it. */
export type PortSlot<T> = T & {
  /** First word. */
  readonly offset: number;
  /** 32-bit words. */
  readonly words: number;
};

export interface PortLayout<T> {
  readonly slots: readonly PortSlot<T>[];
  /** Words of all ports together. */
  readonly words: number;
}

/** Places ports one after the other. */
export function layoutPorts<T extends { readonly width: number }>(ports: readonly T[]): PortLayout<T> {
  let offset = 0;
  const slots = ports.map((port) => {
    const slot = { ...port, offset, words: Math.ceil(port.width / 32) };
    offset += slot.words;
    return slot;
  });
  return { slots, words: offset };
}

/** The `width` low bits at a word offset as an unsigned number; what lies above them is ignored. */
export function readWords(from: Uint32Array, offset: number, width: number): bigint {
  let value = 0n;
  for (let i = Math.ceil(width / 32) - 1; i >= 0; i--) value = (value << 32n) | BigInt(from[offset + i]!);
  return BigInt.asUintN(width, value);
}

/** Writes the bit pattern of a value of `width` bits at a word offset, zero above it. */
export function writeWords(to: Uint32Array, offset: number, width: number, value: bigint): void {
  let rest = BigInt.asUintN(width, value);
  for (let i = 0; i < Math.ceil(width / 32); i++) {
    to[offset + i] = Number(rest & 0xffffffffn);
    rest >>= 32n;
  }
}
