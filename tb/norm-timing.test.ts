import { describe, expect, test } from "vitest";
import { loadConfig } from "../src/config/index.ts";
import type { Params } from "../src/config/index.ts";
import { normFeatures, normStages } from "../src/generators/norm/index.ts";
import { withSeed } from "../src/harness/index.ts";
import type { Random } from "../src/harness/index.ts";
import { command, meanScale, NORM_FUNCTIONS, NORM_OUTPUTS } from "../src/isa/index.ts";
import type { NormFields, NormFunction, PartialFields } from "../src/isa/index.ts";
import { executeNorm } from "../src/machine/norm.ts";
import type { MachineState } from "../src/machine/state.ts";
import { meanReciprocal } from "../src/reference/index.ts";
import { normVariant, randomState, rowMaxima } from "./support/norm-commands.ts";
import type { Step } from "./support/norm-commands.ts";
import { copyMemories, differences, openNorm, runNorm } from "./support/norm-driver.ts";
import type { Access, Outcome } from "./support/norm-driver.ts";

type Pass = readonly [NormFunction, PartialFields<"norm">];

/** Runs passes one after the other, memories always ready; the results must be right as well. */
async function time(p: Params, random: Random, passes: (state: MachineState) => readonly Pass[]): Promise<Outcome> {
  const model = randomState(p, random);
  const list = passes(model);
  const memories = copyMemories(p, model);
  const steps = list.map(([name, partial], index): Step => {
    const fields = command("norm", { function: NORM_FUNCTIONS[name], ...partial }).fields as NormFields;
    const rowMax = name === "exp" ? rowMaxima(p, model, fields) : [];
    for (const { slot, value } of rowMax) model.rows.max[slot] = value;
    executeNorm(p, model, fields, index);
    return { fields, rowMax };
  });
  const bench = await openNorm(p, 1);
  try {
    const outcome = runNorm(bench, p, memories, steps);
    expect(differences(memories.scratchpad, model.scratchpad)).toEqual([]);
    expect(differences(memories.accumulator, model.accumulator)).toEqual([]);
    return outcome;
  } finally {
    bench.close();
  }
}

/** From the first command taken to the last retired. */
const span = ({ taken, retired }: Outcome): number => retired.at(-1)!.cycle - taken[0]!;

/** Cycles from taking a command to the grant of its first read, and from the last result to its retirement. */
const OVERHEAD = 4;
const latency = (p: Params): number => normStages(normFeatures(p)).output + OVERHEAD;

/**
 * Rows between the read of a slice and the write of its result, in every cycle from the first write of a pass to its last
 * read. `rowOf` tells the row of a read, or undefined for parameters.
 */
function rowsInFlight({ reads, writes }: Outcome, rowOf: (read: Access) => number | undefined): number[] {
  const slices = reads.flatMap((read) => {
    const row = rowOf(read);
    return row === undefined ? [] : [{ row, read: read.cycle }];
  });
  expect(writes).toHaveLength(slices.length);
  const counts: number[] = [];
  for (let cycle = writes[0]!.cycle; cycle <= slices.at(-1)!.read; cycle++) {
    const open = slices.filter(({ read }, i) => read <= cycle && writes[i]!.cycle >= cycle);
    counts.push(new Set(open.map(({ row }) => row)).size);
  }
  return counts;
}

