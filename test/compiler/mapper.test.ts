import { expect, test } from "vitest";
import { compileAttention, compileEncoder, compileMatmul, executeProgram } from "../../src/compiler/index.ts";
import type { Compiled, MappingCandidate } from "../../src/compiler/index.ts";
import { loadConfig } from "../../src/config/index.ts";
import type { Params } from "../../src/config/index.ts";
import { namedShapes, randomBert } from "../../src/model/index.ts";
import { testParams } from "./support/configs.ts";
import { differences, imageWith, testInputs, testModel } from "./support/encoder.ts";
import { breatheBetweenTests } from "./support/breathe.ts";

breatheBetweenTests();

const product = (params: Params, rows: number, cols: number, inner: number): Compiled =>
  compileMatmul(params, {
    rows,
    cols,
    inner,
    weights: new Int8Array(inner * cols),
    scales: { m: new Uint16Array(cols).fill(1), e: new Int8Array(cols).fill(7) },
  });

const LAYER = { hidden: 256, heads: 4, intermediate: 512, layers: 1, positions: 512 };

const cycles = ({ predictedCycles, estimatedCycles }: MappingCandidate): number => predictedCycles ?? estimatedCycles;

test("operations of equal shape share one search; the winner comes first, with its reason", () => {
  const { bert } = testModel({ layers: 2 });
  const { mapping } = compileEncoder(loadConfig("transformer"), bert, { seq: 40, valid: [40] });
  const [projections, attention] = mapping.operations;
  expect(projections!.operations).toEqual(
    [0, 1].flatMap((layer) => ["query", "key", "value"].map((kind) => `layer ${layer} ${kind}`)),
  );
  expect(attention!.operations.slice(0, 3)).toEqual(["layer 0 scores", "layer 0 softmax", "layer 0 context"]);
  expect(mapping.fusions.map(({ operation }) => operation)).toEqual(["softmax", "attention-output", "output"]);
  for (const { candidates, enumerated, fitting, reason, floorCycles } of mapping.operations) {
    expect(fitting).toBeLessThanOrEqual(enumerated);
    expect(candidates.length).toBeGreaterThan(0);
    expect(reason.startsWith(`${candidates[0]!.label}: `)).toBe(true);
    for (const c of candidates) {
      expect(c.predictedCycles ?? Infinity).toBeGreaterThan(floorCycles);
      // No candidate that was predicted beats the winner clearly.
      if (c.predictedCycles !== null) expect(c.predictedCycles).toBeGreaterThanOrEqual(0.995 * cycles(candidates[0]!));
    }
  }
});

test("the same program and the same mapping every time", () => {
  const compile = (): Compiled => product(loadConfig("edge"), 100, 200, 300);
  const [a, b] = [compile(), compile()];
  expect(a.mapping).toEqual(b.mapping);
  expect(Buffer.compare(a.program.commands, b.program.commands)).toBe(0);
});

test("a thin product is bound by its loads, a thick one by the array", () => {
  const bound = (rows: number): string =>
    product(loadConfig("transformer"), rows, 768, 768).mapping.operations[0]!.candidates[0]!.bound;
  expect(bound(8)).toBe("load");
  expect(bound(256)).toBe("compute");
});

test("whole rows that do not fit on chip: LayerNorm goes through DRAM, with the same results", () => {
  const params = testParams({ rows: 16, cols: 16, scratchpad: 64, accumulator: 16, dmaBits: 128 });
  const model = testModel({ hidden: 256, heads: 4, intermediate: 64 });
  // A row of LayerNorm alone needs fewer parameters than one with the residual's before it.
  const compiled = compileEncoder({ ...params, accumulatorRows: 80 }, model.bert, { seq: 8, valid: [8] });
  expect(compiled.mapping.fusions.slice(1)).toEqual(
    ["attention-output", "output"].map((operation) => ({
      operation,
      fused: false,
      fusedCycles: null,
      unfusedCycles: expect.any(Number) as number,
      reason: "whole rows do not fit on chip",
    })),
  );
  const inputs = testInputs(model, 8, [8]);
  const image = imageWith(compiled, inputs);
  executeProgram({ ...params, accumulatorRows: 80 }, compiled.program, image, { poison: 5 });
  expect(differences(compiled, image, model, inputs)).toEqual({});
});

test("a choice that was asked for is not compared", () => {
  const kernel = { seq: 64, heads: 2, headDim: 32, exponent: { m: 1250, e: 25 }, scale: { m: 1250, e: 20 } };
  const fusions = (fusion: "auto" | "off") =>
    compileAttention(loadConfig("transformer"), { ...kernel, mode: "deferred" }, { fusion }).mapping.fusions;
  expect(fusions("off")).toEqual([
    { operation: "softmax", fused: false, fusedCycles: null, unfusedCycles: null, reason: "as asked for" },
  ]);
  const [choice] = fusions("auto");
  expect(choice!.fused).toBe(true);
  expect(choice!.unfusedCycles!).toBeGreaterThan(choice!.fusedCycles!);
  expect(choice!.reason).toMatch(/^on chip takes \d+\.\d % fewer cycles$/);
});

test("a BERT-Base layer is compiled in less than a second of processor time", () => {
  const { bert } = randomBert({ ...namedShapes["bert-base"], layers: 1, seed: 1, positions: 512 });
  const seconds = [1, 2, 3].map(() => {
    const before = process.cpuUsage();
    compileEncoder(loadConfig("transformer"), bert, { seq: 128, valid: [128] });
    return process.cpuUsage(before).user / 1e6;
  });
  expect(Math.min(...seconds)).toBeLessThan(1);
});

test("a larger memory does not make a layer slower", () => {
  const bert = randomBert({ ...LAYER, softmax: "deferred", seed: 1 }).bert;
  const cycles = (scratchpad: number, accumulator: number): number =>
    compileEncoder(testParams({ rows: 16, cols: 16, scratchpad, accumulator, dmaBits: 128 }), bert, {
      seq: 128,
      valid: [128],
      fusion: "all",
    }).expectedCycles;
  // Operations overlap with their neighbours differently, which is worth less than what tells tilings apart.
  const tolerance = 1.01;
  const [small, wide, large] = [cycles(16, 32), cycles(64, 32), cycles(64, 64)];
  expect(wide).toBeLessThanOrEqual(tolerance * small);
  expect(large).toBeLessThanOrEqual(tolerance * wide);
});
