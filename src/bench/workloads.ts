/** Every benchmark by name, with the shape it takes. */
import type { CompileOptions } from "../compiler/index.ts";
import type { Params } from "../config/index.ts";
import { SystoleError } from "../errors.ts";
import type { SoftmaxMode } from "../model/index.ts";
import { attentionWorkload } from "./attention.ts";
import { layerWorkload } from "./layer.ts";
import { matmulWorkload } from "./matmul.ts";
import { geluWorkload, layerNormWorkload, softmaxWorkload } from "./passes.ts";
import { parseDimensions, parseLayerShape } from "./shape.ts";
import type { Workload } from "./workload.ts";

/** What the user may choose. */
export interface WorkloadChoice {
  /** Dimensions in the kernel's own notation; default: the example. */
  readonly shape?: string;
  readonly seq: number;
  /** Default: 1 of `layer`, those of the named shape of `model`. */
  readonly layers?: number | undefined;
  /** How often the passes run over each block of rows while it is in the accumulator (softmax, layernorm, gelu). */
  readonly repeat: number;
  readonly softmax: SoftmaxMode;
  readonly seed: number;
}

interface WorkloadKind {
  /** What runs, for people. */
  readonly measures: string;
  /** The notation of the shape, for people. */
  readonly shape: string;
  readonly example: string;
  readonly make: (params: Params, shape: string, choice: WorkloadChoice, options: CompileOptions) => Workload;
}

function unknownLayers(shape: string): never {
  throw new SystoleError({
    code: "bench-layers",
    message: `--shape ${shape}: has no name that tells how many layers it has`,
    remedy: "Give --layers.",
  });
}

/** The benchmarks. */
export const WORKLOADS = {
  layer: {
    measures: "one encoder layer, or several in one program",
    shape: "a well-known encoder, or hidden,heads,intermediate",
    example: "bert-base",
    make: (params, shape, { seq, layers = 1, softmax, seed }, options) =>
      layerWorkload(params, { ...parseLayerShape(shape), seq, layers, softmax, seed }, options),
  },
  model: {
    measures: "all layers of an encoder in one program, each with weights of its own",
    shape: "a well-known encoder, or hidden,heads,intermediate with --layers",
    example: "bert-base",
    make: (params, shape, { seq, layers, softmax, seed }, options) => {
      const dimensions = parseLayerShape(shape);
      const stack = { ...dimensions, layers: layers ?? dimensions.layers ?? unknownLayers(shape) };
      return layerWorkload(params, { ...stack, seq, softmax, seed }, options);
    },
  },
  attention: {
    measures: "Q·Kᵀ, Softmax and P·V of all heads, from DRAM to DRAM",
    shape: "a well-known encoder, or hidden,heads,intermediate",
    example: "bert-base",
    make: (params, shape, { seq, softmax, seed }, options) =>
      attentionWorkload(params, { ...parseLayerShape(shape), seq, mode: softmax, seed }, options),
  },
  matmul: {
    measures: "a product with bias, requantised to s8, from DRAM to DRAM",
    shape: "rows x columns x inner dimension of a product",
    example: "128x128x128",
    make: (params, shape, { seed }, options) =>
      matmulWorkload(params, { ...parseDimensions(shape, ["rows", "cols", "inner"]), seed }, options),
  },
  softmax: {
    measures: "Softmax of rows in the accumulator",
    shape: "rows x columns of scores",
    example: "64x768",
    make: (params, shape, { repeat, softmax, seed }, options) =>
      softmaxWorkload(params, { ...parseDimensions(shape, ["rows", "cols"]), repeat, mode: softmax, seed }, options),
  },
  layernorm: {
    measures: "LayerNorm of rows in the accumulator",
    shape: "rows x columns",
    example: "64x768",
    make: (params, shape, { repeat, seed }, options) =>
      layerNormWorkload(params, { ...parseDimensions(shape, ["rows", "cols"]), repeat, seed }, options),
  },
  gelu: {
    measures: "GELU of rows in the accumulator",
    shape: "rows x columns",
    example: "64x768",
    make: (params, shape, { repeat, seed }, options) =>
      geluWorkload(params, { ...parseDimensions(shape, ["rows", "cols"]), repeat, seed }, options),
  },
} as const satisfies Record<string, WorkloadKind>;

export type WorkloadName = keyof typeof WORKLOADS;

/** Makes the named benchmark. Errors: `bench-shape`, `bench-layers`, `compile-capacity`, `compile-not-built-in`. */
export function makeWorkload(
  name: WorkloadName,
  params: Params,
  choice: WorkloadChoice,
  options: CompileOptions,
): Workload {
  const { make, example } = WORKLOADS[name];
  return make(params, choice.shape ?? example, choice, options);
}
