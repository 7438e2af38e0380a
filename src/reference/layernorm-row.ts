import { MEAN_SHIFT_LEAST } from "../isa/index.ts";
import { roundShift } from "./dyadic.ts";
import { assertSigned, assertUnsigned, saturateSigned } from "./width.ts";

/** 16 / d as recip · 2^-shift: recip u24 in [2^23, 2^24), shift 19..34. */
export interface MeanReciprocal {
  readonly recip: number;
  readonly shift: number;
}

/**
 * Factor of one row: r · 2^-(14 + shift) = 1 / sqrt(V); r u11 in [2^10, 2^11), shift 0..22, mean s19 Q.4. Of the variant "ibert"
 * see `ibertRowFactor`.
 */
export interface LayerNormRowFactor {
  readonly r: number;
  readonly shift: number;
  readonly mean: number;
}

/** Mean of a row of S = Σx (s27), 19 bits with 4 of fraction; `dropped` of these are rounded away. */
export function rowMean(sum: number, { recip, shift }: MeanReciprocal, dropped = 0): number {
  assertSigned(sum, 27, "layernorm sum");
  assertUnsigned(recip, 24, "layernorm mean reciprocal");
  assertUnsigned(shift - MEAN_SHIFT_LEAST, 4, "layernorm mean shift");
  const product = assertSigned(sum * recip, 51, "layernorm mean product");
  return saturateSigned(roundShift(product, shift + dropped), 19 - dropped);
}
