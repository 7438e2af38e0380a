import { bool, indexWidth, output, uint } from "../../hdl/index.ts";
import type { Params } from "../../config/index.ts";
import { ADDRESS_BITS, INDEX_BITS } from "../common/index.ts";

/** Addresses are counted with one bit more than they have, so that a step past the end is seen and never wraps. */
export const COUNT_BITS = ADDRESS_BITS + 1;

/** Bits of a sub-slice's number inside a scratchpad word; the narrower of K step and N tile divides it. */
export const subBits = (p: Params): number => indexWidth(subSlices(p));
/** Sub-slices of a word: 1 for a square array. */
export const subSlices = (p: Params): number => p.wordBytes / Math.min(p.rows, p.cols);

/** A scratchpad word that the array will need, and what it is for. */
export const operandRequest = (p: Params) => ({
  address: uint(ADDRESS_BITS),
  /** Sub-slice to move into the lowest bytes. */
  sub: uint(subBits(p)),
  /** First and last word of a tile. */
  first: bool,
  last: bool,
  /** Activations: they are u8. Weights: they are transposed. */
  mode: bool,
});

/** A scratchpad word, or its lowest bytes, as the array takes it. */
export const operandRow = (bytes: number) => ({ word: uint(8 * bytes), first: bool, last: bool, mode: bool });

/** A command met an address beyond a memory. Stays valid: the unit that raises it goes no further. */
export const addressFault = output({ valid: bool, index: uint(INDEX_BITS) });
