/** Encoder layers with Softmax and LayerNorm on chip and through DRAM, on the RTL: the same tensors, to the bit. */
import { describe, expect, test } from "vitest";
import { loadConfig } from "../src/config/index.ts";
import { withSeed } from "../src/harness/index.ts";
import { caseName, runEncoderCase } from "./support/encoder-case.ts";
import type { EncoderCase } from "./support/encoder-case.ts";

describe.each(["transformer", "edge"])("preset %s", (preset) => {
  const params = loadConfig(preset);

  describe.each(["off", "softmax", "all", "auto"] as const)("fusion %s", (fusion) => {
    test.each([
      [17, "deferred"],
      [50, "normalised"],
    ] as const)(
      "length %i, %s",
      (seq, softmax) =>
        withSeed(async ({ seed }) => {
          const c: EncoderCase = {
            params,
            bert: { hidden: 120, heads: 5, intermediate: 200, layers: 1, softmax },
            seq,
            valid: [seq, Math.ceil(seq / 2)],
            memory: { latencyCycles: 40, stallProbability: 0.1, bytesPerCycle: params.beatBytes },
            fusion,
            seed,
          };
          const { tensors, differences, run } = await runEncoderCase(c);
          expect(differences, caseName(c)).toEqual([]);
          expect(tensors).toBe(7 * c.valid.length);
          // What is not fused is there as an operation of its own, with commands that the hardware has executed.
          const kinds = new Set(
            run.traces.map((t) => run.program.operations[run.program.commandOperations[t.index]!]!.kind),
          );
          expect(kinds.has("softmax")).toBe(true);
          if (fusion !== "auto") expect(kinds.has("output-layernorm")).toBe(fusion !== "all");
        }),
      600_000,
    );
  });
});
