import { describe, expect, test } from "vitest";
import { compileEncoder, executeProgram, FUSIONS } from "../../src/compiler/index.ts";
import type { EncoderOptions, Fusion } from "../../src/compiler/index.ts";
import { loadConfig } from "../../src/config/index.ts";
import type { Params } from "../../src/config/index.ts";
import type { RandomBertOptions } from "../../src/model/index.ts";
import { testParams } from "./support/configs.ts";
import { differences, imageWith, testInputs, testModel } from "./support/encoder.ts";
import { breatheBetweenTests } from "./support/breathe.ts";

breatheBetweenTests();

/** Runs on the functional machine from two states of the memories: no difference to the integer encoder or each other. */
function check(params: Params, shape: Partial<RandomBertOptions>, options: EncoderOptions): readonly string[] {
  const model = testModel(shape);
  const compiled = compileEncoder(params, model.bert, options);
  const inputs = testInputs(model, options.seq, options.valid);
  const [first, second] = [1, 2].map((poison) => {
    const image = imageWith(compiled, inputs);
    executeProgram(params, compiled.program, image, { poison });
    return image;
  });
  expect(differences(compiled, first!, model, inputs)).toEqual({});
  expect(Buffer.compare(first!, second!)).toBe(0);
  return compiled.program.tensors.map(({ name }) => name.replace("layer0.", ""));
}

const BETWEEN: Readonly<Record<Exclude<Fusion, "auto">, readonly string[]>> = {
  all: [],
  softmax: ["attentionOutput.accumulator", "output.accumulator"],
  off: ["attention.scores", "attention.probabilities", "attentionOutput.accumulator", "output.accumulator"],
};
const names = ["input", "query", "key", "value", "context", "attentionOutput", "intermediate", "output"];

const configs: Record<string, Params> = {
  transformer: loadConfig("transformer"),
  edge: loadConfig("edge"),
  "4x16": testParams({ rows: 4, cols: 16, scratchpad: 32, accumulator: 64, dmaBits: 64 }),
  "16x4": testParams({ rows: 16, cols: 4, scratchpad: 32, accumulator: 64, dmaBits: 128 }),
  "4x4 with a beat of 16 words": testParams({ rows: 4, cols: 4, scratchpad: 32, accumulator: 64, dmaBits: 512 }),
  "8 semaphores": testParams({ rows: 16, cols: 16, scratchpad: 64, accumulator: 128, dmaBits: 128, semaphores: 8 }),
  "16 row slots": testParams({ rows: 8, cols: 8, scratchpad: 32, accumulator: 64, dmaBits: 64, rowSlots: 16 }),
};

describe.each(Object.entries(configs))("%s", (_, params) => {
  test.each(["off", "softmax", "all"] as const)("fusion %s", (fusion) => {
    const shape = { hidden: 120, heads: 5, intermediate: 240 };
    const tensors = check(params, shape, { seq: 33, valid: [33, 9], fusion });
    expect(new Set(tensors)).toEqual(new Set([...names, ...BETWEEN[fusion]]));
    check(params, { softmax: "normalised", activation: "relu" }, { seq: 17, valid: [17], fusion });
    check(params, { softmax: "deferred" }, { seq: 100, valid: [77], fusion });
  });
});

test("every fusion's results are the same where accumulators cannot come back, or the mistake is told", () => {
  const params = testParams({ rows: 8, cols: 32, scratchpad: 32, accumulator: 64, dmaBits: 256, lanes: 16 });
  for (const fusion of FUSIONS) {
    const run = (): unknown => check(params, {}, { seq: 20, valid: [20], fusion });
    if (fusion === "auto" || fusion === "all") run();
    else {
      expect(run).toThrow(
        `fusion "${fusion}" on the configuration test-8x32: accumulators come back from DRAM only where the norm ` +
          "unit has a lane for every column (norm.lanes is 16, array.cols 32)",
      );
    }
  }
});

test("functions on the host stay there, whatever the fusion", () => {
  const functions = new Set(["gelu"] as const);
  for (const fusion of FUSIONS) {
    check(loadConfig("transformer"), {}, { seq: 20, valid: [20, 7], functions, fusion });
  }
});
