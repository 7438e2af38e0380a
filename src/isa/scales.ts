/**
 * Scales as commands and parameter rows carry them.
 *
 * A scale is m · 2^-e with m of eleven bits. The hardware shifts first and multiplies then:
 *
 *     operand = sat17(floor(x · 2^(postShift - e)))        left by at most PRE_SHIFT_LEFT, right as far as it takes
 *     result  = sat((operand · m + 2^(postShift - 1)) >> postShift)
 *
 * so that the multiplier stays narrow and the shift behind it is wiring. In place of e a command holds the shifter's own
 * amount, which is e less a constant of the format.
 */

/** Bits of m, and the largest m. */
export const MULTIPLIER_BITS = 11;
export const LARGEST_MULTIPLIER = 2 ** MULTIPLIER_BITS - 1;
/** Bits of the operand that m multiplies, signed. */
export const OPERAND_BITS = 17;
/** The pre-shifter's amount 0 is a shift to the left by this. */
export const PRE_SHIFT_LEFT = 10;
/** Bits of the pre-shifter's amount (`scaleE`), and of the last shifter's (`finalE`). */
export const PRE_SHIFT_BITS = 5;
export const LAST_SHIFT_BITS = 5;
/** The last shifter's amount 0 is a rounding shift to the right by this. */
export const LAST_SHIFT_LEAST = 8;
/** Rounding shift of the mean's product for `recipShift` 0. */
export const MEAN_SHIFT_LEAST = 19;

/** What a scaled value becomes, which settles how its scale is encoded. */
export interface ScaleFormat {
  /** The value's name in messages. */
  readonly name: string;
  /** The shifter's amount is e less this. */
  readonly exponentOffset: number;
  /** Least and greatest e. */
  readonly least: number;
  readonly most: number;
}

/** A format behind the pre-shifter. */
export interface PreShiftedFormat extends ScaleFormat {
  /** Rounding shift after the product. */
  readonly postShift: number;
}

/** A format behind the pre-shifter, with every exponent that has an amount. */
function preShifted(name: string, postShift: number): PreShiftedFormat {
  const exponentOffset = postShift - PRE_SHIFT_LEFT;
  return { name, postShift, exponentOffset, least: exponentOffset, most: exponentOffset + 2 ** PRE_SHIFT_BITS - 1 };
}

/**
 * All formats. The first three go through the pre-shifter (`scaleM`, `scaleE`, parameter row 0), `last` is `finalM`, `finalE`;
 * a `word` takes both.
 */
export const SCALE_FORMATS = {
  /** s8: requantise. */
  byte: preShifted("byte", 17),
  /** s16 and s15: the inputs of GELU (Q4.11) and of LayerNorm, products of deferred Softmax over their row's sum (Q.7). */
  fixed: preShifted("fixed-point", 11),
  /** u17, Q5.12: exponents in base 2. */
  exponent: preShifted("exponent", 9),
  /**
   * s32: residuals on their way into the accumulator, below 2^12. They go through the pre-shifter as `fixed` and are then
   * multiplied by a power of two that all columns have in common; see `preloadScale` of the reference.
   */
  word: { name: "word", exponentOffset: 0, least: -1, most: 11 },
  /** s8 from a function's value: no pre-shift, product rounded by e. */
  last: {
    name: "last",
    exponentOffset: LAST_SHIFT_LEAST,
    least: LAST_SHIFT_LEAST,
    most: LAST_SHIFT_LEAST + 23,
  },
} as const satisfies Readonly<Record<string, ScaleFormat>>;

/** The shifter's amount for exponent e: what `scaleE`, `finalE` and bits 4:0 of parameter row 0 hold. */
export function shiftAmount(e: number, format: ScaleFormat): number {
  return e - format.exponentOffset;
}

/** Inverse of {@link shiftAmount}. */
export function exponentOf(amount: number, format: ScaleFormat): number {
  return amount + format.exponentOffset;
}

/** A lane's own scale as a word of parameter row 0: m in bits 26:16, the pre-shifter's amount in bits 4:0. */
export function scaleWord(m: number, e: number, format: ScaleFormat): number {
  return (m << 16) | shiftAmount(e, format);
}

/** Inverse of {@link scaleWord}; other bits are ignored. */
export function scaleOfWord(word: number, format: ScaleFormat): { readonly m: number; readonly e: number } {
  return { m: (word >>> 16) & LARGEST_MULTIPLIER, e: exponentOf(word & (2 ** PRE_SHIFT_BITS - 1), format) };
}

/** Command fields of a per-tensor scale: m and the amount of the shift before it. */
export function firstScale(
  { m, e }: { readonly m: number; readonly e: number },
  format: ScaleFormat,
): { readonly scaleM: number; readonly scaleE: number } {
  return { scaleM: m, scaleE: shiftAmount(e, format) };
}

/** Command fields of the last scale: m and the amount of the shift after it. */
export function lastScale({ m, e }: { readonly m: number; readonly e: number }): {
  readonly finalM: number;
  readonly finalE: number;
} {
  return { finalM: m, finalE: shiftAmount(e, SCALE_FORMATS.last) };
}

/** Command fields of a mean's reciprocal recip · 2^-shift. */
export function meanScale({ recip, shift }: { readonly recip: number; readonly shift: number }): {
  readonly recip: number;
  readonly recipShift: number;
} {
  return { recip, recipShift: shift - MEAN_SHIFT_LEAST };
}
