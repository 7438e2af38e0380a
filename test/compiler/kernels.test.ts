import { describe, expect, test } from "vitest";
import {
  canUnfuse,
  compileAttention,
  compileGelu,
  compileLayerNorm,
  compileMatmul,
  compileSoftmax,
  executeProgram,
  findTensor,
  FUSIONS,
  readTensor,
  writeTensor,
} from "../../src/compiler/index.ts";
import type { AttentionKernel, Compiled } from "../../src/compiler/index.ts";
import { loadConfig } from "../../src/config/index.ts";
import type { Params } from "../../src/config/index.ts";
import type { Random } from "../../src/harness/index.ts";
import { withSeed } from "../../src/harness/index.ts";
import {
  broadcastBias,
  expScale,
  gelu,
  geluConstants,
  layerNorm,
  layerNormConstants,
  matmul,
  requantise,
  rowScaledRequantise,
  sliceColumns,
  softmax,
  softmaxDeferred,
  writeColumns,
} from "../../src/reference/index.ts";
import type { DyadicChannels } from "../../src/reference/index.ts";
import { testParams } from "./support/configs.ts";
import { breatheBetweenTests } from "./support/breathe.ts";

breatheBetweenTests();

const configs: Record<string, Params> = {
  transformer: loadConfig("transformer"),
  edge: loadConfig("edge"),
  "4x16": testParams({ rows: 4, cols: 16, scratchpad: 16, accumulator: 64, dmaBits: 64 }),
  "16x4": testParams({ rows: 16, cols: 4, scratchpad: 16, accumulator: 64, dmaBits: 128 }),
  "8x8 with 4 lanes": testParams({ rows: 8, cols: 8, scratchpad: 16, accumulator: 64, dmaBits: 256, lanes: 4 }),
  "64x64": testParams({ rows: 64, cols: 64, scratchpad: 64, accumulator: 512, dmaBits: 512 }),
};
const shapes = [
  [1, 1],
  [17, 100],
  [64, 70],
] as const;

/** Runs from two states of the memories and compares both results in the tensor `output` with `expected`. */
function checkTensors(
  params: Params,
  { program, createImage }: Compiled,
  inputs: Readonly<Record<string, Int8Array | Int32Array>>,
  output: string,
  expected: ArrayLike<number>,
): void {
  for (const poison of [1, 2]) {
    const image = createImage();
    for (const [name, values] of Object.entries(inputs)) writeTensor(findTensor(program, name), image, values);
    executeProgram(params, program, image, { poison });
    expect(Array.from(readTensor(findTensor(program, output), image))).toEqual(Array.from(expected));
  }
}

const check = (
  params: Params,
  compiled: Compiled,
  input: Int8Array | Int32Array,
  expected: ArrayLike<number>,
): void => {
  checkTensors(params, compiled, { input }, "output", expected);
};

const words = (random: Random, length: number, spread: number): Int32Array =>
  Int32Array.from({ length }, () => random.integer(-spread, spread));
/** Attention with the integer reference; query, key and value are s8 [seq][heads · headDim]. */
function referenceAttention(
  { query, key, value }: Record<"query" | "key" | "value", Int8Array>,
  { seq, valid = seq, heads, headDim, mode, exponent, scale }: AttentionKernel,
): Int8Array {
  const matrix = { rows: seq, cols: heads * headDim };
  const square = { rows: seq, cols: seq, valid };
  const headShape = { rows: seq, cols: headDim };
  const context = new Int8Array(seq * heads * headDim);
  for (let head = 0; head < heads; head++) {
    const of = (tensor: Int8Array): Int8Array => sliceColumns(tensor, matrix, head * headDim, (head + 1) * headDim);
    const scores = matmul(of(query), of(key), { rows: seq, inner: headDim, cols: seq }, { layout: "cols-inner" });
    const weigh = (weights: Uint8Array): Int32Array =>
      matmul(weights, of(value), { rows: seq, inner: seq, cols: headDim });
    const deferred = softmaxDeferred(scores, square, exponent);
    const block =
      mode === "deferred"
        ? rowScaledRequantise(weigh(deferred.exps), headShape, deferred.rows.factors, scale)
        : requantise(weigh(softmax(scores, square, exponent).probabilities), headShape, scale);
    writeColumns(context, matrix, head * headDim, block);
  }
  return context;
}

const bytes = (random: Random, length: number): Int8Array =>
  Int8Array.from({ length }, () => random.integer(-128, 127));
