/** The cost model of NORM commands against the RTL: every start, every end and every row job, to the cycle. */
import { describe, expect, test } from "vitest";
import { NormTimeline, normTiming } from "../src/compiler/cost/index.ts";
import { loadConfig, presetNames } from "../src/config/index.ts";
import type { Params } from "../src/config/index.ts";
import { withSeed } from "../src/harness/index.ts";
import type { Random } from "../src/harness/index.ts";
import { command, NORM_FUNCTIONS, NORM_OUTPUTS } from "../src/isa/index.ts";
import type { NormFields, NormFunction } from "../src/isa/index.ts";
import { createState } from "../src/machine/state.ts";
import type { MachineState } from "../src/machine/state.ts";
import { CommandMaker, normVariant, randomState } from "./support/norm-commands.ts";
import type { Step } from "./support/norm-commands.ts";
import { copyMemories, openNorm, runNorm } from "./support/norm-driver.ts";
import type { NormBench, Outcome } from "./support/norm-driver.ts";

const BATCHES = 4;
const SEQUENCE = 10;
const SINGLES = 40;

const CONFIGS: readonly Params[] = [
  ...presetNames().map((name) => loadConfig(name)),
  normVariant({ cols: 16, lanes: 4 }),
  normVariant({ rows: 16, cols: 8 }),
  normVariant({ rows: 4, cols: 8, functions: ["softmax"] }),
  normVariant({ cols: 8, variants: { softmax: "ibert", layernorm: "ibert", gelu: "ibert" } }),
];

/** Memories always ready; each command is offered when the one before it has been taken, or later; STORE may pause. */
function run(
  bench: NormBench,
  p: Params,
  memories: MachineState,
  steps: readonly Step[],
  random: Random,
  pause = 0,
): Outcome {
  return runNorm(bench, p, memories, steps, { random, refuse: 0, pause, late: random.pick([0, 0.5, 0.9, 0.98]) });
}

/** What the model expects of the steps, and what they did. */
function compare(p: Params, steps: readonly Step[], { offered, taken, retired, paused }: Outcome): void {
  const ask = (cycle: number): number => {
    let asked = cycle;
    while (paused.has(asked)) asked++;
    return asked;
  };
  const timeline = new NormTimeline(p);
  const expected = steps.map(({ fields }, i) => timeline.issue(fields, offered[i]!, paused.size > 0 ? ask : undefined));
  const where = JSON.stringify(steps.map(({ fields }) => fields));
  const cycles = { start: taken, retire: retired.map(({ cycle }) => cycle) };
  const times = { start: expected.map(({ start }) => start), retire: expected.map(({ retire }) => retire) };
  expect(cycles, where).toEqual(times);
}

/** A pass of the size of an encoder's; its results do not matter. */
function longPass(p: Params, random: Random): Step {
  const slots = Math.min(64, p.rowSlots);
  const rows = random.pick([slots, random.integer(1, slots)]);
  const most = Math.floor((p.accumulatorRows / 2 / rows) * p.tileSlices);
  const raw = Math.max(1, p.wordBytes / (4 * p.lanes));
  const slices = Math.max(raw, Math.floor(random.integer(1, Math.min(48, most)) / raw) * raw);
  const names = ["raw", "preload", "requantise"] as NormFunction[];
  if (p.features.has("softmax")) names.push("exp", "probability", "exp");
  if (p.features.has("layernorm")) names.push("statistics", "normalise", "statistics");
  const fields = command("norm", {
    function: NORM_FUNCTIONS[random.pick(names)],
    rows,
    slices,
    accStride: rows,
    spadStride: 0,
    paramAddress: p.accumulatorRows - 4,
    perChannel: random.integer(0, 1),
    deferred: random.integer(0, 1),
    pendingRowJobs: random.integer(0, 2),
    output: p.lanes === p.wordBytes ? random.pick([NORM_OUTPUTS.stream, NORM_OUTPUTS.scratchpad]) : 0,
    validColumns: slices * p.lanes,
  }).fields as NormFields;
  return { fields, rowMax: [] };
}

describe.each(CONFIGS.map((p) => [p.name, p] as const))("NORM commands, %s", (_, p) => {
  const withBench = (test: (bench: NormBench, random: Random) => void): Promise<void> =>
    withSeed(async (random) => {
      const bench = await openNorm(p, 1);
      try {
        test(bench, random);
      } finally {
        bench.close();
      }
    });

  test("one by one: occupied, retired and row jobs", async () => {
    await withBench((bench, random) => {
      const model = randomState(p, random);
      const maker = new CommandMaker(p, model, random);
      for (let i = 0; i < SINGLES; i++) {
        const memories = copyMemories(p, model);
        maker.restart();
        const step = maker.make(0);
        const { taken, retired, idle } = run(bench, p, memories, [step], random);
        const { occupied, latency, rowJob } = normTiming(p, step.fields);
        const end = Math.max(latency, occupied + 1, rowJob === 0 ? 0 : latency + rowJob + 1);
        const cycles = { retire: retired[0]!.cycle - taken[0]!, idle: idle - taken[0]! };
        expect(cycles, JSON.stringify(step.fields)).toEqual({ retire: latency, idle: end });
      }
    });
  });

  test.each([
    ["", 0],
    [", STORE at its own pace", 0.4],
  ] as const)("in sequence: starts and retirements%s", async (_name, pause) => {
    await withBench((bench, random) => {
      const model = randomState(p, random);
      const maker = new CommandMaker(p, model, random);
      for (let batch = 0; batch < BATCHES; batch++) {
        const memories = copyMemories(p, model);
        maker.restart();
        const steps = Array.from({ length: SEQUENCE }, (_unused, index) => maker.make(index));
        compare(p, steps, run(bench, p, memories, steps, random, pause));
      }
    });
  });

  test("long passes in sequence", async () => {
    await withBench((bench, random) => {
      const memories = createState(p, undefined);
      const steps = Array.from({ length: SEQUENCE }, () => longPass(p, random));
      compare(p, steps, run(bench, p, memories, steps, random));
    });
  });
});

test("a thousand passes of an encoder's size take the model less than half a second", () => {
  const p = loadConfig("transformer");
  const shape = { rows: 64, slices: 48, perChannel: 1 };
  const passes = (["statistics", "statistics", "normalise", "preload"] as const).map(
    (name) => command("norm", { function: NORM_FUNCTIONS[name], ...shape, pendingRowJobs: 1 }).fields as NormFields,
  );
  const timeline = new NormTimeline(p);
  const before = process.cpuUsage();
  for (let i = 0; i < 1000; i++) timeline.issue(passes[i % passes.length]!, 0);
  expect(process.cpuUsage(before).user).toBeLessThan(500_000);
});
