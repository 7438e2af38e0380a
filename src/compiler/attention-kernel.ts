/** Attention alone, from DRAM to DRAM, for benchmarks and tests. */
import type { Params } from "../config/index.ts";
import { SystoleError } from "../errors.ts";
import type { Dyadic } from "../reference/index.ts";
import { addAttention } from "./attention.ts";
import type { SoftmaxMode } from "./attention.ts";
import type { Budget } from "./budget.ts";
import { roundUp, rowUnit } from "./builder.ts";
import type { ProgramBuilder } from "./builder.ts";
import { compile } from "./compile.ts";
import type { CompileOptions, Compiled } from "./compile.ts";
import { FusionComparison, givenFusion, requireFusion } from "./fusion.ts";
import type { Fusion } from "./fusion.ts";
import { addUnfusedAttention } from "./unfused-attention.ts";

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
      describe(builder, kernel, isFused(kernel, fusion, budget), budget);
    },
    options,
  );
}

/** Decides where Softmax happens, and leaves word of it with the mapper. */
function isFused(kernel: AttentionKernel, fusion: Fusion, budget: Budget): boolean {
  const { mapper } = budget;
  if (fusion !== "auto") {
    mapper.recordFusion(givenFusion("softmax", fusion !== "off"));
    return fusion !== "off";
  }
  const comparison = new FusionComparison(mapper, (builder, fused) => {
    describe(builder, kernel, fused("softmax"), budget);
  });
  return comparison.choose({ operation: "softmax", fused: [NAME], unfused: [`${NAME} scores`, `${NAME} softmax`] });
}

const NAME = "attention";

function describe(builder: ProgramBuilder, kernel: AttentionKernel, fused: boolean, budget: Budget): void {
  const { params } = builder;
  const { seq, valid = seq, heads, headDim, mode, exponent, scale } = kernel;
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
  const shared = { name: NAME, operations, valid: [valid], mode, exponent, scale };
  const add = fused ? addAttention : addUnfusedAttention;
  add(builder, { ...shared, query, key, value, context }, budget);
}
