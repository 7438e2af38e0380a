/** Encoder layers, and functions alone, as I-BERT has them, on the RTL: every tensor equals the integer model's. */
import { describe, expect, test } from "vitest";
import { makeWorkload, runWorkload } from "../src/bench/index.ts";
import { withSeed } from "../src/harness/index.ts";
import { caseName, runEncoderCase } from "./support/encoder-case.ts";
import { variant } from "./support/params.ts";

const params = variant({
  rows: 8,
  cols: 8,
  accumulatorKib: 64,
  variants: { softmax: "ibert", layernorm: "ibert", gelu: "ibert" },
});

describe("functions as I-BERT has them", () => {
  test.each([
    [7, "all", 0],
    [30, "off", 0.3],
  ] as const)(
    "a layer at length %i, fusion %s, stalls %f",
    (seq, fusion, stallProbability) =>
      withSeed(async ({ seed }) => {
        const c = {
          params,
          bert: { hidden: 72, heads: 3, intermediate: 120, layers: 1 },
          seq,
          valid: [seq, Math.ceil(seq / 2)],
          memory: { latencyCycles: 40, stallProbability, bytesPerCycle: params.beatBytes },
          fusion,
          seed,
        };
        const { tensors, differences } = await runEncoderCase(c);
        expect(differences, caseName(c)).toEqual([]);
        expect(tensors).toBe(7 * c.valid.length);
      }),
    600_000,
  );

  test.each([
    ["layernorm", "deferred", 0],
    ["layernorm", "deferred", 0.4],
    ["softmax", "deferred", 0.4],
    ["softmax", "normalised", 0],
    ["gelu", "deferred", 0.4],
  ] as const)("%s alone, rows of 768 columns, Softmax %s, stalls %f", (name, softmax, stallProbability) =>
    withSeed(async ({ seed }) => {
      const memory = { latencyCycles: 40, stallProbability, bytesPerCycle: params.beatBytes, seed };
      const choice = { seq: 1, layers: 1, repeat: 2, softmax, seed } as const;
      const workload = makeWorkload(name, params, choice, { memory });
      const { comparisons } = await runWorkload(params, workload, { memory, check: true });
      expect(comparisons!.map(({ differences }) => differences)).toEqual([0]);
      expect(comparisons![0]!.values).toBeGreaterThan(700);
    }),
  );
});
