/** Products of few rows, from DRAM to DRAM: how near they come to the time in which their weights can be read. */
import { expect, test } from "vitest";
import { matmulWorkload, runWorkload } from "../src/bench/index.ts";
import { loadConfig } from "../src/config/index.ts";

const INNER = 768;
const COLS = 768;

test.each([
  [1, 100],
  [8, 100],
  [8, 20],
] as const)("%i x 768 x 768 at latency %i: at most 1.05 times the weights' own beats", async (rows, latencyCycles) => {
  const params = loadConfig("transformer");
  const memory = { latencyCycles, bytesPerCycle: 16, stallProbability: 0, seed: 1 };
  const workload = matmulWorkload(params, { rows, cols: COLS, inner: INNER, seed: 1 }, { memory });
  const { run, comparisons } = await runWorkload(params, workload, { memory, check: true });
  expect(comparisons!.map(({ differences }) => differences)).toEqual([0]);
  expect(run.counters.cycles).toBeLessThanOrEqual(1.05 * ((INNER * COLS) / memory.bytesPerCycle));
});
