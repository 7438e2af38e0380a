import { expect, test } from "vitest";
import { compileEncoder, compileMatmul, executeProgram } from "../../src/compiler/index.ts";
import type { Params } from "../../src/config/index.ts";
import { SystoleError } from "../../src/errors.ts";
import { testParams } from "./support/configs.ts";
import { differences, imageWith, testInputs, testModel } from "./support/encoder.ts";
import { breatheBetweenTests } from "./support/breathe.ts";

breatheBetweenTests();

function capacityError(act: () => unknown): SystoleError {
  try {
    act();
  } catch (error) {
    if (error instanceof SystoleError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

const square = (scratchpad: number, accumulator: number): Params =>
  testParams({ rows: 16, cols: 16, scratchpad, accumulator, dmaBits: 128 });

test("an accumulator too small for a row of LayerNorm: which memory, how much there is, how much is needed", () => {
  const { bert } = testModel({ hidden: 768, heads: 12, intermediate: 64 });
  const error = capacityError(() => compileEncoder(square(64, 16), bert, { seq: 8, valid: [8], fusion: "all" }));
  expect(error.code).toBe("compile-capacity");
  // 48 tiles of one row, and 5 rows of parameters for each: 288 rows of 64 bytes.
  expect(error.message).toBe(
    "layer0.attentionOutput: no tiling fits the configuration test-16x16: " +
      "the smallest needs 18 KiB of accumulator, of which there are 16 KiB",
  );
  expect(error.location).toEqual({ path: "accumulator.kib" });
  expect(error.remedy).toBe("Set accumulator.kib to at least 18.");
});

test("a scratchpad too small for the rows of P·V", () => {
  const { bert } = testModel({ hidden: 16, heads: 1, intermediate: 16 });
  const error = capacityError(() => compileEncoder(square(1, 256), bert, { seq: 1024, valid: [1024] }));
  expect(error.message).toMatch(
    /^layer0\.attention: no tiling fits the configuration test-16x16: the smallest needs \d+(\.\d)? KiB of scratchpad, of which there are 1 KiB$/,
  );
  expect(error.location).toEqual({ path: "scratchpad.kib" });
});

test("what the remedy says is enough", () => {
  const model = testModel({ hidden: 768, heads: 12, intermediate: 64 });
  const params = square(64, 18);
  const compiled = compileEncoder(params, model.bert, { seq: 8, valid: [8] });
  const inputs = testInputs(model, 8, [8]);
  const image = imageWith(compiled, inputs);
  executeProgram(params, compiled.program, image, { poison: 5 });
  expect(differences(compiled, image, model, inputs)).toEqual({});
});

test("long sequences in memories that hold only a few rows of scores", () => {
  const model = testModel({ hidden: 32, heads: 1, intermediate: 32 });
  const params = testParams({ rows: 16, cols: 16, scratchpad: 16, accumulator: 64, dmaBits: 128 });
  const compiled = compileEncoder(params, model.bert, { seq: 1200, valid: [1111] });
  const inputs = testInputs(model, 1200, [1111]);
  const image = imageWith(compiled, inputs);
  executeProgram(params, compiled.program, image, { poison: 5 });
  expect(differences(compiled, image, model, inputs)).toEqual({});
});

test("too few semaphores: how many are needed", () => {
  // A product needs load → gemm, gemm → load, gemm → norm, norm → gemm: four of them.
  const params = { ...square(64, 64), semaphores: 1 };
  const error = capacityError(() =>
    compileMatmul(params, { rows: 512, inner: 512, cols: 512, weights: new Int8Array(512 * 512) }),
  );
  expect(error.code).toBe("program-semaphores");
  expect(error.message).toBe("the program needs 4 semaphores, the configuration test-16x16 has 1");
});
