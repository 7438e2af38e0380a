import { describe, expect, test } from "vitest";
import { poke, sampled, simulate, withSeed } from "../src/harness/index.ts";
import type { Process, Random } from "../src/harness/index.ts";
import type { Params } from "../src/config/index.ts";
import { RowUnit, ROW_JOBS, ROW_SUM_BITS } from "../src/generators/norm/index.ts";
import { MEAN_SHIFT_LEAST } from "../src/isa/index.ts";
import { layerNormSteps, meanReciprocal, softmaxRowFactor } from "../src/reference/index.ts";
import type { MeanReciprocal } from "../src/reference/index.ts";
import { normVariant } from "./support/norm-commands.ts";

interface Row {
  readonly sum: number;
  readonly squares: number;
}

interface Job {
  readonly softmax: boolean;
  readonly slot: number;
  readonly columns: number;
  /** 16 / columns, or what a program says instead. */
  readonly reciprocal: MeanReciprocal;
  readonly rows: readonly Row[];
}

interface Written {
  readonly slot: number;
  readonly r: number;
  readonly shift: number;
  readonly mean: number | undefined;
}

const open = (p: Params, seed: number) => simulate(RowUnit, p, { simulator: "verilator", optimise: 1, seed });

/** Runs jobs as the engine would: announced up to ROW_JOBS ahead, done later, sums read with refusals. */
function runJobs(
  bench: Awaited<ReturnType<typeof open>>,
  jobs: readonly Job[],
  random: Random,
  refuse: number,
): { written: Written[]; cycles: number } {
  const { dut } = bench;
  const sums = new Map<number, Row>();
  const written: Written[] = [];
  let unfinished = 0;
  let finished = 0;
  bench.spawn(
    (function* (): Process {
      let row: Row | undefined;
      for (;;) {
        dut.read.ready.poke(!random.chance(refuse));
        const sum = row?.sum ?? random.integer(0, 2 ** ROW_SUM_BITS - 1);
        poke(dut.row, { sum: sum < 0 ? sum + 2 ** ROW_SUM_BITS : sum, squares: BigInt(row?.squares ?? 12345) });
        yield;
        row =
          dut.read.valid.sampled() === 1 && dut.read.ready.sampled() === 1
            ? sums.get(dut.read.slot.sampled())
            : undefined;
        if (dut.factor.valid.sampled() === 1) {
          const { slot, factor } = sampled(dut.factor);
          written.push({ slot, ...factor });
        }
        if (dut.jobDone.sampled() === 1) {
          unfinished--;
          finished++;
        }
      }
    })(),
    { background: true },
  );
  bench.spawn(
    (function* (): Process {
      for (const job of jobs) {
        while (unfinished >= ROW_JOBS) yield "a row job to finish";
        const { recip, shift } = job.reciprocal;
        const announced = {
          softmax: job.softmax,
          slot: job.slot,
          rows: job.rows.length,
          columns: job.columns,
          recip,
          recipShift: shift - MEAN_SHIFT_LEAST,
        };
        poke(dut.job, { valid: 1, job: announced });
        unfinished++;
        yield;
        dut.job.valid.poke(0);
        // The pass takes a while; then its sums are in the memory.
        while (random.chance(refuse)) yield;
        job.rows.forEach((row, i) => sums.set(job.slot + i, row));
        dut.passDone.poke(1);
        yield;
        dut.passDone.poke(0);
      }
      while (finished < jobs.length) yield "the last row job";
    })(),
  );
  return { cycles: bench.run({ timeout: 200_000 }), written };
}

function expected(p: Params, job: Job): Written[] {
  const { rowFactor } = layerNormSteps[p.variants.layernorm];
  return job.rows.map(({ sum, squares }, i) => {
    const slot = job.slot + i;
    if (job.softmax) return { slot, ...softmaxRowFactor(sum), mean: undefined };
    return { slot, ...rowFactor(sum, squares, job.columns, job.reciprocal) };
  });
}

/** Softmax sums: u28 of all sizes, the ends of every size included. */
function softmaxRow(random: Random): Row {
  const size = 2 ** random.integer(0, 28);
  const sum = random.pick([0, size - 1, Math.min(size, 2 ** 28 - 1), random.integer(0, size - 1)]);
  return { sum, squares: 0 };
}

