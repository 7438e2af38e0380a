/** Single kernels: one operation from DRAM to DRAM, for benchmarks and tests. */
import type { Params } from "../config/index.ts";
import type { DyadicChannels } from "../reference/index.ts";
import { roundUp, rowUnit } from "./builder.ts";
import { compile } from "./compile.ts";
import type { CompileOptions, Compiled } from "./compile.ts";
import { addLinear } from "./linear.ts";
import { plainColumns } from "./weights.ts";

/** A product [rows][inner] · [inner][cols] + bias, requantised to s8, or as s32 when there are no scales. */
export interface MatmulKernel {
  readonly rows: number;
  readonly inner: number;
  readonly cols: number;
  /** s8 [inner][cols]. */
  readonly weights: Int8Array;
  /** s32 [cols]; default 0. */
  readonly bias?: Int32Array;
  readonly scales?: DyadicChannels;
  readonly relu?: boolean;
}

/** Compiles a product. Tensors: `input` s8 [rows][inner], `output` s8 or s32 [rows][cols]. */
export function compileMatmul(params: Params, kernel: MatmulKernel, options?: CompileOptions): Compiled {
  const { rows, inner, cols, weights, bias = new Int32Array(cols), scales, relu = false } = kernel;
  return compile(
    params,
    (builder, budget) => {
      const rowGroups = { count: 1, size: rows, stride: roundUp(rows, rowUnit(params)) };
      const input = builder.tensor({
        name: "input",
        element: "s8",
        layout: "words",
        source: "input",
        rows: rowGroups,
        columns: plainColumns(params, inner),
      });
      const output = builder.tensor({
        name: "output",
        element: scales === undefined ? "s32" : "s8",
        layout: scales === undefined ? "lanes" : "words",
        source: "accelerator",
        rows: rowGroups,
        columns: plainColumns(params, cols),
      });
      const operation = builder.operation({
        name: "matmul",
        kind: "matmul",
        layer: null,
        macs: rows * inner * cols,
        where: "accelerator",
      });
      const epilogue = scales === undefined ? { kind: "raw" as const } : { kind: "requantise" as const, scales, relu };
      addLinear(builder, { name: "matmul", operation, input, weights, bias, epilogue, output, alone: true }, budget);
    },
    options,
  );
}
