/** Whole encoder layers with random, realistically distributed weights. */
import { ENCODER_INPUT, compileEncoder, findTensor, writeTensor } from "../compiler/index.ts";
import type { CompileOptions } from "../compiler/index.ts";
import { NORM_FEATURES } from "../config/index.ts";
import type { NormVariants, Params } from "../config/index.ts";
import { randomBert } from "../model/index.ts";
import type { EncoderInput, QuantisedBert, SoftmaxMode } from "../model/index.ts";
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

/** A random encoder quantised for one choice of variants, and its sequence. */
export interface QuantisedData {
  readonly bert: QuantisedBert;
  readonly sequence: EncoderInput;
  /** The integer model's tensors by the compiler's names; computed when first asked for. */
  readonly expected: (name: string) => Int8Array | undefined;
}

/** A random encoder and sequence, for any number of configurations to run. */
export interface EncoderData {
  readonly benchmark: LayerBenchmark;
  /** Quantised when first asked for. */
  readonly quantised: (variants: NormVariants) => QuantisedData;
}

/** `layers` encoder layers, each with weights of its own, and one random sequence. */
export function encoderData(benchmark: LayerBenchmark): EncoderData {
  const made = new Map<string, QuantisedData>();
  const quantised = (variants: NormVariants): QuantisedData => {
    const key = JSON.stringify(NORM_FEATURES.map((name) => variants[name]));
    const data = made.get(key) ?? quantisedData(benchmark, variants);
    made.set(key, data);
    return data;
  };
  return { benchmark, quantised };
}

function quantisedData(benchmark: LayerBenchmark, variants: NormVariants): QuantisedData {
  const { seq, valid = seq } = benchmark;
  const { bert, input } = randomBert({ ...benchmark, variants, positions: Math.max(512, seq) });
  const sequence = input(seq, { valid });
  let known: ReadonlyMap<string, Int8Array> | undefined;
  const expected = (name: string): Int8Array | undefined => (known ??= encoderTensors(bert, sequence)).get(name);
  return { bert, sequence, expected };
}

/** The encoder compiled for a configuration. */
export function encoderWorkload(
  params: Params,
  { benchmark, quantised }: EncoderData,
  options: CompileOptions,
): Workload {
  const { bert, sequence, expected } = quantised(params.variants);
  const { seq, layers, hidden, heads, intermediate } = benchmark;
  const compiled = compileEncoder(params, bert, { ...options, seq, valid: [sequence.valid] });
  return {
    kind: layers === 1 ? "layer" : "model",
    shape: { seq, layers, hidden, heads, intermediate },
    compiled,
    prepare: (image) => {
      writeTensor(findTensor(compiled.program, ENCODER_INPUT), image, sequence.values);
    },
    expected,
  };
}

/** `layers` encoder layers, each with weights of its own, on one random sequence. */
export const layerWorkload = (params: Params, benchmark: LayerBenchmark, options: CompileOptions): Workload =>
  encoderWorkload(params, encoderData(benchmark), options);
