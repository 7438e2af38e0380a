/** Attention alone: Q·Kᵀ, Softmax and P·V of all heads, from queries, keys and values in DRAM to the context in DRAM. */
import { compileAttention, findTensor, writeTensor } from "../compiler/index.ts";
import type { CompileOptions } from "../compiler/index.ts";
import type { Params } from "../config/index.ts";
import { randomBert, runLayer } from "../model/index.ts";
import type { LayerTensors, SoftmaxMode } from "../model/index.ts";
import type { LayerShape } from "./shape.ts";
import type { Workload } from "./workload.ts";

/** The attention of one layer and one sequence. */
export interface AttentionBenchmark extends LayerShape {
  readonly seq: number;
  /** Rows that are not padding; default all. */
  readonly valid?: number;
  readonly mode: SoftmaxMode;
  readonly seed: number;
}

/** Attention of a random layer: queries, keys and values are what its projections make of a random sequence. */
export function attentionWorkload(params: Params, benchmark: AttentionBenchmark, options: CompileOptions): Workload {
  const { seq, valid = seq, hidden, heads, mode, seed } = benchmark;
  // What follows attention is none of this benchmark's: a narrow feed-forward network keeps the reference short.
  const { bert, input } = randomBert({
    ...{ hidden, heads, seed, softmax: mode, layers: 1, variants: params.variants },
    intermediate: heads,
    positions: Math.max(512, seq),
  });
  const [layer] = bert.layers;
  const { exponent, context: scale } = layer!.attention;
  const headDim = hidden / heads;
  const compiled = compileAttention(params, { seq, valid, heads, headDim, mode, exponent, scale }, options);
  let tensors: LayerTensors | undefined;
  const reference = (): LayerTensors =>
    (tensors ??= runLayer(layer!, bert.shape, input(seq, { valid }).values, { valid }));
  return {
    kind: "attention",
    shape: { seq, hidden, heads },
    compiled,
    prepare: (image) => {
      for (const name of ["query", "key", "value"] as const) {
        writeTensor(findTensor(compiled.program, name), image, reference()[name]);
      }
    },
    expected: (name) => (name === "context" ? reference().context : undefined),
  };
}
