import { activationFunctions, addFloat, layerNormFloat, linearFloat, softmaxFloat } from "./float-ops.ts";
import type { BertModel, HeadWeights, LayerWeights } from "./weights.ts";

/** Tensors of a layer that calibration looks at; the "...Sum" tensors are what LayerNorm reads. */
export const observedTensors = [
  "query",
  "key",
  "value",
  "context",
  "attentionSum",
  "attentionOutput",
  "intermediate",
  "outputSum",
  "output",
] as const;

/** One of {@link observedTensors}. */
export type ObservedTensor = (typeof observedTensors)[number];

/** Sees each tensor of layer `layer` as it is computed, only its valid rows. */
export type Observer = (layer: number, tensor: ObservedTensor, values: Float32Array) => void;

/** Embedding look-up and LayerNorm of token ids: [ids.length][hidden]. All tokens are of type 0, positions count from 0. */
export function embedFloat(model: BertModel, ids: readonly number[]): Float32Array {
  const { hidden, layerNormEpsilon } = model.config;
  const { words, positions, types, norm } = model.embeddings;
  const sum = new Float32Array(ids.length * hidden);
  ids.forEach((id, position) => {
    for (let i = 0; i < hidden; i++) {
      sum[position * hidden + i] = words[id * hidden + i]! + types[i]! + positions[position * hidden + i]!;
    }
  });
  return layerNormFloat(sum, hidden, norm, layerNormEpsilon);
}

/** The encoder in floats: x and the result are [seq][hidden]; keys at or past `valid` are masked. */
export function encodeFloat(model: BertModel, x: Float32Array, valid: number, observe?: Observer): Float32Array {
  return model.layers.reduce(
    (input, layer, index) =>
      layerFloat(model, layer, input, valid, (tensor, values) => {
        observe?.(index, tensor, values.subarray(0, (values.length / (x.length / model.config.hidden)) * valid));
      }),
    x,
  );
}

/** Class logits of token ids, without padding. Needs a model with a head. */
export function logitsFloat(model: BertModel & { readonly head: HeadWeights }, ids: readonly number[]): Float32Array {
  const hidden = encodeFloat(model, embedFloat(model, ids), ids.length);
  return headFloat(model.head, hidden.subarray(0, model.config.hidden));
}

/** Pooler (tanh of the first row) and classifier: logits [labels] from the [CLS] row [hidden]. */
export function headFloat(head: HeadWeights, row: Float32Array): Float32Array {
  const pooled = linearFloat(row, 1, head.pooler).map(Math.tanh);
  return linearFloat(pooled, 1, head.classifier);
}

function layerFloat(
  { config }: BertModel,
  layer: LayerWeights,
  input: Float32Array,
  valid: number,
  observe: (tensor: ObservedTensor, values: Float32Array) => void,
): Float32Array {
  const rows = input.length / config.hidden;
  const seen = (tensor: ObservedTensor, values: Float32Array): Float32Array => {
    observe(tensor, values);
    return values;
  };
  const norm = (x: Float32Array, weights: LayerWeights["outputNorm"]): Float32Array =>
    layerNormFloat(x, config.hidden, weights, config.layerNormEpsilon);

  const query = seen("query", linearFloat(input, rows, layer.query));
  const key = seen("key", linearFloat(input, rows, layer.key));
  const value = seen("value", linearFloat(input, rows, layer.value));
  const context = seen("context", attentionFloat(query, key, value, rows, valid, config.heads));
  const attentionSum = seen("attentionSum", addFloat(linearFloat(context, rows, layer.attentionOutput), input));
  const attentionOutput = seen("attentionOutput", norm(attentionSum, layer.attentionNorm));
  const activate = activationFunctions[config.activation];
  const intermediate = seen("intermediate", linearFloat(attentionOutput, rows, layer.intermediate).map(activate));
  const outputSum = seen("outputSum", addFloat(linearFloat(intermediate, rows, layer.output), attentionOutput));
  return seen("output", norm(outputSum, layer.outputNorm));
}

function attentionFloat(
  query: Float32Array,
  key: Float32Array,
  value: Float32Array,
  rows: number,
  valid: number,
  heads: number,
): Float32Array {
  const hidden = query.length / rows;
  const headDim = hidden / heads;
  const scale = 1 / Math.sqrt(headDim);
  const context = new Float32Array(query.length);
  const scores = new Float32Array(rows);
  for (let head = 0; head < heads; head++) {
    for (let row = 0; row < rows; row++) {
      const at = row * hidden + head * headDim;
      for (let column = 0; column < valid; column++) {
        const other = column * hidden + head * headDim;
        let sum = 0;
        for (let i = 0; i < headDim; i++) sum += query[at + i]! * key[other + i]!;
        scores[column] = sum * scale;
      }
      softmaxFloat(scores, valid);
      for (let column = 0; column < valid; column++) {
        const weight = scores[column]!;
        const other = column * hidden + head * headDim;
        for (let i = 0; i < headDim; i++) context[at + i] = context[at + i]! + weight * value[other + i]!;
      }
    }
  }
  return context;
}
