/** A single product from DRAM to DRAM. */
import { compileMatmul, findTensor, writeTensor } from "../compiler/index.ts";
import type { CompileOptions } from "../compiler/index.ts";
import type { Params } from "../config/index.ts";
import { SCALE_FORMATS } from "../isa/index.ts";
import { broadcastBias, matmul, requantise, toDyadicChannels } from "../reference/index.ts";
import { createRandom } from "../model/index.ts";
import type { Workload } from "./workload.ts";

/** A product [rows][inner] · [inner][cols]. */
export interface MatmulBenchmark {
  readonly rows: number;
  readonly cols: number;
  readonly inner: number;
  readonly seed: number;
}

/** Scale that spreads sums of `inner` random products over s8. */
const outputScale = (inner: number): number => 1 / (64 * Math.sqrt(inner));

/** A random product with bias, requantised to s8 per output channel. */
export function matmulWorkload(params: Params, benchmark: MatmulBenchmark, options: CompileOptions): Workload {
  const { rows, cols, inner, seed } = benchmark;
  const random = createRandom(seed);
  const s8 = (length: number): Int8Array => Int8Array.from({ length }, () => random.below(255) - 127);
  const weights = s8(inner * cols);
  const input = s8(rows * inner);
  const bias = Int32Array.from({ length: cols }, () => random.below(20_001) - 10_000);
  const scales = toDyadicChannels(
    Array.from({ length: cols }, () => outputScale(inner) * (0.5 + random.below(1000) / 1000)),
    SCALE_FORMATS.byte,
  );
  const compiled = compileMatmul(params, { rows, inner, cols, weights, bias, scales }, options);
  return {
    kind: "matmul",
    shape: { rows, cols, inner },
    weightBytes: inner * cols,
    compiled,
    prepare: (image) => {
      writeTensor(findTensor(compiled.program, "input"), image, input);
    },
    expected: (name) => {
      if (name !== "output") return undefined;
      const shape = { rows, cols };
      const acc = matmul(input, weights, { rows, inner, cols }, { initial: broadcastBias(bias, shape) });
      return requantise(acc, shape, scales);
    },
  };
}
