import type { NormVariant } from "../isa/index.ts";
import type { Dyadic, DyadicChannels, GeluConstants, LayerNormConstants } from "../reference/index.ts";

/**
 * The quantised encoder as plain data: what calibration produces, and what the integer model and the compiler read.
 *
 * One layer, in the order of its operations (`T` is a tensor the accelerator writes, s8, with its scale):
 *
 *     input T ─┬─ query ── requantise ── T ─┐
 *              ├─ key ──── requantise ── T ─┴─ scores ── exp ──┐
 *              ├─ value ── requantise ── T ─────────────────── context ── T
 *              └────────────── residual ─┐                                │
 *                    attentionOutput ── + ── LayerNorm ── T ◄─────────────┘
 *                                                         ├─ intermediate ── GELU / ReLU ── T ─┐
 *                                                         └─ residual ─┐                       │
 *                                                            output ── + ── LayerNorm ── T ◄───┘
 *
 * Conventions: a matrix is row-major and named [rows][columns]; a linear layer computes x[rows][K] · w[K][N]; a scale is
 * the real value of one unit in the last place, so real = integer · scale; an accumulator column c has the scale
 * inputScale · weightScales[c]. A dyadic number is m · 2^-e with m u11 and e as its
 * format allows; dyadic(x, m, e) shifts first and multiplies then (see the integer reference).
 */

/** A linear layer in integers: acc[rows][N] = x[rows][K] · weights + bias, s32, at the scale inputScale · weightScales[c]. */
export interface QuantisedLinear {
  /** K, the length of an input row. */
  readonly inputs: number;
  /** N, the length of an output row. */
  readonly outputs: number;
  /** s8 in -127..127, [K][N]: the transpose of PyTorch's [out][in]. */
  readonly weights: Int8Array;
  /** s32, [N], at the accumulator's scale. */
  readonly bias: Int32Array;
  /** [N], the real value of one unit of each column's weights. */
  readonly weightScales: Float64Array;
  /** The real value of one unit of the input. */
  readonly inputScale: number;
}

/** Query, key or value: a linear layer whose accumulator is requantised per output channel to s8. */
export interface QuantisedProjection extends QuantisedLinear {
  /** y = sat8(dyadic(acc, m_c, e_c)). */
  readonly requantise: DyadicChannels;
  /** The real value of one unit of y. */
  readonly outputScale: number;
}

/** How Softmax meets P·V: divided by the row sum after P·V ("deferred"), or stored as u8 probabilities ("normalised"). */
export type SoftmaxMode = "deferred" | "normalised";

/** Scores, Softmax and P·V of every head of a layer; all heads share these numbers. */
export interface QuantisedAttention {
  readonly softmax: SoftmaxMode;
  /** How exp is computed. */
  readonly variant: NormVariant;
  /** Scales the score differences: m · 2^-e = query scale · key scale / sqrt(headDim) / ln 2 · 2^12 (I-BERT's variant: 3398). */
  readonly exponent: Dyadic;
  /** Requantises P·V to s8. "deferred": valueScale / outputScale · 2^-7, the second step after the row factor; "normalised": valueScale / outputScale / 256. */
  readonly context: Dyadic;
  /** The real value of one unit of the context. */
  readonly outputScale: number;
}

/** LayerNorm from the accumulator: x = sat15(dyadic(acc, m_c, e_c)), normalised, y = sat8(rshr(n · gain + offset · 2^8, exponent)). */
export interface QuantisedLayerNorm extends LayerNormConstants {
  /** Brings each accumulator column to the common s15 scale `inputScale`. */
  readonly input: DyadicChannels;
  /** The real value of one unit of the s15 input. */
  readonly inputScale: number;
  /** The real value of one unit of y. */
  readonly outputScale: number;
}

/** A linear layer that adds a residual and ends in LayerNorm: acc starts at the residual · m_c · 2^-e_c + bias_c. */
export interface QuantisedResidualNorm extends QuantisedLinear {
  /** Rescales the s8 residual to each accumulator column: residualScale / (inputScale · weightScales[c]). */
  readonly residual: DyadicChannels;
  /** The real value of one unit of the residual. */
  readonly residualScale: number;
  readonly layerNorm: QuantisedLayerNorm;
}

/** GELU of an accumulator: x = sat16(dyadic(acc, m_c, e_c)) in Q4.11, y = sat8(dyadic(gelu(x), m, e)) with `output` = (m, e). */
export interface QuantisedGelu extends GeluConstants {
  readonly kind: "gelu";
  /** Brings each accumulator column to Q4.11. */
  readonly input: DyadicChannels;
  readonly outputScale: number;
}

/** ReLU of an accumulator: y = max(0, sat8(dyadic(acc, m_c, e_c))). */
export interface QuantisedRelu {
  readonly kind: "relu";
  readonly requantise: DyadicChannels;
  readonly outputScale: number;
}

/** The first half of the feed-forward network: a linear layer and its activation. */
export interface QuantisedIntermediate extends QuantisedLinear {
  readonly activation: QuantisedGelu | QuantisedRelu;
}

/** One encoder layer. `inputScale` of query, key and value is the scale of the layer's s8 input. */
export interface QuantisedLayer {
  readonly query: QuantisedProjection;
  readonly key: QuantisedProjection;
  readonly value: QuantisedProjection;
  readonly attention: QuantisedAttention;
  /** Residual: the layer's input. */
  readonly attentionOutput: QuantisedResidualNorm;
  readonly intermediate: QuantisedIntermediate;
  /** Residual: the result of `attentionOutput`. Its LayerNorm's outputScale is the next layer's inputScale. */
  readonly output: QuantisedResidualNorm;
}

/** The dimensions of an encoder; hidden = heads · headDim. */
export interface EncoderShape {
  readonly hidden: number;
  readonly heads: number;
  readonly headDim: number;
  readonly intermediate: number;
  readonly layers: number;
}

/** A whole encoder in integers. The input is s8 [seq][hidden] at `inputScale`, the result s8 [seq][hidden] at `outputScale`. */
export interface QuantisedBert {
  readonly shape: EncoderShape;
  readonly inputScale: number;
  readonly outputScale: number;
  readonly layers: readonly QuantisedLayer[];
}

/**
 * Every s8 tensor the accelerator writes for one layer, at its logical size; heads lie side by side in `hidden`,
 * head h in columns h · headDim to (h + 1) · headDim - 1.
 */
export interface LayerTensors {
  /** [seq][hidden]. */
  readonly query: Int8Array;
  readonly key: Int8Array;
  readonly value: Int8Array;
  readonly context: Int8Array;
  /** The LayerNorm after attention, [seq][hidden]. */
  readonly attentionOutput: Int8Array;
  /** The feed-forward network's activation, [seq][intermediate]. */
  readonly intermediate: Int8Array;
  /** The LayerNorm after the feed-forward network, [seq][hidden]. */
  readonly output: Int8Array;
  /** On request: Q·Kᵀ accumulators, s32 [heads][seq][seq], columns at or past the valid length included. */
  readonly scores?: Int32Array;
  /** On request: what P·V reads, u8 [heads][seq][seq]: exps relative to the row maximum, or probabilities; 0 in masked columns. */
  readonly probabilities?: Uint8Array;
}

/** Names of the s8 tensors of a layer, in the order in which they are computed. */
export const layerTensorNames = [
  "query",
  "key",
  "value",
  "context",
  "attentionOutput",
  "intermediate",
  "output",
] as const satisfies readonly (keyof LayerTensors)[];
