/** A layer of BERT-Base at length 128, the size that people know, on the preset made for it. */
import { expect, test } from "vitest";
import { loadConfig } from "../src/config/index.ts";
import { namedShapes } from "../src/model/index.ts";
import { runEncoderCase } from "./support/encoder-case.ts";

const params = loadConfig("transformer");

test("a BERT-Base layer, 128 x 768 in 12 heads: no difference, and the array hardly ever idle", async () => {
  const { differences, tensors, values, floorCycles, run } = await runEncoderCase({
    params,
    bert: { ...namedShapes["bert-base"], layers: 1 },
    seq: 128,
    valid: [128],
    memory: { latencyCycles: 100, bytesPerCycle: params.beatBytes, stallProbability: 0 },
    seed: 1,
  });
  expect(differences).toEqual([]);
  expect(tensors).toBe(7);
  expect(values).toBe(128 * (6 * 768 + 3072));
  expect(floorCycles).toBe(3_637_248);
  expect(run.counters.cycles / floorCycles).toBeLessThan(1.02);
}, 600_000);
