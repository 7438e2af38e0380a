/** What travels from stage to stage of the row unit, one row at a time. */
import { bool, sint, stream, uint } from "../../../hdl/index.ts";
import type { Params } from "../../../config/index.ts";
import { slotBits } from "../../common/index.ts";
import {
  FACTOR_SHIFT_BITS,
  isIbertLayerNorm,
  meanBits,
  normFeatures,
  ROW_SQUARES_BITS,
  ROW_SUM_BITS,
} from "../shape.ts";

/** Which row it is. Rows of Softmax pass the LayerNorm stages unchanged, so that rows never overtake. */
export const rowTag = (p: Params) => ({
  slot: uint(slotBits(p)),
  softmax: bool,
  /** Last row of its job. */
  last: bool,
});

/** Bits of d, the columns of a LayerNorm row (at most 4096). */
export const COLUMN_BITS = 13;
/** Bits of V, with the mean's four fraction bits and without, and of whatever is in its place. */
export const VARIANCE_BITS = 51;
export const WHOLE_VARIANCE_BITS = 42;
export const varianceBits = (p: Params): number =>
  isIbertLayerNorm(normFeatures(p)) ? WHOLE_VARIANCE_BITS : VARIANCE_BITS;
/** 16 / d as recip · 2^-(19 + recipShift): d's reciprocal with so many fraction bits for the mean. */
export const RECIP_FRACTION_BITS = 4;
export const RECIP_BITS = 24;
export const RECIP_SHIFT_BITS = 4;

const mean = (p: Params) => sint(meanBits(normFeatures(p)));
const sums = { sum: uint(ROW_SUM_BITS), squares: uint(ROW_SQUARES_BITS), columns: uint(COLUMN_BITS) } as const;

/** Into the mean: the row's sums and 16 / d. */
export const sumStream = (p: Params) =>
  stream({ tag: rowTag(p), ...sums, recip: uint(RECIP_BITS), recipShift: uint(RECIP_SHIFT_BITS) });
/** Into the variance. */
export const meanStream = (p: Params) => stream({ tag: rowTag(p), ...sums, mean: mean(p) });
/** Into the root: V, or a Softmax row's sum. */
export const varianceStream = (p: Params) => stream({ tag: rowTag(p), value: uint(varianceBits(p)), mean: mean(p) });
/** Into the reciprocal: the root of V, or the sum, normalised to [2^15, 2^16), and the factor's shift. */
export const divisorStream = (p: Params) =>
  stream({
    tag: rowTag(p),
    divisor: uint(16),
    /** The sum was 0: the factor is 0. */
    zero: bool,
    shift: uint(FACTOR_SHIFT_BITS),
    mean: mean(p),
  });
