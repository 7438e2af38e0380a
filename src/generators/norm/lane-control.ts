/** What the lanes are told, the same to all of them, stage by stage; see NormStages. */
import { bool, sint, uint } from "../../hdl/index.ts";
import { LAST_SHIFT_BITS, MULTIPLIER_BITS, PRE_SHIFT_BITS } from "../../isa/index.ts";
import { FACTOR_SHIFT_BITS, factorBits, meanBits } from "./shape.ts";
import type { NormFeatures } from "./shape.ts";

/** From the accumulator to the operand; built in every configuration. */
export const frontControl = {
  /** An operation is in the stage `fetch`. */
  fetches: bool,
  /** Take the residual, or raw bits, instead of the accumulator. */
  residual: bool,
  /** Row maximum - x instead of x. */
  distance: bool,
  rowMax: sint(32),
} as const;

/** From the operand to the scaled value; built in every configuration. */
export const requantiserControl = {
  /** Shift for all lanes, unless `ownAmount`; `loadAmount` takes a parameter row's amount into the lane. */
  amount: uint(PRE_SHIFT_BITS),
  ownAmount: bool,
  loadAmount: bool,
  /** Multiplier for all lanes, unless `ownMultiplier`; `loadMultiplier` takes a parameter row's m into the lane. */
  multiplier: uint(MULTIPLIER_BITS),
  ownMultiplier: bool,
  loadMultiplier: bool,
  /** Round to s8, u17 (exp) or s15 (LayerNorm); to s16 when none is set. */
  toByte: bool,
  toExponent: bool,
  toLayerNorm: bool,
} as const;

/** The function's own product; built with any function. */
export const functionControl = (f: NormFeatures) => ({
  /** Which function's factors to prepare; x · x when none is set. */
  prepareExp: bool,
  prepareGelu: bool,
  prepareNormalise: bool,
  mean: sint(meanBits(f)),
  deviationShift: uint(FACTOR_SHIFT_BITS),
  deviationFactor: uint(factorBits(f)),
  keepExp: bool,
  /** Which product to take on; the scaled value itself when none is set. */
  roundExp: bool,
  roundGelu: bool,
  roundNormalise: bool,
});

/** Factor, offset and last narrowing; built in every configuration. */
export const backControl = {
  /** Factor for all lanes, unless `ownGain`. */
  factor: uint(MULTIPLIER_BITS),
  ownGain: bool,
  loadGain: bool,
  addOffset: bool,
  /** A parameter row's LayerNorm offset is the value, or its bias is the operand. */
  loadOffset: bool,
  loadBias: bool,
  lastShift: uint(LAST_SHIFT_BITS),
  /** Keep 32 bits of the sum. */
  shiftWord: bool,
  /** Saturate to u8, or keep the word; to s8 when neither is set. */
  toUnsignedByte: bool,
  toWord: bool,
  relu: bool,
  /** The result is raw bits. */
  raw: bool,
} as const;

/** All controls of a lane. */
export const laneControl = (f: NormFeatures) => ({
  front: frontControl,
  requantiser: requantiserControl,
  function: functionControl(f),
  back: backControl,
});