describe("norm engine, transformer preset", () => {
  const p = loadConfig("transformer");
  /** Rows x columns of scores or activations in two groups, one behind the other in the accumulator. */
  const group = (g: number, rows: number, columns: number): PartialFields<"norm"> => {
    const slices = Math.ceil(columns / p.lanes);
    const tiles = slices / p.tileSlices;
    return {
      rows,
      slices,
      validColumns: columns,
      accAddress: g * rows * tiles,
      accStride: rows,
      spadAddress: g * rows,
      spadStride: 2 * rows,
      rowSlot: g * rows,
    };
  };

  test.each(["requantise", "gelu", "probability"] as const)("%s: one slice a cycle", async (name) => {
    await withSeed(async (random) => {
      const shape = group(0, 64, 256);
      const scale = { scaleM: 1560, scaleE: 16, finalM: 1250, finalE: 12 };
      const passes: Pass[] = [[name, { ...shape, ...scale }]];
      if (name === "probability") passes.unshift(["exp", { ...shape, ...scale }]);
      const { taken, retired } = await time(p, random, () => passes);
      const cycles = retired.at(-1)!.cycle - taken.at(-1)!;
      expect(cycles).toBeGreaterThanOrEqual(64 * 16);
      if (name !== "probability") expect(cycles).toBeLessThanOrEqual(64 * 16 + latency(p));
    });
  });

  test("LayerNorm, 768 columns, two row groups in turn: at least 7 elements a cycle", async () => {
    await withSeed(async (random) => {
      const mean = meanScale(meanReciprocal(768));
      const parameters = { paramAddress: 3800, paramStride: 3, perChannel: 1, finalE: 12, ...mean };
      const rounds = 2;
      const outcome = await time(p, random, (state) => {
        for (let i = 3800 * p.cols; i < state.accumulator.length; i++) {
          state.accumulator[i] = (random.integer(2 ** 10, 2 ** 11 - 1) << 16) | random.integer(10, 18);
        }
        return Array.from({ length: rounds }, (): Pass[] => [
          ["statistics", { ...group(0, 32, 768), ...parameters }],
          ["statistics", { ...group(1, 32, 768), ...parameters }],
          ["normalise", { ...group(0, 32, 768), ...parameters, pendingRowJobs: 1 }],
          ["normalise", { ...group(1, 32, 768), ...parameters, pendingRowJobs: 0 }],
        ]).flat();
      });
      expect((rounds * 2 * 32 * 768) / span(outcome)).toBeGreaterThan(7);
    });
  });

  test("Softmax in two passes, 128 columns, two heads in turn: at least 5 elements a cycle", async () => {
    await withSeed(async (random) => {
      const scale = { scaleM: 1560, scaleE: 16 };
      const rounds = 4;
      const outcome = await time(p, random, () =>
        Array.from({ length: rounds }, (): Pass[] => [
          ["exp", { ...group(0, 64, 128), ...scale }],
          ["exp", { ...group(1, 64, 128), ...scale }],
          ["probability", { ...group(0, 64, 128), ...scale, pendingRowJobs: 1 }],
          ["probability", { ...group(1, 64, 128), ...scale, pendingRowJobs: 0 }],
        ]).flat(),
      );
      expect((rounds * 2 * 64 * 128) / span(outcome)).toBeGreaterThan(5);
    });
  });

  test("deferred Softmax: one pass, and the row jobs hide behind the next one", async () => {
    await withSeed(async (random) => {
      const scale = { scaleM: 1560, scaleE: 16, deferred: 1 };
      const outcome = await time(p, random, () => [
        ["exp", { ...group(0, 64, 128), ...scale }],
        ["exp", { ...group(1, 64, 128), ...scale }],
      ]);
      expect((2 * 64 * 128) / span(outcome)).toBeGreaterThan(14);
    });
  });

  test("a pass begins while the one before it drains", async () => {
    await withSeed(async (random) => {
      const shape = { ...group(0, 32, 64), scaleM: 1560, scaleE: 16 };
      const passes = 10;
      const outcome = await time(p, random, () =>
        Array.from({ length: passes }, (): Pass => ["requantise", { ...shape }]),
      );
      expect(span(outcome)).toBeLessThanOrEqual(passes * (32 * 4 + 4) + latency(p));
    });
  });

  test("preload: at least half a row a cycle from 32 rows on", async () => {
    await withSeed(async (random) => {
      const shape = group(0, 32, 256);
      const outcome = await time(p, random, () => [
        ["preload", { ...shape, perChannel: 1, paramAddress: 3100, paramStride: 2 }],
      ]);
      expect((32 * 16) / span(outcome)).toBeGreaterThan(0.5);
    });
  });

  test.each(["probability", "normalise"] as const)("%s: at least 8 rows in flight at all times", async (name) => {
    await withSeed(async (random) => {
      const rows = 16;
      const scale = { scaleM: 1560, scaleE: 16, paramAddress: 3800, paramStride: 3, finalE: 12 };
      const shape = { ...group(0, rows, 768), ...scale };
      const sums = name === "probability" ? "exp" : "statistics";
      const both = await time(p, random, () => [
        [sums, shape],
        [name, shape],
      ]);
      const start = both.taken[1]!;
      const last: Outcome = { ...both, reads: both.reads.filter(({ cycle }) => cycle > start) };
      const counts = rowsInFlight(last, ({ address }) => (address < 3800 ? address % rows : undefined));
      expect(Math.min(...counts)).toBeGreaterThanOrEqual(8);
    });
  });

  test("results to the stream: a slice a cycle while STORE takes them", async () => {
    await withSeed(async (random) => {
      const shape = { ...group(0, 64, 256), scaleM: 1560, scaleE: 16, output: NORM_OUTPUTS.stream };
      const outcome = await time(p, random, () => [["requantise", shape]]);
      expect(span(outcome)).toBeLessThanOrEqual(64 * 16 + latency(p));
    });
  });

  test("one row: passes that sum take three cycles a slice, the others one", async () => {
    await withSeed(async (random) => {
      const scale = { scaleM: 1560, scaleE: 16 };
      const summing = await time(p, random, () => [["exp", { ...group(0, 1, 768), ...scale }]]);
      expect(span(summing)).toBeLessThanOrEqual(3 * 48 + latency(p));
      const other = await time(p, random, () => [["requantise", { ...group(0, 1, 768), ...scale }]]);
      expect(span(other)).toBeLessThanOrEqual(48 + latency(p));
    });
  });
});

test("raw: a word a cycle to the stream", async () => {
  const p = normVariant({ cols: 16, functions: [] });
  await withSeed(async (random) => {
    const outcome = await time(p, random, () => [["raw", { rows: 16, slices: 4, accAddress: 0, accStride: 16 }]]);
    // Four words a row; the stream holds fewer words than are on their way, so it is a little slower than a word a cycle.
    expect(outcome.stream.length / p.wordBytes / span(outcome)).toBeGreaterThan(0.6);
  });
});
