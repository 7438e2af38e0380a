/** Softmax and LayerNorm alone, as `systole bench` measures them: rows of 768 columns that are in the accumulator. */
import { expect, test } from "vitest";
import { makeWorkload, runWorkload } from "../src/bench/index.ts";
import type { WorkloadName } from "../src/bench/index.ts";
import { deriveParams, loadConfig } from "../src/config/index.ts";
import type { Params } from "../src/config/index.ts";
import type { SoftmaxMode } from "../src/model/index.ts";
import { buildReport } from "../src/report/index.ts";

const MEMORY = { latencyCycles: 100, bytesPerCycle: 16, stallProbability: 0, seed: 1 };

async function measure(params: Params, name: WorkloadName, softmax: SoftmaxMode = "deferred") {
  const choice = { seq: 1, layers: 1, repeat: 16, softmax, seed: 1 };
  const workload = makeWorkload(name, params, choice, { memory: MEMORY });
  const result = await runWorkload(params, workload, { memory: MEMORY, check: true });
  const { simulator, buildSeconds, run, comparisons } = result;
  const { kind, shape, elements } = workload;
  const parts = {
    command: "",
    kind,
    shape,
    params,
    memory: MEMORY,
    elements,
    predictions: [],
    simulator,
    buildSeconds,
  };
  return buildReport({ ...parts, runs: [run], comparisons: [comparisons!] });
}

const transformer = loadConfig("transformer");

test.each([
  ["layernorm", "deferred", 7],
  ["softmax", "deferred", 14],
  ["softmax", "normalised", 7],
] as const)("%s, %s: elements a cycle from the first pass to the last, rows in flight", async (name, mode, least) => {
  const { sustainedElementsPerCycle, rowsInFlight, differences } = await measure(transformer, name, mode);
  expect(differences).toBe(0);
  expect(sustainedElementsPerCycle).toBeGreaterThanOrEqual(least);
  expect(rowsInFlight).toBeGreaterThanOrEqual(8);
});

test("LayerNorm as I-BERT has it: two passes of 768 columns hide the row unit's divisions", async () => {
  const { config } = transformer;
  const variants = { ...config.norm.variants, layernorm: "ibert" } as const;
  const params = deriveParams({ ...config, norm: { ...config.norm, variants } });
  const { sustainedElementsPerCycle, differences } = await measure(params, "layernorm");
  expect(differences).toBe(0);
  expect(sustainedElementsPerCycle).toBeGreaterThanOrEqual(6.9);
});
