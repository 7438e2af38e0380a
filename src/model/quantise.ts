import { DEFAULT_VARIANTS } from "../config/index.ts";
import type { NormVariants } from "../config/index.ts";
import { SystoleError } from "../errors.ts";
import { SCALE_FORMATS } from "../isa/index.ts";
import type { NormVariant } from "../isa/index.ts";
import {
  deferredValueScale,
  expScale,
  geluConstants,
  layerNormConstants,
  probabilityValueScale,
  toDyadicChannels,
} from "../reference/index.ts";
import type { DyadicChannels } from "../reference/index.ts";
import type { CalibrationRanges, LayerRanges } from "./calibrate.ts";
import type {
  EncoderShape,
  QuantisedAttention,
  QuantisedBert,
  QuantisedIntermediate,
  QuantisedLayer,
  QuantisedLinear,
  QuantisedProjection,
  QuantisedResidualNorm,
  SoftmaxMode,
} from "./quantised.ts";
import type { BertModel, LayerNorm, LayerWeights, Linear } from "./weights.ts";

/** Choices of {@link quantise}. */
export interface QuantiseOptions {
  /** Default "deferred". */
  readonly softmax?: SoftmaxMode;
  /** How the functions are computed: those of the configurations that the model is for. Default: "systole" throughout. */
  readonly variants?: NormVariants;
}

/** LayerNorm's s15 input holds twice the largest sum seen in calibration; that magnitude is 2^13, so a row's sigma is many LSB. */
const layerNormHeadroom = 2;

/** The largest ratio of residual to accumulator scale that a dyadic multiplier can express, with a margin for rounding. */
const largestRatio = 4_000;

/** Weight scale of a channel that is zero throughout. */
const smallestWeightScale = 2 ** -20;

/**
 * Post-training quantisation: weights s8 per output channel (s = max|w| / 127), activations s8 per tensor from the
 * calibrated ranges, bias s32 in the accumulator's scale.
 * Errors: `model-not-quantisable`, with the layer, when a scale lies outside what the accelerator's multipliers express.
 */
export function quantise(model: BertModel, ranges: CalibrationRanges, options: QuantiseOptions = {}): QuantisedBert {
  const { hidden, heads, headDim, intermediate, layers } = model.config;
  const shape: EncoderShape = { hidden, heads, headDim, intermediate, layers };
  const inputScale = activationScale(ranges.input);
  let scale = inputScale;
  const { softmax = "deferred", variants = DEFAULT_VARIANTS } = options;
  const quantised = model.layers.map((weights, index) => {
    const layer = located(index, () =>
      quantiseLayer(weights, model.config, scale, ranges.layers[index]!, { softmax, variants }),
    );
    scale = layer.output.layerNorm.outputScale;
    return layer;
  });
  return { shape, inputScale, outputScale: scale, layers: quantised };
}

/** Scale of an s8 tensor whose values lie within ±range. */
function activationScale(range: number): number {
  return range / 127;
}

function quantiseLayer(
  weights: LayerWeights,
  { headDim, activation }: BertModel["config"],
  inputScale: number,
  ranges: LayerRanges,
  { softmax, variants }: Required<QuantiseOptions>,
): QuantisedLayer {
  const query = quantiseProjection(weights.query, inputScale, ranges.query);
  const key = quantiseProjection(weights.key, inputScale, ranges.key);
  const value = quantiseProjection(weights.value, inputScale, ranges.value);

  const contextScale = activationScale(ranges.context);
  const contextMultiplier = softmax === "deferred" ? deferredValueScale : probabilityValueScale;
  const attention: QuantisedAttention = {
    softmax,
    variant: variants.softmax,
    exponent: expScale((query.outputScale * key.outputScale) / Math.sqrt(headDim), variants.softmax),
    context: contextMultiplier(value.outputScale, contextScale),
    outputScale: contextScale,
  };

  const attentionOutput = quantiseResidualNorm(weights.attentionOutput, weights.attentionNorm, {
    inputScale: contextScale,
    residualScale: inputScale,
    sumRange: ranges.attentionSum,
    outputScale: activationScale(ranges.attentionOutput),
    variant: variants.layernorm,
  });
  const attentionScale = attentionOutput.layerNorm.outputScale;
  const intermediate = quantiseIntermediate(weights.intermediate, {
    ...{ activation, variant: variants.gelu, inputScale: attentionScale, range: ranges.intermediate },
  });
  const output = quantiseResidualNorm(weights.output, weights.outputNorm, {
    inputScale: intermediate.activation.outputScale,
    residualScale: attentionScale,
    sumRange: ranges.outputSum,
    outputScale: activationScale(ranges.output),
    variant: variants.layernorm,
  });
  return { query, key, value, attention, attentionOutput, intermediate, output };
}

