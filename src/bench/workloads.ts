/** Every benchmark by name, with the shape it takes. */
import type { CompileOptions } from "../compiler/index.ts";
import type { Params } from "../config/index.ts";
import type { SoftmaxMode } from "../model/index.ts";
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
  readonly layers: number;
  /** Passes over each block of rows while it is in the accumulator (softmax, layernorm, gelu). */
  readonly repeat: number;
  readonly softmax: SoftmaxMode;
  readonly seed: number;
}

interface WorkloadKind {
  /** The notation of the shape, for people. */
  readonly shape: string;
  readonly example: string;
  readonly make: (params: Params, shape: string, choice: WorkloadChoice, options: CompileOptions) => Workload;
}

/** The benchmarks. */
export const WORKLOADS = {
  matmul: {
    shape: "rows x columns x inner dimension of a product",
    example: "128x128x128",
    make: (params, shape, { seed }, options) =>
      matmulWorkload(params, { ...parseDimensions(shape, ["rows", "cols", "inner"]), seed }, options),
  },
  softmax: {
    shape: "rows x columns of scores",
    example: "64x768",
    make: (params, shape, { repeat, softmax, seed }, options) =>
      softmaxWorkload(params, { ...parseDimensions(shape, ["rows", "cols"]), repeat, mode: softmax, seed }, options),
  },
  layernorm: {
    shape: "rows x columns",
    example: "64x768",
    make: (params, shape, { repeat, seed }, options) =>
      layerNormWorkload(params, { ...parseDimensions(shape, ["rows", "cols"]), repeat, seed }, options),
  },
  gelu: {
    shape: "rows x columns",
    example: "64x768",
    make: (params, shape, { repeat, seed }, options) =>
      geluWorkload(params, { ...parseDimensions(shape, ["rows", "cols"]), repeat, seed }, options),
  },
  layer: {
    shape: "a well-known encoder, or hidden,heads,intermediate",
    example: "bert-base",
    make: (params, shape, { seq, layers, softmax, seed }, options) =>
      layerWorkload(params, { ...parseLayerShape(shape), seq, layers, softmax, seed }, options),
  },
} as const satisfies Record<string, WorkloadKind>;

export type WorkloadName = keyof typeof WORKLOADS;

/** Makes the named benchmark. Errors: `bench-shape`, `compile-capacity`. */
export function makeWorkload(
  name: WorkloadName,
  params: Params,
  choice: WorkloadChoice,
  options: CompileOptions,
): Workload {
  const { make, example } = WORKLOADS[name];
  return make(params, choice.shape ?? example, choice, options);
}
