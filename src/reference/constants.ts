import { LAST_SHIFT_LEAST, MEAN_SHIFT_LEAST, SCALE_FORMATS } from "../isa/index.ts";
import type { NormVariant } from "../isa/index.ts";
import { toDyadic, toDyadicChannels } from "./dyadic.ts";
import type { Dyadic } from "./dyadic.ts";
import type { GeluConstants } from "./gelu.ts";
import { iExpSteps, iGeluScale } from "./ibert-functions.ts";
import { layerNormOffsetShift, maxLayerNormWidth } from "./layernorm.ts";
import type { MeanReciprocal } from "./layernorm-row.ts";
import type { LayerNormConstants } from "./layernorm.ts";

/**
 * From real scales to the integers the hardware is given. A scale is the real value of one LSB.
 * All functions throw RangeError when a scale cannot be expressed.
 */

/**
 * exp: the multiplier from score differences to base-2 exponents in Q5.12, or to steps of ln 2 / `iExpSteps`; `scoreScale`
 * includes 1 / sqrt(head size).
 */
export function expScale(scoreScale: number, variant: NormVariant = "systole"): Dyadic {
  const steps = variant === "ibert" ? iExpSteps : 4096;
  return toDyadic((scoreScale / Math.LN2) * steps, SCALE_FORMATS.exponent);
}

/** P·V under normalised probabilities (u8 at 1/256): the per-tensor requantise multiplier. */
export function probabilityValueScale(valueScale: number, outputScale: number): Dyadic {
  return toDyadic(valueScale / outputScale / 256, SCALE_FORMATS.byte);
}

/** P·V under deferred normalisation: the per-tensor multiplier of `rowScaledRequantise`. */
export function deferredValueScale(valueScale: number, outputScale: number): Dyadic {
  return toDyadic(valueScale / outputScale / 2 ** 7, SCALE_FORMATS.last);
}

/** GELU: `accumulatorScales` is one per channel. */
export function geluConstants(
  accumulatorScales: ArrayLike<number>,
  outputScale: number,
  variant: NormVariant = "systole",
): GeluConstants {
  return {
    variant,
    input: toDyadicChannels(
      Float64Array.from(accumulatorScales, (scale) => scale * 2 ** 11),
      SCALE_FORMATS.fixed,
    ),
    output: toDyadic((variant === "ibert" ? iGeluScale : 2 ** -12) / outputScale, SCALE_FORMATS.last),
  };
}

/** 16 / d for the mean of d elements, d in 1..4096. */
export function meanReciprocal(d: number): MeanReciprocal {
  if (!(Number.isInteger(d) && d >= 1 && d <= maxLayerNormWidth)) {
    throw new RangeError(`LayerNorm over ${d} elements: must be 1..${maxLayerNormWidth}`);
  }
  const shift = MEAN_SHIFT_LEAST + Math.ceil(Math.log2(d));
  return { recip: Math.round(2 ** (shift + 4) / d), shift };
}

/** G, B and e: gamma and beta (one per channel) over the output scale, in the finest e at which all of them fit. */
export function layerNormAffine(
  gamma: ArrayLike<number>,
  beta: ArrayLike<number>,
  outputScale: number,
): Pick<LayerNormConstants, "gain" | "offset" | "exponent"> {
  const d = gamma.length;
  if (beta.length !== d) throw new RangeError(`${d} gammas and ${beta.length} betas`);
  const gains = Float64Array.from(gamma, (value) => (value * Math.sqrt(d)) / outputScale / 2 ** 15);
  const offsets = Float64Array.from(beta, (value) => value / outputScale / 2 ** layerNormOffsetShift);
  const fits = (values: Float64Array, factor: number, bits: number): boolean =>
    values.every((value) => Math.abs(Math.round(value * factor)) < 2 ** (bits - 1));
  for (let exponent = SCALE_FORMATS.last.most; exponent >= LAST_SHIFT_LEAST; exponent--) {
    const factor = 2 ** exponent;
    if (fits(gains, factor, 14) && fits(offsets, factor, 16)) {
      return {
        gain: Int16Array.from(gains, (value) => Math.round(value * factor)),
        offset: Int16Array.from(offsets, (value) => Math.round(value * factor)),
        exponent,
      };
    }
  }
  throw new RangeError(`LayerNorm's gamma or beta is out of range at output scale ${outputScale}`);
}

/**
 * LayerNorm over channels: `accumulatorScales`, `gamma`, `beta` one per channel; `inputScale` is the scale of x (s15),
 * to be chosen so that x does not saturate and a row's sigma is many LSB.
 */
export function layerNormConstants(options: {
  readonly accumulatorScales: ArrayLike<number>;
  readonly inputScale: number;
  readonly gamma: ArrayLike<number>;
  readonly beta: ArrayLike<number>;
  readonly outputScale: number;
  /** Default "systole". */
  readonly variant?: NormVariant;
}): LayerNormConstants {
  const { accumulatorScales, inputScale, gamma, beta, outputScale, variant = "systole" } = options;
  if (accumulatorScales.length !== gamma.length) {
    throw new RangeError(`${accumulatorScales.length} accumulator scales for ${gamma.length} channels`);
  }
  return {
    variant,
    input: toDyadicChannels(
      Float64Array.from(accumulatorScales, (scale) => scale / inputScale),
      SCALE_FORMATS.fixed,
    ),
    mean: meanReciprocal(gamma.length),
    ...layerNormAffine(gamma, beta, outputScale),
  };
}
