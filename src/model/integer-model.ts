import {
  broadcastBias,
  gelu,
  layerNorm,
  matmul,
  packWeights,
  preloadResidual,
  requantise,
  rowScaledRequantise,
  sliceColumns,
  softmax,
  softmaxDeferred,
  writeColumns,
} from "../reference/index.ts";
import type { PackedWeights } from "../reference/index.ts";
import type {
  EncoderShape,
  LayerTensors,
  QuantisedBert,
  QuantisedLayer,
  QuantisedLinear,
  QuantisedProjection,
  QuantisedResidualNorm,
} from "./quantised.ts";

/** How to run the integer encoder. */
export interface RunOptions {
  /**
   * The number of leading rows that are not padding, 1..seq; default all. Keys at or past it are masked; query rows at or
   * past it are computed like the others, so every element of every tensor is defined.
   */
  readonly valid?: number;
  /** Return `scores` and `probabilities` too: seq² elements a head. */
  readonly keepScores?: boolean;
}

/** Every tensor of every layer, and the last layer's output s8 [seq][hidden]. */
export interface EncoderRun {
  readonly layers: readonly LayerTensors[];
  readonly output: Int8Array;
}

/** Runs a whole quantised encoder exactly as the accelerator does; `input` is s8 [seq][hidden] at `bert.inputScale`. */
export function runEncoder(bert: QuantisedBert, input: Int8Array, options: RunOptions = {}): EncoderRun {
  const layers: LayerTensors[] = [];
  let output = input;
  for (const layer of bert.layers) {
    const tensors = runLayer(layer, bert.shape, output, options);
    layers.push(tensors);
    output = tensors.output;
  }
  return { layers, output };
}

/** Runs one quantised encoder layer; `input` is s8 [seq][hidden]. Throws RangeError for a shape that does not fit. */
export function runLayer(
  layer: QuantisedLayer,
  shape: EncoderShape,
  input: Int8Array,
  options: RunOptions = {},
): LayerTensors {
  const rows = input.length / shape.hidden;
  const valid = options.valid ?? rows;
  if (!Number.isInteger(rows)) throw new RangeError(`an input of ${input.length} elements in rows of ${shape.hidden}`);
  if (!(Number.isInteger(valid) && valid >= 1 && valid <= rows)) throw new RangeError(`${valid} valid rows of ${rows}`);

  const query = project(layer.query, input, rows);
  const key = project(layer.key, input, rows);
  const value = project(layer.value, input, rows);
  const { context, ...scores } = attend(layer, shape, { query, key, value }, rows, valid, options.keepScores === true);
  const attentionOutput = residualNorm(layer.attentionOutput, context, input, rows);
  const intermediate = activate(layer, attentionOutput, rows);
  const output = residualNorm(layer.output, intermediate, attentionOutput, rows);
  return { query, key, value, context, attentionOutput, intermediate, output, ...scores };
}

function project(linear: QuantisedProjection, input: Int8Array, rows: number): Int8Array {
  return requantise(accumulate(linear, input, rows), { rows, cols: linear.outputs }, linear.requantise);
}

function activate({ intermediate }: QuantisedLayer, input: Int8Array, rows: number): Int8Array {
  const acc = accumulate(intermediate, input, rows);
  const shape = { rows, cols: intermediate.outputs };
  const { activation } = intermediate;
  return activation.kind === "gelu"
    ? gelu(acc, shape, activation)
    : requantise(acc, shape, activation.requantise, { relu: true });
}

function residualNorm(linear: QuantisedResidualNorm, input: Int8Array, residual: Int8Array, rows: number): Int8Array {
  const shape = { rows, cols: linear.outputs };
  const acc = accumulate(linear, input, rows, preloadResidual(residual, shape, linear.residual, linear.bias));
  return layerNorm(acc, shape, linear.layerNorm).output;
}

function attend(
  { attention }: QuantisedLayer,
  { hidden, heads, headDim }: EncoderShape,
  { query, key, value }: Pick<LayerTensors, "query" | "key" | "value">,
  rows: number,
  valid: number,
  keepScores: boolean,
): Pick<LayerTensors, "context" | "scores" | "probabilities"> {
  const matrix = { rows, cols: hidden };
  const square = { rows, cols: rows, valid };
  const context = new Int8Array(rows * hidden);
  const kept = keepScores
    ? { scores: new Int32Array(heads * rows * rows), probabilities: new Uint8Array(heads * rows * rows) }
    : {};
  for (let head = 0; head < heads; head++) {
    const columns = [head * headDim, (head + 1) * headDim] as const;
    const headKey = sliceColumns(key, matrix, ...columns);
    const scores = matmul(
      sliceColumns(query, matrix, ...columns),
      headKey,
      { rows, inner: headDim, cols: rows },
      { layout: "cols-inner" },
    );
    const weigh = (weights: Uint8Array): Int32Array =>
      matmul(weights, sliceColumns(value, matrix, ...columns), { rows, inner: rows, cols: headDim });
    const headShape = { rows, cols: headDim };
    let weights: Uint8Array;
    let block: Int8Array;
    if (attention.softmax === "deferred") {
      const { exps, rows: statistics } = softmaxDeferred(scores, square, attention.exponent, attention.variant);
      weights = exps;
      block = rowScaledRequantise(weigh(exps), headShape, statistics.factors, attention.context);
    } else {
      weights = softmax(scores, square, attention.exponent, attention.variant).probabilities;
      block = requantise(weigh(weights), headShape, attention.context);
    }
    writeColumns(context, matrix, columns[0], block);
    kept.scores?.set(scores, head * rows * rows);
    kept.probabilities?.set(weights, head * rows * rows);
  }
  return { context, ...kept };
}

/** acc[rows][outputs] = initial + input · weights; the initial value is the bias, or the residual and bias preloaded. */
function accumulate(
  linear: QuantisedLinear,
  input: Int8Array,
  rows: number,
  initial = broadcastBias(linear.bias, { rows, cols: linear.outputs }),
): Int32Array {
  return matmul(input, packed(linear), { rows, inner: linear.inputs, cols: linear.outputs }, { initial });
}

// Packing costs as much as a few rows of the product, and weights do not change.
const packedWeights = new WeakMap<QuantisedLinear, PackedWeights>();

function packed(linear: QuantisedLinear): PackedWeights {
  let weights = packedWeights.get(linear);
  if (weights === undefined) {
    weights = packWeights(linear.weights, { inner: linear.inputs, cols: linear.outputs });
    packedWeights.set(linear, weights);
  }
  return weights;
}
