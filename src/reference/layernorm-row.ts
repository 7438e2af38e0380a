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
