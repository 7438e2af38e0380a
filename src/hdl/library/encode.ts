import type { Bool, Signal, Uint } from "../signal.ts";
import { bitsFor, indexWidth } from "../shapes.ts";
import { boolLit, cat, mux, uintLit } from "../values.ts";

/** A set bit of a vector. */
export interface Encoded {
  /** Some bit is set. */
  readonly valid: Bool;
  /** Its number, `indexWidth(n)` bits; of no set bit the place where the search ends: n - 1 from the low end, 0 from the high end. */
  readonly index: Uint;
}

/** The number of the lowest (default) or highest set bit of `x`. Combinational; a tree as deep as log2 of the width. */
export function priorityEncode(x: Signal, from: "low" | "high" = "low"): Encoded {
  const bits = bitsOf(x);
  if (from === "low") return lowest(bits);
  const { valid, index } = lowest(bits.reverse());
  const { width } = index;
  // n - 1 - index: with a power of two the bits inverted.
  return {
    valid,
    index:
      2 ** width === x.width
        ? index.not()
        : uintLit(x.width - 1, width)
            .sub(index)
            .wrap(width),
  };
}

/** How many zeros are above the highest set bit: 0 to n, `bitsFor(n)` bits. Combinational, logarithmic depth. */
export function leadingZeros(x: Signal): Uint {
  return zerosBefore(bitsOf(x).reverse());
}

/** How many zeros are below the lowest set bit: 0 to n, `bitsFor(n)` bits. Combinational, logarithmic depth. */
export function trailingZeros(x: Signal): Uint {
  return zerosBefore(bitsOf(x));
}

/** How many bits are set: 0 to n, `bitsFor(n)` bits. A balanced tree of adders. */
export function popcount(x: Signal): Uint {
  return sum(bitsOf(x)).wrap(bitsFor(x.width));
}

/** The bits in the opposite order; wires only. */
export function reverseBits(x: Signal): Uint {
  return cat(...bitsOf(x));
}

function zerosBefore(bits: readonly Bool[]): Uint {
  const { valid, index } = lowest(bits);
  return mux(valid, index, uintLit(bits.length, bitsFor(bits.length)));
}

/** The first set bit: the first half has a power of two of them, so that a bit of the index tells the half. */
function lowest(bits: readonly Bool[]): Encoded {
  if (bits.length === 1) return { valid: bits[0]!, index: uintLit(0, 1) };
  const half = 2 ** (indexWidth(bits.length) - 1);
  const low = lowest(bits.slice(0, half));
  const high = lowest(bits.slice(half));
  const valid = low.valid.or(high.valid);
  const isHigh = low.valid.not();
  return { valid, index: half === 1 ? isHigh : cat(isHigh, mux(low.valid, low.index, high.index)) };
}

function sum(bits: readonly Uint[]): Uint {
  if (bits.length === 1) return bits[0]!;
  const half = bits.length >> 1;
  return sum(bits.slice(0, half)).add(sum(bits.slice(half)));
}

/** The bits of a signal, lowest first. */
export function bitsOf(x: Signal): Bool[] {
  return x.width === 0 ? [boolLit(false)] : Array.from({ length: x.width }, (_, index) => x.bit(index));
}
