/** The shipped model on rows it never saw: the RTL computes every tensor of the integer model, and from the last the class. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compileEncoder, imageBytes, layerTensor } from "../src/compiler/index.ts";
import type { Compiled } from "../src/compiler/index.ts";
import { loadConfig } from "../src/config/index.ts";
import {
  argmax,
  calibrate,
  encoderInput,
  layerTensorNames,
  loadModel,
  logitsFromOutput,
  quantise,
  readAccuracyRows,
  readSamples,
} from "../src/model/index.ts";
import { Device, runEncoderOn } from "../src/runtime/index.ts";

const params = loadConfig("transformer");
const { model, tokenizer } = loadModel("models/code-language");
const samples = readSamples("models/code-language").map(({ text }) => tokenizer.encode(text, { maxTokens: 128 }));
const bert = quantise(model, calibrate(model, samples, { kind: "max" }));
const rows = readAccuracyRows("test/data/code-language-rows.json");
const lengths = [...new Set(rows.map(({ ids }) => ids.length))].sort((a, b) => a - b);
/** Rows a test: enough to be quick, few enough to say where. */
const GROUP = 10;
const groups = Array.from({ length: Math.ceil(rows.length / GROUP) }, (_, i) => rows.slice(i * GROUP, (i + 1) * GROUP));

const programs = new Map<number, Compiled>();
/** One program for each length. */
function programFor(seq: number): Compiled {
  const compiled = programs.get(seq) ?? compileEncoder(params, bert, { seq, valid: [seq] });
  programs.set(seq, compiled);
  return compiled;
}

describe("rows of the shipped model on the RTL", () => {
  let device: Device;
  let right = 0;

  beforeAll(async () => {
    const { program } = programFor(lengths.at(-1)!);
    device = await Device.open(params, {
      memory: { latencyCycles: 100, bytesPerCycle: params.beatBytes, stallProbability: 0.05, seed: 1 },
      // Programs for shorter sequences are no larger, but for their alignment.
      imageBytes: imageBytes(program) + 65_536,
    });
  }, 600_000);

  afterAll(() => {
    device.close();
  });

  test("there are more than 100, of many lengths", () => {
    expect(rows.length).toBeGreaterThanOrEqual(100);
    expect(lengths.length).toBeGreaterThanOrEqual(40);
  });

  test.each(groups.map((group, i) => [i * GROUP, group] as const))("%i and following", async (_first, group) => {
    for (const { ids, label } of group) {
      const input = encoderInput(model, bert, ids);
      const { output, comparisons } = await runEncoderOn(device, bert, programFor(ids.length), input, { check: true });
      expect(comparisons!.map(({ name, differences }) => [name, differences])).toEqual(
        bert.layers.flatMap((_layer, index) => layerTensorNames.map((name) => [layerTensor(index, name), 0])),
      );
      if (argmax(logitsFromOutput(model, bert, output)) === label) right++;
    }
  });

  test("the class is right in as many of them as in float", () => {
    expect(right).toBeGreaterThanOrEqual(147);
  });
});