const scales = (random: Random, length: number): DyadicChannels => ({
  m: Uint16Array.from({ length }, () => random.integer(1024, 2047)),
  e: Int8Array.from({ length }, () => random.integer(16, 21)),
});

describe.each(Object.entries(configs))("%s", (_, params) => {
  test.each([...shapes, [256, 33] as const])("matmul, %i rows of %i", async (rows, inner) => {
    await withSeed((random) => {
      const cols = random.integer(1, 90);
      const weights = bytes(random, inner * cols);
      const bias = words(random, cols, 20_000);
      const input = bytes(random, rows * inner);
      const shape = { rows, cols };
      const acc = matmul(input, weights, { rows, inner, cols }, { initial: broadcastBias(bias, shape) });
      const s = scales(random, cols);
      const kernel = { rows, inner, cols, weights, bias };
      check(params, compileMatmul(params, kernel), input, acc);
      check(params, compileMatmul(params, { ...kernel, scales: s }), input, requantise(acc, shape, s));
      const relu = requantise(acc, shape, s, { relu: true });
      check(params, compileMatmul(params, { ...kernel, scales: s, relu: true }), input, relu);
    });
  });

  test.each([
    [1, 5],
    [33, 20],
    [70, 64],
  ])("attention, %i rows, heads of %i", async (seq, headDim) => {
    await withSeed((random) => {
      const heads = random.integer(1, 3);
      const size = seq * heads * headDim;
      const inputs = { query: bytes(random, size), key: bytes(random, size), value: bytes(random, size) };
      for (const mode of ["deferred", "normalised"] as const) {
        const valid = random.integer(1, seq);
        const shape = { seq, valid, heads, headDim, mode };
        const kernel = { ...shape, exponent: expScale(2e-5), scale: { m: 1250, e: mode === "deferred" ? 18 : 19 } };
        const expected = referenceAttention(inputs, kernel);
        for (const fusion of canUnfuse(params) ? FUSIONS : (["auto", "all"] as const)) {
          checkTensors(params, compileAttention(params, kernel, { fusion }), inputs, "context", expected);
        }
      }
    });
  });

  test.each(shapes)("softmax, %i rows of %i", async (rows, cols) => {
    await withSeed((random) => {
      const acc = words(random, rows * cols, 60_000);
      const scale = expScale(1e-4);
      const valid = random.integer(1, cols);
      const shape = { rows, cols, valid };
      const kernel = { rows, cols, scale, valid, repeat: random.integer(1, 3) };
      const { probabilities } = softmax(acc, shape, scale);
      check(params, compileSoftmax(params, { ...kernel, mode: "normalised" }), acc, probabilities);
      const { exps } = softmaxDeferred(acc, shape, scale);
      check(params, compileSoftmax(params, { ...kernel, mode: "deferred" }), acc, exps);
    });
  });

  test.each(shapes)("layernorm, %i rows of %i", async (rows, cols) => {
    await withSeed((random) => {
      const acc = words(random, rows * cols, 60_000);
      const spread = (middle: number, width: number): Float64Array =>
        Float64Array.from({ length: cols }, () => middle + width * (random.unit() - 0.5));
      const constants = layerNormConstants({
        accumulatorScales: spread(1e-3, 1e-3),
        inputScale: 1e-2,
        gamma: spread(1, 0.5),
        beta: spread(0, 0.5),
        outputScale: 0.03,
      });
      const input = constants.input as DyadicChannels;
      const kernel = { rows, cols, constants: { ...constants, input }, repeat: random.integer(1, 3) };
      check(params, compileLayerNorm(params, kernel), acc, layerNorm(acc, { rows, cols }, constants).output);
    });
  });

  test.each(shapes)("gelu, %i rows of %i", async (rows, cols) => {
    await withSeed((random) => {
      const acc = words(random, rows * cols, 60_000);
      const constants = geluConstants(
        Float64Array.from({ length: cols }, () => 1e-4 * (0.5 + random.unit())),
        0.05,
      );
      const input = constants.input as DyadicChannels;
      const kernel = { rows, cols, input, output: constants.output, repeat: random.integer(1, 3) };
      check(params, compileGelu(params, kernel), acc, gelu(acc, { rows, cols }, constants));
    });
  });
});

test("a kernel of a function that is not built in is refused", () => {
  const compile = (): Compiled =>
    compileSoftmax(loadConfig("gemmini-cnn"), { rows: 4, cols: 4, scale: expScale(1e-4), mode: "normalised" });
  expect(compile).toThrow("the configuration gemmini-cnn has no softmax in its norm unit");
});
