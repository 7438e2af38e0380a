/** What the sequencer sends down the pipeline, and what a pass keeps for its operations. */
import { bool, indexWidth, uint } from "../../hdl/index.ts";
import type { Params } from "../../config/index.ts";
import { LAST_SHIFT_BITS, MULTIPLIER_BITS, PRE_SHIFT_BITS } from "../../isa/index.ts";
import { INDEX_BITS, MASK_BITS, slotBits } from "../common/index.ts";

/** What an operation is: a row of data, or a parameter row on its way to the lanes' own registers. */
export const OPERATION_KINDS = { row: 0, scale: 1, gain: 2, offset: 3 } as const;

/** Bits of a sub-slice number: of a word, of an accumulator row, or of a row-slice sent as several words. */
export const subBits = (p: Params): number =>
  Math.max(indexWidth(p.wordSlices), indexWidth(p.tileSlices), indexWidth(rawWords(p)), indexWidth(rawParts(p)));

/** Stream words of a raw row-slice (at least 1), and raw row-slices of a stream word (at least 1). */
export const rawWords = (p: Params): number => Math.max(1, (4 * p.lanes) / p.wordBytes);
export const rawParts = (p: Params): number => Math.max(1, p.wordBytes / (4 * p.lanes));

/** Bits of an operation's target: what the larger of the two memories needs, since addresses beyond it never enter. */
export const targetBits = (p: Params): number => indexWidth(Math.max(p.scratchpadWords, p.accumulatorRows));

/** What of an operation gets to the end of the pipeline. */
export const resultShape = (p: Params) => ({
  /** Which of the two passes in flight it belongs to. */
  pass: bool,
  kind: uint(2),
  /** Last operation of the pass. */
  last: bool,
  /** Preload: changes when a denied write makes the sequencer go back; results of the other epoch are dropped. */
  epoch: bool,
  /** Where the result goes: scratchpad word, or accumulator row (preload). */
  target: uint(targetBits(p)),
  /** Sub-slice of the word, slice of the accumulator row, word of the row-slice or row-slice of the word (raw). */
  part: uint(subBits(p)),
});

/** One operation: a memory read whose data goes through the lanes. Travels beside the data, as far as each part is needed. */
export const operationShape = (p: Params) => ({
  ...resultShape(p),
  /** First slice: the row's sum starts afresh. */
  first: bool,
  /** Valid columns of the slice, 0 to lanes. */
  columns: uint(indexWidth(p.lanes + 1)),
  slot: uint(slotBits(p)),
  /** Where the slice is in what was read: slice of the accumulator row, or sub-slice of the word (preload). */
  source: uint(subBits(p)),
});

/** What all operations of a pass share, decoded from its command; see `decodePass`. */
export const passShape = {
  /** Preload: rows come from the scratchpad. */
  residual: bool,
  distance: bool,
  rowScale: bool,
  /** First multiplier and its shift: the lane's own, or these. */
  ownScale: bool,
  multiplier: uint(MULTIPLIER_BITS),
  amount: uint(PRE_SHIFT_BITS),
  toByte: bool,
  toExponent: bool,
  toLayerNorm: bool,
  exp: bool,
  gelu: bool,
  normalise: bool,
  probability: bool,
  /** Last multiplier and its shift. */
  factor: uint(MULTIPLIER_BITS),
  lastShift: uint(LAST_SHIFT_BITS),
  addOffset: bool,
  toUnsignedByte: bool,
  toWord: bool,
  relu: bool,
  /** Results beyond the valid columns are 0. */
  masked: bool,
  sums: bool,
  statistics: bool,
  raw: bool,
  toScratchpad: bool,
  toStream: bool,
  toAccumulator: bool,
  post: uint(MASK_BITS),
  index: uint(INDEX_BITS),
} as const;
