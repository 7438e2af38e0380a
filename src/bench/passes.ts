/** The norm unit's functions alone: s32 rows from DRAM into the accumulator, the passes, s8 or u8 back. */
import { compileGelu, compileLayerNorm, compileSoftmax, findTensor, writeTensor } from "../compiler/index.ts";
import type { CompileOptions, Compiled } from "../compiler/index.ts";
import type { Params } from "../config/index.ts";
import { createRandom } from "../model/index.ts";
import type { Random, SoftmaxMode } from "../model/index.ts";
import {
  expScale,
  gelu,
  geluConstants,
  layerNorm,
  layerNormConstants,
  perChannel,
  softmax,
  softmaxDeferred,
} from "../reference/index.ts";
import type { Workload } from "./workload.ts";

/** Rows of a kernel, and how often its passes run over each block while it is in the accumulator. */
export interface PassBenchmark {
  readonly rows: number;
  readonly cols: number;
  readonly repeat: number;
  readonly seed: number;
}

/** Real value of one accumulator unit in the random rows below. */
const UNIT = 1 / 4096;

/** Gaussian rows of the given standard deviation, s32 in units of {@link UNIT}. */
function gaussianRows(random: Random, count: number, deviation: number): Int32Array {
  return Int32Array.from({ length: count }, () => Math.round((random.gaussian() * deviation) / UNIT));
}

function workload(
  kind: string,
  { rows, cols, repeat }: PassBenchmark,
  input: Int32Array,
  compiled: Compiled,
  output: () => ArrayLike<number>,
): Workload {
  return {
    kind,
    shape: { rows, cols, repeat },
    elements: rows * cols * repeat,
    compiled,
    prepare: (image) => {
      writeTensor(findTensor(compiled.program, "input"), image, input);
    },
    expected: (name) => (name === "output" ? output() : undefined),
  };
}

/** Softmax of rows of scores with a standard deviation of 3. */
export function softmaxWorkload(
  params: Params,
  benchmark: PassBenchmark & { readonly mode: SoftmaxMode },
  options: CompileOptions,
): Workload {
  const { rows, cols, repeat, mode, seed } = benchmark;
  const input = gaussianRows(createRandom(seed), rows * cols, 3);
  const variant = params.variants.softmax;
  const scale = expScale(UNIT, variant);
  const compiled = compileSoftmax(params, { rows, cols, repeat, scale, mode }, options);
  return workload("softmax", benchmark, input, compiled, () =>
    mode === "deferred"
      ? softmaxDeferred(input, { rows, cols }, scale, variant).exps
      : softmax(input, { rows, cols }, scale, variant).probabilities,
  );
}

/** LayerNorm with gammas around 1 and small betas. */
export function layerNormWorkload(params: Params, benchmark: PassBenchmark, options: CompileOptions): Workload {
  const { rows, cols, repeat, seed } = benchmark;
  const random = createRandom(seed);
  const input = gaussianRows(random, rows * cols, 2);
  const vary = (mean: number, deviation: number): Float64Array =>
    Float64Array.from({ length: cols }, () => mean + deviation * random.gaussian());
  const constants = layerNormConstants({
    accumulatorScales: new Float64Array(cols).fill(UNIT),
    inputScale: 2 ** -10,
    gamma: vary(1, 0.1),
    beta: vary(0, 0.1),
    outputScale: 1 / 32,
    variant: params.variants.layernorm,
  });
  const channels = { ...constants, input: perChannel(constants.input, cols) };
  const compiled = compileLayerNorm(params, { rows, cols, repeat, constants: channels }, options);
  return workload("layernorm", benchmark, input, compiled, () => layerNorm(input, { rows, cols }, constants).output);
}

/** GELU of values with a standard deviation of 2. */
export function geluWorkload(params: Params, benchmark: PassBenchmark, options: CompileOptions): Workload {
  const { rows, cols, repeat, seed } = benchmark;
  const input = gaussianRows(createRandom(seed), rows * cols, 2);
  const constants = geluConstants(new Float64Array(cols).fill(UNIT), 1 / 16, params.variants.gelu);
  const channels = { ...constants, input: perChannel(constants.input, cols) };
  const compiled = compileGelu(params, { rows, cols, repeat, ...channels }, options);
  return workload("gelu", benchmark, input, compiled, () => gelu(input, { rows, cols }, constants));
}
