import { expect, test } from "vitest";
import { compileEncoder, executeProgram } from "../../src/compiler/index.ts";
import type { EncoderOptions } from "../../src/compiler/index.ts";
import { deriveParams, loadConfig, presetNames } from "../../src/config/index.ts";
import type { Params } from "../../src/config/index.ts";
import { NORM_VARIANTS } from "../../src/isa/index.ts";
import type { RandomBertOptions } from "../../src/model/index.ts";
import { testParams } from "./support/configs.ts";
import { differences, imageWith, testInputs, testModel } from "./support/encoder.ts";
import { breatheBetweenTests } from "./support/breathe.ts";

breatheBetweenTests();

/**
 * Compiles and runs on the functional machine, from two different states of the memories: every tensor must equal the
 * integer encoder's, and the two DRAM images each other.
 */
function check(params: Params, shape: Partial<RandomBertOptions>, options: EncoderOptions): void {
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
}

/** Padded length and valid lengths. */
const lengths: readonly (readonly [seq: number, valid: readonly number[]])[] = [
  [1, [1]],
  [17, [17, 4]],
  [100, [77]],
];

for (const preset of presetNames()) {
  for (const [seq, valid] of lengths) {
    test(`${preset}: sequences of ${seq}, valid ${valid.join(", ")}`, () => {
      check(loadConfig(preset), {}, { seq, valid });
    });
  }
  test(`${preset}: 5 heads of 24, two layers, ReLU, normalised Softmax`, () => {
    const shape = {
      hidden: 120,
      heads: 5,
      intermediate: 200,
      layers: 2,
      activation: "relu",
      softmax: "normalised",
    } as const;
    check(loadConfig(preset), shape, { seq: 33, valid: [20, 33] });
  });
  test(`${preset}: a sequence of 384`, () => {
    check(loadConfig(preset), { hidden: 64, heads: 1, intermediate: 64 }, { seq: 384, valid: [384] });
  });
}

const arrays = {
  "4x16": { rows: 4, cols: 16, scratchpad: 32, accumulator: 64, dmaBits: 64 },
  "16x4": { rows: 16, cols: 4, scratchpad: 32, accumulator: 64, dmaBits: 128 },
  "8x32 with 16 lanes": { rows: 8, cols: 32, scratchpad: 32, accumulator: 64, dmaBits: 256, lanes: 16 },
  "64x64": { rows: 64, cols: 64, scratchpad: 256, accumulator: 256, dmaBits: 512 },
  "4x4 with a beat of 16 words": { rows: 4, cols: 4, scratchpad: 32, accumulator: 64, dmaBits: 512 },
  "32x8 with 4 lanes": { rows: 32, cols: 8, scratchpad: 64, accumulator: 64, dmaBits: 512, lanes: 4 },
  "64x4": { rows: 64, cols: 4, scratchpad: 64, accumulator: 64, dmaBits: 64 },
  "Softmax only": { rows: 16, cols: 16, scratchpad: 64, accumulator: 256, dmaBits: 128, functions: ["softmax"] },
  "no Softmax, 4 lanes": {
    rows: 16,
    cols: 16,
    scratchpad: 64,
    accumulator: 128,
    dmaBits: 128,
    functions: ["gelu", "layernorm"],
    lanes: 4,
  },
  "8 semaphores": { rows: 16, cols: 16, scratchpad: 64, accumulator: 128, dmaBits: 128, semaphores: 8, lanes: 8 },
  "16 row slots": { rows: 8, cols: 8, scratchpad: 32, accumulator: 64, dmaBits: 64, rowSlots: 16 },
} as const;

for (const [name, config] of Object.entries(arrays)) {
  test(`array ${name}`, () => {
    check(testParams(config), { hidden: 120, heads: 5, intermediate: 240 }, { seq: 33, valid: [33, 9] });
    check(testParams(config), { hidden: 96, heads: 4, softmax: "normalised" }, { seq: 5, valid: [5] });
  });
}

test.each(NORM_VARIANTS)("functions that are built in may be left unused, with the same tensors: %s", (variant) => {
  const { config } = loadConfig("transformer");
  const variants = { softmax: variant, layernorm: variant, gelu: variant };
  const params = deriveParams({ ...config, norm: { ...config.norm, variants } });
  for (const functions of [[], ["softmax"], ["layernorm", "gelu"]] as const) {
    check(params, { variants }, { seq: 20, valid: [20, 7], functions: new Set(functions) });
    check(params, { variants, softmax: "normalised" }, { seq: 9, valid: [9], functions: new Set(functions) });
  }
});

test("a prefix of the layers", () => {
  const model = testModel({ layers: 2 });
  const { program } = compileEncoder(loadConfig("transformer"), model.bert, { seq: 8, valid: [8], layers: 1 });
  expect(program.operations.map((o) => o.name)).toEqual(
    ["query", "key", "value", "scores", "softmax", "context", "attention-output", "intermediate", "output"].map(
      (kind) => `layer 0 ${kind}`,
    ),
  );
  expect(program.segments).toHaveLength(1);
});

test.each(["softmax", "layernorm", "gelu"] as const)(
  "a model quantised for another variant of %s is refused",
  (name) => {
    const params = loadConfig("transformer");
    const { bert } = testModel({ variants: { ...params.variants, [name]: "ibert" } });
    expect(() => compileEncoder(params, bert, { seq: 8, valid: [8] })).toThrow(
      `the model was quantised for the ${name} variant "ibert"; the configuration transformer has "systole"`,
    );
  },
);

test("wrong lengths are refused", () => {
  const params = loadConfig("transformer");
  const { bert } = testModel();
  const compile = (options: EncoderOptions) => () => compileEncoder(params, bert, options);
  expect(compile({ seq: 8, valid: [9] })).toThrow("a valid length of 9 in sequences of 8");
  expect(compile({ seq: 8, valid: [] })).toThrow("no sequence to compile for");
  expect(compile({ seq: 5000, valid: [1] })).toThrow("a sequence length of 5000: must be an integer from 1 to 4096");
  expect(compile({ seq: 8, valid: [8], layers: 2 })).toThrow("2 layers of a model that has 1");
});
