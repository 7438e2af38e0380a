/** What the lanes are told, the same to all of them, stage by stage; see NormStages. */
import { bool, sint, uint } from "../../hdl/index.ts";
import { FACTOR_BITS, FACTOR_SHIFT_BITS, MEAN_BITS } from "./shape.ts";

/** From the accumulator to the narrowed value; built in every configuration. */
export const frontControl = {
  /** An operation is in the stage `fetch`. */
  fetches: bool,
  /** Take the residual bytes instead of the accumulator. */
  residual: bool,
  /** Row maximum - x instead of x. */
  distance: bool,
  rowMax: sint(32),
  /** Multiplier for all lanes, unless `ownMultiplier`; `loadMultiplier` takes a parameter row's m into the lane. */
  multiplier: uint(16),
  ownMultiplier: bool,
  loadMultiplier: bool,
  exponent: uint(6),
  ownExponent: bool,
  loadExponent: bool,
  /** Saturate to s8, u17 (exp), s16 (GELU) or s22 (LayerNorm); to s32 when none is set. */
  toByte: bool,
  toExponent: bool,
  toGelu: bool,
  toLayerNorm: bool,
} as const;

/** The function's own product; built with any function. */
export const functionControl = {
  /** Which function's factors to prepare; x · x when none is set. */
  prepareExp: bool,
  prepareGelu: bool,
  prepareNormalise: bool,
  mean: sint(MEAN_BITS),
  deviationFactor: uint(FACTOR_BITS),
  /** Which product to take on; the narrowed value itself when none is set. */
  alignExp: bool,
  alignGelu: bool,
  alignNormalise: bool,
  deviationShift: uint(FACTOR_SHIFT_BITS),
  roundExp: bool,
  roundNormalise: bool,
  /** Factor for all lanes, unless `ownGain`. */
  factor: uint(16),
  ownGain: bool,
  loadGain: bool,
  lastExponent: uint(6),
} as const;

/** Offset and last narrowing; built in every configuration. */
export const backControl = {
  addOffset: bool,
  loadOffset: bool,
  /** Saturate to u8, or s32; to s8 when neither is set. */
  toUnsignedByte: bool,
  toWord: bool,
  relu: bool,
} as const;

/** All controls of a lane. */
export const laneControl = {
  front: frontControl,
  function: functionControl,
  back: backControl,
} as const;
