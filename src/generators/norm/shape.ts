/** What of the norm unit is built, and at which stage of its pipeline everything happens. */
import type { Params } from "../../config/index.ts";

/** The functions that are built in; requantise, ReLU, preload and raw always are. */
export interface NormFeatures {
  readonly softmax: boolean;
  readonly layernorm: boolean;
  readonly gelu: boolean;
}

export const normFeatures = (p: Params): NormFeatures => ({
  softmax: p.features.has("softmax"),
  layernorm: p.features.has("layernorm"),
  gelu: p.features.has("gelu"),
});

/** Whether any function is built that needs the second and third multiplier of a lane. */
export const hasFunctions = (f: NormFeatures): boolean => f.softmax || f.layernorm || f.gelu;
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
 *   subtract   x, or row maximum - x                                                 → operand
 *   scale      times m (s33 x u16), which a parameter row may have left here         → product
 *   shift      by e, with one bit kept for the rounding                              → shifted
 *   narrow     round, saturate to what the function wants                            → narrowed
 *   square     t² for GELU (only built with gelu)                                    → square
 *   prepare    the two factors of the function's own product                         → left, right
 *   multiply   s27 x s22                                                             → product
 *   align      the function's shift                                                  → aligned
 *   round      the function's value: exp, n, g, x                                    → value
 *   affine     times gain or m, plus offset                                          → scaled
 *   lastShift  by e, with one bit kept for the rounding                              → shifted
 *   lastNarrow round, saturate, ReLU, mask                                           → result
 *   output     result leaves to the scratchpad, the stream or the accumulator
 * ```
 *
 * Without functions the stages from `square` to `lastShift` shrink to `affine`, which only adds the offset, and the
 * result is narrowed there.
 */
export interface NormStages {
  readonly fetch: number;
  readonly subtract: number;
  readonly scale: number;
  readonly shift: number;
  readonly narrow: number;
  readonly square: number;
  readonly prepare: number;
  readonly multiply: number;
  readonly align: number;
  readonly round: number;
  readonly affine: number;
  readonly lastShift: number;
  readonly lastNarrow: number;
  readonly output: number;
}

/** The stage numbers for the functions built in; `output` is the latency from the granted request to the result. */
export function normStages(f: NormFeatures): NormStages {
  const [fetch, subtract, scale, shift, narrow] = [2, 3, 4, 5, 6] as const;
  const square = 7;
  if (!hasFunctions(f)) {
    const affine = narrow + 1;
    const none = { square: affine, prepare: affine, multiply: affine, align: affine, round: affine };
    return {
      fetch,
      subtract,
      scale,
      shift,
      narrow,
      ...none,
      affine,
      lastShift: affine,
      lastNarrow: affine,
      output: affine + 1,
    };
  }
  const prepare = f.gelu ? 8 : 7;
  const affine = prepare + 4;
  return {
    fetch,
    subtract,
    scale,
    shift,
    narrow,
    square,
    prepare,
    multiply: prepare + 1,
    align: prepare + 2,
    round: prepare + 3,
    affine,
    lastShift: affine + 1,
    lastNarrow: affine + 2,
    output: affine + 3,
  };
}

/** Bits of a lane's element towards the row sums: exp u16 or x s22, as a signed number. */
export const sumElementBits = (f: NormFeatures): number => (f.layernorm ? 22 : 17);
/** Bits of x² of a lane: x = -2^21 gives 2^42. */
export const SQUARE_BITS = 43;
/** Bits of a row's sum (s34: LayerNorm over 4096 columns) and of its sum of squares (u55). */
export const ROW_SUM_BITS = 34;
export const ROW_SQUARES_BITS = 55;

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

/** Row factors as the row unit leaves them: 1 / sum or 1 / sigma as r u17 with its shift, and the mean (s26, Q.4). */
export const FACTOR_BITS = 17;
export const FACTOR_SHIFT_BITS = 5;
export const MEAN_BITS = 26;
