import { DEFAULT_VARIANTS } from "../config/index.ts";
import type { NormVariants } from "../config/index.ts";
import { calibrate } from "./calibrate.ts";
import type { BertConfig } from "./bert-config.ts";
import { encoderInput } from "./host.ts";
import type { EncoderInput } from "./host.ts";
import { quantise } from "./quantise.ts";
import type { QuantisedBert, SoftmaxMode } from "./quantised.ts";
import { createRandom } from "./random.ts";
import type { Random } from "./random.ts";
import type { BertModel, LayerNorm, LayerWeights, Linear } from "./weights.ts";

/** Dimensions of well-known encoders, for benchmarks. */
export const namedShapes = {
  "bert-tiny": { hidden: 128, heads: 2, intermediate: 512, layers: 2 },
  "bert-mini": { hidden: 256, heads: 4, intermediate: 1024, layers: 4 },
  "bert-small": { hidden: 512, heads: 8, intermediate: 2048, layers: 4 },
  "bert-base": { hidden: 768, heads: 12, intermediate: 3072, layers: 12 },
  "bert-large": { hidden: 1024, heads: 16, intermediate: 4096, layers: 24 },
} as const;

/** What a random BERT looks like; hidden must be a multiple of heads. */
export interface RandomBertOptions {
  readonly hidden: number;
  readonly heads: number;
  readonly intermediate: number;
  readonly layers: number;
  readonly seed: number;
  /** Default "gelu". */
  readonly activation?: "gelu" | "relu";
  /** Default "deferred". */
  readonly softmax?: SoftmaxMode;
  /** Default: "systole" throughout. */
  readonly variants?: NormVariants;
  /** Number of tokens; default 256. */
  readonly vocabulary?: number;
  /** The longest input; default 512. */
  readonly positions?: number;
  /** Number of classes of the head; default 4. */
  readonly classes?: number;
}

/** A random model, quantised, with inputs to run it on. */
export interface RandomBert {
  readonly model: BertModel;
  readonly bert: QuantisedBert;
  /** A random input of `seq` rows, `valid` of them not padding (default all); deterministic by `seed`. */
  readonly input: (seq: number, options?: { readonly valid?: number; readonly seed?: number }) => EncoderInput;
}

/** Lengths of the random rows used for calibration; short, because ranges hardly depend on them. */
const calibrationLengths = [16, 24] as const;

/** A random BERT, calibrated on short random inputs and quantised. Deterministic by `seed`. Throws RangeError for impossible dimensions. */
export function randomBert(options: RandomBertOptions): RandomBert {
  const model = randomModel(options);
  const { vocabulary, maxPositions } = model.config;
  const random = createRandom(options.seed ^ 0x5eed);
  const tokens = (length: number, source: Random): number[] => Array.from({ length }, () => source.below(vocabulary));
  const samples = calibrationLengths.map((length) => tokens(Math.min(length, maxPositions), random));
  const { softmax = "deferred", variants = DEFAULT_VARIANTS } = options;
  const bert = quantise(model, calibrate(model, samples, { kind: "max" }), { softmax, variants });
  return {
    model,
    bert,
    input: (seq, { valid = seq, seed = options.seed } = {}) =>
      encoderInput(model, bert, tokens(valid, createRandom(seed + 1)), { seq }),
  };
}

/**
 * Float weights distributed like a trained BERT's: gaussian with a spread of channel magnitudes and a few outlier
 * channels, attention scores of standard deviation about 3, LayerNorm gammas around 1 with the same few outlier
 * columns in every layer.
 */
export function randomModel(options: RandomBertOptions): BertModel {
  const { hidden, heads, intermediate, layers, vocabulary = 256, positions = 512, classes = 4 } = options;
  if (hidden % heads !== 0) throw new RangeError(`hidden ${hidden} is not a multiple of ${heads} heads`);
  const random = createRandom(options.seed);
  const outliers = outlierColumns(hidden, random);
  const config: BertConfig = {
    hidden,
    heads,
    headDim: hidden / heads,
    intermediate,
    layers,
    activation: options.activation ?? "gelu",
    maxPositions: positions,
    typeVocabulary: 1,
    vocabulary,
    layerNormEpsilon: 1e-12,
    labels: Array.from({ length: classes }, (_, i) => `class-${i}`),
  };
  return {
    config,
    embeddings: {
      words: gaussians(vocabulary * hidden, 0.05, random),
      positions: gaussians(positions * hidden, 0.02, random),
      types: gaussians(hidden, 0.01, random),
      norm: randomNorm(hidden, outliers, random),
    },
    layers: Array.from({ length: layers }, () => randomLayer(hidden, intermediate, outliers, random)),
    head: {
      pooler: randomLinear(hidden, hidden, { gain: 1, biasSpread: 0.1 }, random),
      classifier: randomLinear(hidden, classes, { gain: 1, biasSpread: 0.1 }, random),
    },
  };
}

function randomLayer(
  hidden: number,
  intermediate: number,
  outliers: ReadonlySet<number>,
  random: Random,
): LayerWeights {
  return {
    query: randomLinear(hidden, hidden, { gain: 1.7, biasSpread: 0.5 }, random),
    key: randomLinear(hidden, hidden, { gain: 1.7, biasSpread: 0.05 }, random),
    value: randomLinear(hidden, hidden, { gain: 1, biasSpread: 0.1 }, random),
    attentionOutput: randomLinear(hidden, hidden, { gain: 1, biasSpread: 0.1 }, random),
    attentionNorm: randomNorm(hidden, outliers, random),
    intermediate: randomLinear(hidden, intermediate, { gain: 1, biasSpread: 0.1, biasMean: -0.3 }, random),
    output: randomLinear(intermediate, hidden, { gain: 1.5, biasSpread: 0.1 }, random),
    outputNorm: randomNorm(hidden, outliers, random),
  };
}

/** Half a percent of the columns, at least one. */
function outlierColumns(count: number, random: Random): Set<number> {
  return new Set(Array.from({ length: Math.max(1, Math.round(count / 200)) }, () => random.below(count)));
}

/** Outputs have a standard deviation of about `gain` for inputs of about 1. */
function randomLinear(
  inputs: number,
  outputs: number,
  {
    gain,
    biasSpread,
    biasMean = 0,
  }: { readonly gain: number; readonly biasSpread: number; readonly biasMean?: number },
  random: Random,
): Linear {
  const weight = new Float32Array(outputs * inputs);
  const outliers = outlierColumns(outputs, random);
  for (let column = 0; column < outputs; column++) {
    const spread = Math.exp(0.25 * random.gaussian()) * (outliers.has(column) ? 3 : 1);
    const deviation = (gain * spread) / Math.sqrt(inputs);
    for (let k = 0; k < inputs; k++) weight[column * inputs + k] = deviation * random.gaussian();
  }
  const bias = gaussians(outputs, biasSpread, random).map((value) => value + biasMean);
  return { inputs, outputs, weight, bias };
}

function randomNorm(columns: number, outliers: ReadonlySet<number>, random: Random): LayerNorm {
  const gamma = gaussians(columns, 0.1, random).map((value, column) => 0.9 + value + (outliers.has(column) ? 3 : 0));
  return { gamma, beta: gaussians(columns, 0.1, random) };
}

function gaussians(length: number, deviation: number, random: Random): Float32Array {
  const values = new Float32Array(length);
  for (let i = 0; i < length; i++) values[i] = deviation * random.gaussian();
  return values;
}
