/** Single kernels: one operation from DRAM to DRAM, for benchmarks and tests. */
import type { Params } from "../config/index.ts";
import { SystoleError } from "../errors.ts";
import type { Dyadic, DyadicChannels } from "../reference/index.ts";
import { addAttention } from "./attention.ts";
import type { SoftmaxMode } from "./attention.ts";
import { roundUp, rowUnit } from "./builder.ts";
import { compile } from "./compile.ts";
import type { CompileOptions, Compiled } from "./compile.ts";
import { requireFusion } from "./fusion.ts";
import { addLinear } from "./linear.ts";
import { addUnfusedAttention } from "./unfused-attention.ts";
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
      addLinear(builder, { name: "matmul", operation, input, weights, bias, epilogue, output }, budget);
    },
    options,
  );
}

/** Attention of all heads: Softmax(query · keyᵀ) · value, head by head, one sequence. */
export interface AttentionKernel {
  readonly seq: number;
  /** Keys that count, 1..seq; default all. */
  readonly valid?: number;
  readonly heads: number;
  readonly headDim: number;
  readonly mode: SoftmaxMode;
  /** Scales the score differences for exp. */
  readonly exponent: Dyadic;
  /** Brings P·V to s8. */
  readonly scale: Dyadic;
}

/**
 * Compiles attention alone. Tensors: `query`, `key`, `value` (inputs) and `context`, all s8 [seq][heads · headDim].
 * Operations: scores, softmax, context. Errors: `compile-not-built-in`, `compile-fusion`, `compile-capacity`,
 * `program-semaphores`.
 */
export function compileAttention(params: Params, kernel: AttentionKernel, options?: CompileOptions): Compiled {
  const { seq, valid = seq, heads, headDim, mode, exponent, scale } = kernel;
  if (!params.features.has("softmax")) {
    throw new SystoleError({
      code: "compile-not-built-in",
      message: `the configuration ${params.name} has no softmax in its norm unit`,
      location: { path: "norm.functions" },
      remedy: 'Add "softmax" to norm.functions, or choose another configuration.',
    });
  }
  const { fusion = "auto" } = options ?? {};
  requireFusion(params, fusion);
  return compile(
    params,
    (builder, budget) => {
      const fused = fusion !== "off";
      const unit = fused ? rowUnit(params) : Math.max(rowUnit(params), params.wordBytes);
      const rows = { count: 1, size: seq, stride: roundUp(seq, unit) };
      const columns = { count: heads, size: headDim, stride: roundUp(headDim, params.wordBytes) };
      const tensor = (name: string, source: "input" | "accelerator") =>
        builder.tensor({ name, element: "s8", layout: "words", source, rows, columns });
      const [query, key, value] = [tensor("query", "input"), tensor("key", "input"), tensor("value", "input")];
      const context = tensor("context", "accelerator");
      const operation = (kind: string, macs: number) =>
        builder.operation({ name: kind, kind, layer: null, macs, where: "accelerator" });
      const macs = heads * seq * valid * headDim;
      const operations = {
        scores: operation("scores", macs),
        softmax: operation("softmax", 0),
        context: operation("context", macs),
      };
      const shared = { name: "attention", operations, valid: [valid], mode, exponent, scale };
      const add = fused ? addAttention : addUnfusedAttention;
      add(builder, { ...shared, query, key, value, context }, budget);
    },
    options,
  );
}