/** Sums of a real row of x (s15): all magnitudes, constant rows, one-hot rows, extremes. */
function layerNormRow(columns: number, random: Random): Row {
  const kind = random.integer(0, 4);
  const scale = random.integer(0, 14);
  const base = random.integer(-(2 ** 14), 2 ** 14 - 1) >> random.integer(0, 14);
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < columns; i++) {
    let x = random.integer(-(2 ** scale), 2 ** scale - 1);
    if (kind === 0) x = base;
    if (kind === 1) x = i === 0 ? base : 0;
    if (kind === 2) x = random.chance(0.5) ? -(2 ** 14) : 2 ** 14 - 1;
    if (kind === 3) x = Math.max(-(2 ** 14), Math.min(2 ** 14 - 1, x + base));
    sum += x;
    squares += x * x;
  }
  return { sum, squares };
}

/** Of a Softmax job noise; else mostly right, since a wrong mean makes V as large as it can be. */
function reciprocalOf(softmax: boolean, columns: number, random: Random): MeanReciprocal {
  if (!softmax && random.chance(0.8)) return meanReciprocal(columns);
  return { recip: random.integer(2 ** 23, 2 ** 24 - 1), shift: MEAN_SHIFT_LEAST + random.integer(0, 15) };
}

function randomJob(p: Params, random: Random, slot: number): Job {
  const softmax = p.features.has("softmax") && (!p.features.has("layernorm") || random.chance(0.5));
  const columns = softmax ? 1 : random.pick([1, 2, 3, 96, 120, 768, 4096, random.integer(1, 300)]);
  const count = random.integer(1, 12);
  const rows = Array.from({ length: count }, () => (softmax ? softmaxRow(random) : layerNormRow(columns, random)));
  return { softmax, slot, columns, reciprocal: reciprocalOf(softmax, columns, random), rows };
}

describe.each([
  [["softmax", "layernorm"], "systole"],
  [["softmax"], "systole"],
  [["layernorm"], "systole"],
  [["softmax", "layernorm"], "ibert"],
] as const)("row unit, %j, LayerNorm %s", (functions, layernorm) => {
  const p = normVariant({ cols: 4, functions, variants: { layernorm } });

  test.each([0, 0.6])("factors of random rows, sums refused with probability %f", async (refuse) => {
    await withSeed(async (random) => {
      const bench = await open(p, random.word() >>> 1);
      try {
        for (let round = 0; round < 8; round++) {
          // Four jobs in slots of their own; a slot comes again only when its job is finished.
          const jobs = Array.from({ length: 4 }, (_, i) => randomJob(p, random, 16 * i + random.integer(0, 4)));
          const { written } = runJobs(bench, jobs, random, refuse);
          const wanted = jobs.flatMap((job) => expected(p, job));
          expect(written.length).toBe(wanted.length);
          wanted.forEach((row, i) => {
            const { mean, ...factor } = written[i]!;
            const { mean: wantedMean, ...wantedFactor } = row;
            expect(factor).toEqual(wantedFactor);
            if (wantedMean !== undefined) expect(mean).toBe(wantedMean);
          });
          bench.reset();
        }
      } finally {
        bench.close();
      }
    });
  });
});

test.each([
  [true, "systole", 7],
  [false, "systole", 14],
  [true, "ibert", 7],
  [false, "ibert", 40],
] as const)(
  "a row leaves every so many cycles (softmax: %s, LayerNorm %s: %i)",
  async (softmax, layernorm, cyclesPerRow) => {
    const p = normVariant({ cols: 4, variants: { layernorm } });
    await withSeed(async (random) => {
      const bench = await open(p, 1);
      try {
        const rows = Array.from({ length: 48 }, () => (softmax ? softmaxRow(random) : layerNormRow(64, random)));
        const { cycles } = runJobs(
          bench,
          [{ softmax, slot: 0, columns: 64, reciprocal: meanReciprocal(64), rows }],
          random,
          0,
        );
        expect(cycles).toBeGreaterThan(47 * cyclesPerRow);
        expect(cycles).toBeLessThan(47 * cyclesPerRow + 80);
      } finally {
        bench.close();
      }
    });
  },
);
