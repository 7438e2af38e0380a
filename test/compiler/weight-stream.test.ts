import { describe, expect, test } from "vitest";
import { compileMatmul, executeProgram, findTensor, readTensor, writeTensor } from "../../src/compiler/index.ts";
import { defaultMemory } from "../../src/compiler/cost/index.ts";
import type { LinearProblem } from "../../src/compiler/linear-tiling.ts";
import { layOutStream, weightStreamCandidates } from "../../src/compiler/weight-stream-tiling.ts";
import { loadConfig } from "../../src/config/index.ts";
import type { Params } from "../../src/config/index.ts";
import { withSeed } from "../../src/harness/index.ts";
import { broadcastBias, matmul, requantise } from "../../src/reference/index.ts";
import { breatheBetweenTests } from "./support/breathe.ts";
import { testParams } from "./support/configs.ts";

breatheBetweenTests();

const CONFIGS: Record<string, Params> = {
  transformer: loadConfig("transformer"),
  edge: loadConfig("edge"),
  "4x16": testParams({ rows: 4, cols: 16, scratchpad: 16, accumulator: 64, dmaBits: 64 }),
  "16x4": testParams({ rows: 16, cols: 4, scratchpad: 16, accumulator: 64, dmaBits: 512 }),
  "8x8 with 4 lanes": testParams({ rows: 8, cols: 8, scratchpad: 16, accumulator: 64, dmaBits: 64, lanes: 4 }),
};

describe.each(Object.entries(CONFIGS))("%s", (_, params) => {
  test("every layout has every weight once, in order of K, and results leave when they are complete", () =>
    withSeed((random) => {
      const problem: LinearProblem = {
        rows: random.integer(1, params.rows),
        kTiles: random.integer(1, 60),
        slices: random.integer(1, 50),
        parameterRows: random.integer(1, 2),
        outputBytes: 1,
        residual: false,
      };
      const memory = { ...defaultMemory(params), bytesPerCycle: params.beatBytes / random.pick([1, 2]) };
      const inner = problem.kTiles * params.rows;
      for (const { tiling } of weightStreamCandidates(params, problem, memory)) {
        const { chunks, groups, passParameters } = layOutStream(params, problem, tiling, memory);
        let [k, slice] = [0, 0];
        for (const chunk of chunks) {
          expect([chunk.k, chunk.slice]).toEqual([k, slice]);
          expect(Math.min(chunk.size, chunk.slices)).toBeGreaterThan(0);
          slice += chunk.slices;
          if (slice < problem.slices) continue;
          [k, slice] = [k + chunk.size, 0];
        }
        expect([k, slice]).toEqual([inner, 0]);
        let done = 0;
        for (const group of groups) {
          const last = chunks[group.after]!;
          expect(group.slice).toBe(done);
          done += group.slices;
          expect([last.k + last.size, last.slice + last.slices]).toEqual([inner, done]);
        }
        expect(done).toBe(problem.slices);
        expect(chunks[passParameters]!.k + chunks[passParameters]!.size).toBe(inner);
      }
    }));

  test.each([true, false])("products of few rows take it and are right, requantised: %s", (requantised) =>
    withSeed((random) => {
      const [rows, inner, cols] = [random.integer(1, Math.min(4, params.rows)), 260, 150];
      const s8 = (length: number): Int8Array => Int8Array.from({ length }, () => random.integer(-128, 127));
      const weights = s8(inner * cols);
      const bias = Int32Array.from({ length: cols }, () => random.integer(-9999, 9999));
      const scales = {
        m: Uint16Array.from({ length: cols }, () => random.integer(2 ** 10, 2 ** 11 - 1)),
        e: new Int8Array(cols).fill(23),
      };
      const kernel = { rows, inner, cols, weights, bias, ...(requantised && { scales }) };
      const { program, createImage, mapping } = compileMatmul(params, kernel);
      expect(mapping.operations[0]!.candidates[0]!.label).toMatch(/^weights once/);
      const input = s8(rows * inner);
      const shape = { rows, cols };
      const sums = matmul(input, weights, { rows, inner, cols }, { initial: broadcastBias(bias, shape) });
      for (const poison of [1, 2]) {
        const image = createImage();
        writeTensor(findTensor(program, "input"), image, input);
        executeProgram(params, program, image, { poison });
        const output = readTensor(findTensor(program, "output"), image);
        expect(Array.from(output)).toEqual(Array.from(requantised ? requantise(sums, shape, scales) : sums));
      }
    }),
  );
});