function quantiseProjection(linear: Linear, inputScale: number, range: number): QuantisedProjection {
  const quantised = quantiseLinear(linear, inputScale);
  const outputScale = activationScale(range);
  return { ...quantised, requantise: requantiseScales(quantised, outputScale), outputScale };
}

function quantiseResidualNorm(
  linear: Linear,
  norm: LayerNorm,
  scales: {
    readonly inputScale: number;
    readonly residualScale: number;
    readonly sumRange: number;
    readonly outputScale: number;
    readonly variant: NormVariant;
  },
): QuantisedResidualNorm {
  const { inputScale, residualScale, outputScale, variant } = scales;
  const quantised = quantiseLinear(linear, inputScale, residualScale / inputScale / largestRatio);
  const accumulatorScales = ratios(quantised, 1);
  const sumScale = (scales.sumRange * layerNormHeadroom) / 2 ** 14;
  return {
    ...quantised,
    residual: toDyadicChannels(
      accumulatorScales.map((scale) => residualScale / scale),
      SCALE_FORMATS.word,
    ),
    residualScale,
    layerNorm: {
      ...layerNormConstants({ ...norm, accumulatorScales, inputScale: sumScale, outputScale, variant }),
      input: toDyadicChannels(ratios(quantised, sumScale), SCALE_FORMATS.fixed),
      inputScale: sumScale,
      outputScale,
    },
  };
}

function quantiseIntermediate(
  linear: Linear,
  options: {
    readonly activation: "gelu" | "relu";
    readonly variant: NormVariant;
    readonly inputScale: number;
    readonly range: number;
  },
): QuantisedIntermediate {
  const { activation, variant, inputScale, range } = options;
  const quantised = quantiseLinear(linear, inputScale);
  const outputScale = activationScale(range);
  if (activation === "relu") {
    const requantise = requantiseScales(quantised, outputScale);
    return { ...quantised, activation: { kind: "relu", requantise, outputScale } };
  }
  const { output } = geluConstants([], outputScale, variant);
  const input = toDyadicChannels(ratios(quantised, 2 ** -11), SCALE_FORMATS.fixed);
  return { ...quantised, activation: { kind: "gelu", variant, input, output, outputScale } };
}

/** Weights and bias of a linear layer; no channel's weight scale is under `leastScale`, nor so small that its bias leaves s32. */
function quantiseLinear(linear: Linear, inputScale: number, leastScale = 0): QuantisedLinear {
  const { inputs, outputs, weight, bias } = linear;
  const weights = new Int8Array(inputs * outputs);
  const biases = new Int32Array(outputs);
  const weightScales = new Float64Array(outputs);
  for (let column = 0; column < outputs; column++) {
    const start = column * inputs;
    let max = 0;
    for (let k = 0; k < inputs; k++) max = Math.max(max, Math.abs(weight[start + k]!));
    const leastForBias = Math.abs(bias[column]!) / inputScale / 2 ** 30;
    const scale = Math.max(max / 127, leastScale, leastForBias) || smallestWeightScale;
    weightScales[column] = scale;
    biases[column] = Math.round(bias[column]! / (inputScale * scale));
    // Stored [K][N]: the transpose of the checkpoint's [out][in].
    for (let k = 0; k < inputs; k++) weights[k * outputs + column] = Math.round(weight[start + k]! / scale);
  }
  return { inputs, outputs, weights, bias: biases, weightScales, inputScale };
}

/** Scale of every accumulator column over `unit`, [outputs]. */
function ratios({ inputScale, weightScales }: QuantisedLinear, unit: number): Float64Array {
  return weightScales.map((scale) => (inputScale * scale) / unit);
}

/** Multipliers from every accumulator column to s8 at `outputScale`. */
function requantiseScales(quantised: QuantisedLinear, outputScale: number): DyadicChannels {
  return toDyadicChannels(ratios(quantised, outputScale), SCALE_FORMATS.byte);
}

/** Runs `work`; an inexpressible scale (RangeError of the reference) becomes the user's error, naming the layer. */
function located<T>(index: number, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new SystoleError({
      code: "model-not-quantisable",
      message: `encoder layer ${index} cannot be quantised: ${cause.message}`,
      location: { path: `encoder.layer.${index}` },
      remedy: "Check the checkpoint's weights for extreme values, or calibrate on more typical samples.",
      cause,
    });
  }
}
