/** Whole encoder layers with random, realistically distributed weights. */
import { ENCODER_INPUT, compileEncoder, findTensor, writeTensor } from "../compiler/index.ts";
import type { CompileOptions } from "../compiler/index.ts";
import type { Params } from "../config/index.ts";
import { randomBert } from "../model/index.ts";
import type { SoftmaxMode } from "../model/index.ts";
import { encoderTensors } from "../runtime/index.ts";
import type { LayerShape } from "./shape.ts";
import type { Workload } from "./workload.ts";

/** A stack of layers and one sequence for it. */
export interface LayerBenchmark extends LayerShape {
  readonly seq: number;
  /** Rows that are not padding; default all. */
  readonly valid?: number;
  readonly layers: number;
  readonly softmax: SoftmaxMode;
  readonly seed: number;
}

/** `layers` encoder layers, each with weights of its own, on one random sequence. */
export function layerWorkload(params: Params, benchmark: LayerBenchmark, options: CompileOptions): Workload {
  const { seq, valid = seq, layers, hidden, heads, intermediate } = benchmark;
  const { bert, input } = randomBert({ ...benchmark, positions: Math.max(512, seq) });
  const sequence = input(seq, { valid });
  const compiled = compileEncoder(params, bert, { ...options, seq, valid: [sequence.valid] });
  let known: ReadonlyMap<string, Int8Array> | undefined;
  return {
    kind: layers === 1 ? "layer" : "model",
    shape: { seq, layers, hidden, heads, intermediate },
    compiled,
    prepare: (image) => {
      writeTensor(findTensor(compiled.program, ENCODER_INPUT), image, sequence.values);
    },
    expected: (name) => {
      known ??= encoderTensors(bert, sequence);
      return known.get(name);
    },
  };
}
