import { test } from "vitest";
import { loadConfig } from "../src/config/index.ts";
import { Control } from "../src/generators/control/index.ts";
import { Load, Store } from "../src/generators/dma/index.ts";
import { GemmEngine } from "../src/generators/gemm/index.ts";
import { Accelerator } from "../src/generators/index.ts";
import { Scratchpad } from "../src/generators/memory/index.ts";
import { NormEngine } from "../src/generators/norm/index.ts";
import { withSeed } from "../src/harness/index.ts";
import { elaborate, type Design } from "../src/hdl/index.ts";
import { expectSameAsEvaluator } from "../test/hdl/embedded/agreement.ts";

const params = loadConfig("edge");

const units: readonly (readonly [name: string, elaborated: () => Design, steps: number])[] = [
  ["load", () => elaborate(Load, params), 60],
  ["store", () => elaborate(Store, params), 60],
  ["scratchpad", () => elaborate(Scratchpad, params), 60],
  ["gemm engine", () => elaborate(GemmEngine, params), 40],
  ["norm engine", () => elaborate(NormEngine, params), 40],
  ["control", () => elaborate(Control, params), 40],
  ["whole accelerator", () => elaborate(Accelerator, params), 25],
];

test.each(units)(
  "the %s means the same to the embedded simulator and the evaluator",
  async (_name, design, steps) => {
    await withSeed((random) => {
      expectSameAsEvaluator(design(), random, steps);
    });
  },
  60_000,
);
