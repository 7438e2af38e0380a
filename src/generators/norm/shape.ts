/** What of the norm unit is built, and at which stage of its pipeline everything happens. */
import type { NormFeature, NormVariants, Params } from "../../config/index.ts";

/** The functions that are built in; requantise, ReLU, preload and raw always are. */
export interface NormFeatures {
  readonly softmax: boolean;
  readonly layernorm: boolean;
  readonly gelu: boolean;
  /** How those that are built are computed. */
  readonly variants: NormVariants;
}

export const normFeatures = (p: Params): NormFeatures => ({
  softmax: p.features.has("softmax"),
  layernorm: p.features.has("layernorm"),
  gelu: p.features.has("gelu"),
  variants: p.variants,
});

/** Whether any function is built that needs the second and third multiplier of a lane. */
export const hasFunctions = (f: NormFeatures): boolean => f.softmax || f.layernorm || f.gelu;
/** Whether a function is built as I-BERT has it. */
export const isIbert = (f: NormFeatures, name: NormFeature): boolean => f[name] && f.variants[name] === "ibert";
export const isIbertLayerNorm = (f: NormFeatures): boolean => isIbert(f, "layernorm");
/** Whether any function needs the stage `reduce` and the square behind it. */
export const hasReduce = (f: NormFeatures): boolean => isIbert(f, "softmax") || isIbert(f, "gelu");
/** Whether any function sums over rows, so that there are row sums, row jobs and row factors. */
export const hasRowSums = (f: NormFeatures): boolean => f.softmax || f.layernorm;

/**
 * The stages of the pipeline. Stage k is the k-th cycle after the request of an operation was granted (stage 0); the
 * registers named in the right column are loaded at its end. All functions take all stages, so operations never overtake.
 *
 * ```
 *   request    the memory grants the read
 *   bank       the memory's own cycle
 *   fetch      slice of the accumulator row, or residual bytes                       → x
 *   subtract   x, or row maximum - x (only built with softmax)                       → operand
 *   shift      by the amount that a parameter row may have left here                 → shifted
 *   scale      times m (s17 x u11), which a parameter row may have left here         → product
 *   narrow     round, saturate to what the function wants                            → scaled
 *   reduce     what i-exp and i-GELU square (only built with these)                  → operand, scaled
 *   prepare    the two factors of the function's own product                         → left, right
 *   multiply   s16 x s15                                                             → product
 *   round      the function's value: exp, n, g, x                                    → value
 *   affine     times gain or m (s17 x s14)                                           → product
 *   lastShift  plus offset, by e, with one bit kept for the rounding                 → shifted
 *   lastNarrow round, saturate, ReLU, mask                                           → result
 *   output     result leaves to the scratchpad, the stream or the accumulator
 * ```
 *
 * Without functions there are no stages from `prepare` to `round`, and the result is narrowed in `lastShift`.
 */
export interface NormStages {
  readonly fetch: number;
  readonly subtract: number;
  readonly shift: number;
  readonly scale: number;
  readonly narrow: number;
  readonly prepare: number;
  readonly multiply: number;
  readonly round: number;
  readonly affine: number;
  readonly lastShift: number;
  readonly lastNarrow: number;
  readonly output: number;
}

/** The stage numbers for the functions built in; `output` is the latency from the granted request to the result. */
export function normStages(f: NormFeatures): NormStages {
  const fetch = 2;
  const subtract = f.softmax ? fetch + 1 : fetch;
  const narrow = subtract + 3;
  const functions = hasFunctions(f);
  const prepare = hasReduce(f) ? narrow + 2 : narrow + 1;
  const affine = functions ? prepare + 3 : narrow + 1;
  const lastShift = affine + 1;
  const lastNarrow = functions ? lastShift + 1 : lastShift;
  return {
    fetch,
    subtract,
    shift: subtract + 1,
    scale: subtract + 2,
    narrow,
    prepare: functions ? prepare : affine,
    multiply: functions ? prepare + 1 : affine,
    round: functions ? prepare + 2 : affine,
    affine,
    lastShift,
    lastNarrow,
    output: lastNarrow + 1,
  };
}

/** Bits of LayerNorm's x, signed, and of x² (x = -2^14 gives 2^28). */
export const LAYERNORM_BITS = 15;
export const SQUARE_BITS = 29;
/** Bits of a lane's element towards the row sums: exp u16 or x s15, as a signed number. */
export const sumElementBits = (f: NormFeatures): number => (f.softmax ? 17 : LAYERNORM_BITS);
/** How far the stage `round`, at which squares leave the lanes, is before `affine`, at which sums do. */
export const SQUARES_EARLY = 1;
/**
 * Bits of a row's sum over 4096 columns, of exp (u28) or of x (s27), as a bit pattern, and of its sum of squares (u41).
 */
export const ROW_SUM_BITS = 28;
export const LAYERNORM_SUM_BITS = 27;
export const ROW_SQUARES_BITS = 41;

/**
 * Rows of a summing pass are this many cycles apart at least, so that a row's sum has been written when its next slice
 * reads it: the sequencer stretches the row loop of shorter passes.
 */
export const ROW_SUM_DISTANCE = 3;
/**
 * Row jobs that may be unfinished at a time: a third summing pass waits for the first job. Part of the contract with
 * programs, which may start sums in row slots whose job must have finished by then.
 */
export const ROW_JOBS = 2;

/**
 * Row factors as the row unit leaves them: 1 / sum as r u11 with its shift; 1 / sigma likewise, with the mean (s19, Q.4). With
 * I-BERT's LayerNorm 1 / sigma is r u14, and the mean a whole number (s15).
 */
export const ROW_FACTOR_BITS = 11;
export const FACTOR_SHIFT_BITS = 5;
export const factorBits = (f: NormFeatures): number => (isIbertLayerNorm(f) ? 14 : ROW_FACTOR_BITS);
export const meanFractionBits = (f: NormFeatures): number => (isIbertLayerNorm(f) ? 0 : 4);
export const meanBits = (f: NormFeatures): number => LAYERNORM_BITS + meanFractionBits(f);
