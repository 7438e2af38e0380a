import { describe, expect, test } from "vitest";
import { loadConfig, presetNames } from "../src/config/index.ts";
import type { Params } from "../src/config/index.ts";
import { NormEngine } from "../src/generators/norm/index.ts";
import { formatLint, lintVerilog, withSeed } from "../src/harness/index.ts";
import type { Random } from "../src/harness/index.ts";
import { elaborate, emitVerilog } from "../src/hdl/index.ts";
import { CommandMaker, normVariant, randomState } from "./support/norm-commands.ts";
import { copyMemories, differences, openNorm, runNorm } from "./support/norm-driver.ts";
import type { Disturbance } from "./support/norm-driver.ts";

/** Runs batches of random commands and compares all memories, the stream and the retirements with the functional machine. */
async function randomBatches(p: Params, random: Random, batches: number, disturb?: Disturbance): Promise<void> {
  const bench = await openNorm(p, random.word() >>> 1);
  try {
    const model = randomState(p, random);
    const maker = new CommandMaker(p, model, random);
    for (let batch = 0; batch < batches; batch++) {
      const memories = copyMemories(p, model);
      maker.restart();
      const steps = Array.from({ length: 10 }, (_, index) => maker.make(index));
      const stream = new Uint8Array(model.stream.length);
      model.stream.take(stream);
      const outcome = runNorm(bench, p, memories, steps, disturb);
      expect(outcome.retired.map(({ post, index }) => ({ post, index }))).toEqual(
        steps.map(({ fields }, index) => ({ post: fields.post, index })),
      );
      const where = `batch ${batch}: ${JSON.stringify(steps.map(({ fields }) => fields))}`;
      expect(differences(memories.scratchpad, model.scratchpad), `scratchpad, ${where}`).toEqual([]);
      expect(differences(memories.accumulator, model.accumulator), `accumulator, ${where}`).toEqual([]);
      expect(differences(Uint8Array.from(outcome.stream), stream), `stream, ${where}`).toEqual([]);
    }
  } finally {
    bench.close();
  }
}

const VARIANTS = [
  normVariant({ cols: 4 }),
  normVariant({ cols: 16 }),
  // Several norm slices in an accumulator row; words wider than a row; raw words made of several row-slices.
  normVariant({ cols: 16, lanes: 4 }),
  normVariant({ rows: 16, cols: 8 }),
  normVariant({ rows: 32, cols: 8, lanes: 4 }),
  normVariant({ rows: 4, cols: 8 }),
  normVariant({ cols: 8, functions: [] }),
  normVariant({ cols: 8, functions: ["softmax"] }),
  normVariant({ cols: 8, functions: ["layernorm"] }),
  normVariant({ cols: 8, functions: ["gelu"] }),
  // I-BERT's GELU and LayerNorm beside a Softmax of the other kind, i-exp alone, and all of its functions.
  normVariant({ cols: 8, variants: { layernorm: "ibert", gelu: "ibert" } }),
  normVariant({ cols: 8, functions: ["softmax"], variants: { softmax: "ibert" } }),
  normVariant({ cols: 8, variants: { softmax: "ibert", layernorm: "ibert", gelu: "ibert" } }),
];

describe.each(VARIANTS.map((p) => [p.name, p] as const))("norm engine %s", (_, p) => {
  test("random commands", async () => {
    await withSeed((random) => randomBatches(p, random, 8));
  });

  test("random commands: reads and writes refused, STORE and commands late", async () => {
    await withSeed((random) => randomBatches(p, random, 6, { random, refuse: 0.3, pause: 0.5, late: 0.5 }));
  });

  test("lint", async () => {
    const design = emitVerilog(elaborate(NormEngine, p));
    expect(formatLint(await lintVerilog(design.files, design.top))).toBe("");
  });
});

test.each(presetNames())("preset %s: lint", async (name) => {
  const design = emitVerilog(elaborate(NormEngine, loadConfig(name)));
  expect(formatLint(await lintVerilog(design.files, design.top))).toBe("");
});

test("64 x 64: lint", async () => {
  const design = emitVerilog(elaborate(NormEngine, normVariant({ cols: 64 })));
  expect(formatLint(await lintVerilog(design.files, design.top))).toBe("");
});
