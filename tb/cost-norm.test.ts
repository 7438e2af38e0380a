/** The cost model of NORM commands against the RTL: every start, every end and every row job, to the cycle. */
import { describe, expect, test } from "vitest";
import { NormTimeline, normTiming } from "../src/compiler/cost/index.ts";
import { loadConfig, presetNames } from "../src/config/index.ts";
import type { Params } from "../src/config/index.ts";
import { withSeed } from "../src/harness/index.ts";
import type { Random } from "../src/harness/index.ts";
import { CommandMaker, normVariant, randomState } from "./support/norm-commands.ts";
import type { Step } from "./support/norm-commands.ts";
import { copyMemories, openNorm, runNorm } from "./support/norm-driver.ts";
import type { NormBench, Outcome } from "./support/norm-driver.ts";

const BATCHES = 5;
const SEQUENCE = 10;
const SINGLES = 40;

const CONFIGS: readonly Params[] = [
  ...presetNames().map((name) => loadConfig(name)),
  normVariant({ cols: 16, lanes: 4 }),
  normVariant({ rows: 16, cols: 8 }),
  normVariant({ rows: 4, cols: 8, functions: ["softmax"] }),
];

/** Offers each command when the one before it has been taken, or `late` as it likes. */
function run(
  bench: NormBench,
  p: Params,
  memories: ReturnType<typeof copyMemories>,
  steps: readonly Step[],
  random: Random,
): Outcome {
  return runNorm(bench, p, memories, steps, { random, refuse: 0, pause: 0, late: random.pick([0, 0.5, 0.9, 0.98]) });
}

describe.each(CONFIGS.map((p) => [p.name, p] as const))("NORM commands, %s", (_, p) => {
  test("one by one: occupied, retired and row jobs", async () => {
    await withSeed(async (random) => {
      const bench = await openNorm(p, 1);
      try {
        const model = randomState(p, random);
        const maker = new CommandMaker(p, model, random);
        for (let i = 0; i < SINGLES; i++) {
          const memories = copyMemories(p, model);
          maker.restart();
          const step = maker.make(0);
          const outcome = run(bench, p, memories, [step], random);
          const { occupied, latency, rowJob } = normTiming(p, step.fields);
          const start = outcome.taken[0]!;
          const where = JSON.stringify(step.fields);
          expect(outcome.retired[0]!.cycle - start, where).toBe(latency);
          expect(outcome.idle - start, where).toBe(
            Math.max(latency, occupied + 1, rowJob === 0 ? 0 : latency + rowJob + 1),
          );
        }
      } finally {
        bench.close();
      }
    });
  });

  test("in sequence: starts and retirements", async () => {
    await withSeed(async (random) => {
      const bench = await openNorm(p, 1);
      try {
        const model = randomState(p, random);
        const maker = new CommandMaker(p, model, random);
        for (let batch = 0; batch < BATCHES; batch++) {
          const memories = copyMemories(p, model);
          maker.restart();
          const steps = Array.from({ length: SEQUENCE }, (_unused, index) => maker.make(index));
          const outcome = run(bench, p, memories, steps, random);
          const timeline = new NormTimeline(p);
          const expected = steps.map(({ fields }, i) => timeline.issue(fields, outcome.offered[i]!));
          const where = `batch ${batch}: ${JSON.stringify(steps.map(({ fields }) => fields))}`;
          expect(outcome.taken, where).toEqual(expected.map(({ start }) => start));
          expect(
            outcome.retired.map(({ cycle }) => cycle),
            where,
          ).toEqual(expected.map(({ retire }) => retire));
        }
      } finally {
        bench.close();
      }
    });
  });
});
