import { setImmediate } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import {
  calibrate,
  classify,
  encoderInput,
  loadModel,
  logitsFloat,
  logitsFromOutput,
  measureAccuracy,
  quantise,
  readAccuracyRows,
  readSamples,
  requireHead,
  runEncoder,
} from "../../src/model/index.ts";
import { layerNormInput, matmul, preloadResidual } from "../../src/reference/index.ts";
import { expectUserError, temporaryDirectory, userError } from "./checkpoint.ts";

const { model, tokenizer } = loadModel("models/code-language");
const samples = readSamples("models/code-language").map((sample) => ({
  ...sample,
  ids: tokenizer.encode(sample.text, { maxTokens: 64 }),
}));
const calibration = samples.map(({ ids }) => ids);
const bert = quantise(model, calibrate(model, calibration, { kind: "max" }));
const rows = readAccuracyRows("test/data/code-language-rows.json");

// The test runner waits a minute for an answer, which must get a turn between long computations.
afterEach(() => setImmediate());

describe("the shipped samples", () => {
  it("are at least two a language", () => {
    for (const label of model.config.labels) {
      expect(samples.filter(({ name }) => name.startsWith(`${label}-`)).length).toBeGreaterThanOrEqual(2);
    }
  });

  it("are classified correctly in float and in integers, padded to one length", () => {
    const head = requireHead(model);
    for (const { name, ids } of samples) {
      const label = name.slice(0, name.lastIndexOf("-"));
      expect([name, classify(logitsFloat({ ...model, head }, ids), model.config.labels).label]).toEqual([name, label]);
      const { values, valid } = encoderInput(model, bert, ids, { seq: 64 });
      const { output } = runEncoder(bert, values, { valid });
      expect([name, classify(logitsFromOutput(model, bert, output), model.config.labels).label]).toEqual([name, label]);
    }
  });
});

describe("accuracy on rows the model never saw", () => {
  it.each([
    ["the maximum, deferred Softmax", { kind: "max" }, "deferred"],
    ["the 99.9th percentile, normalised Softmax", { kind: "percentile", percent: 99.9 }, "normalised"],
  ] as const)("calibrated by %s: at least 99 % agreement, at most 0.5 points lost", (_, method, softmax) => {
    const done: number[] = [];
    const other = quantise(model, calibrate(model, calibration, method), { softmax });
    const figures = measureAccuracy(model, other, rows, (count) => done.push(count));
    expect(done).toEqual(rows.map((_row, i) => i + 1));
    expect(figures.rows).toBe(150);
    expect(figures.floatAccuracy).toBe(147 / 150);
    expect(figures.agreement).toBeGreaterThanOrEqual(0.99);
    expect(figures.lostPoints).toBeLessThanOrEqual(0.5);
    expect(figures.meanLogitError).toBeLessThan(0.05);
  });

  it("is kept by all of I-BERT's functions", () => {
    const variants = { softmax: "ibert", layernorm: "ibert", gelu: "ibert" } as const;
    const figures = measureAccuracy(
      model,
      quantise(model, calibrate(model, calibration, { kind: "max" }), { variants }),
      rows,
    );
    expect(figures.agreement).toBeGreaterThanOrEqual(0.99);
    expect(figures.meanLogitError).toBeLessThan(0.05);
  });

  it("is lost when activations are clipped far too early, and the figures say so", () => {
    const clipped = quantise(model, calibrate(model, calibration, { kind: "percentile", percent: 60 }));
    const some = rows.filter((_row, i) => i % 3 === 0);
    const figures = measureAccuracy(model, clipped, some);
    expect(figures.agreement).toBeLessThan(0.99);
    expect(figures.floatAccuracy - figures.integerAccuracy).toBeCloseTo(figures.lostPoints / 100, 12);
  });

  it("does not need the float logits in the file", () => {
    const some = rows.slice(0, 5);
    const bare = some.map(({ ids, label }) => ({ ids, label }));
    const [known, computed] = [measureAccuracy(model, bert, some), measureAccuracy(model, bert, bare)];
    expect(computed.agreement).toBe(known.agreement);
    expect(computed.maxLogitError).toBeCloseTo(known.maxLogitError, 3);
  });

  it("is measured on files that say what is wrong with them", () => {
    const directory = temporaryDirectory({ "rows.json": '{ "rows": [{ "ids": [2, 3] }] }', "bad.json": "[" });
    expectUserError(
      () => readAccuracyRows(`${directory}/rows.json`),
      "rows-invalid",
      '"rows.0.label": Invalid input: expected number, received undefined',
    );
    expect(userError(() => readAccuracyRows(`${directory}/bad.json`)).code).toBe("rows-bad-json");
  });
});

describe("LayerNorm's 15-bit input", () => {
  it("never saturates and keeps 12 bits or more on these rows", () => {
    let largest = 0;
    let smallest = Infinity;
    for (const { ids } of rows.filter((_, i) => i % 5 === 0)) {
      const { values } = encoderInput(model, bert, ids);
      const [tensors] = runEncoder(bert, values).layers;
      const linear = bert.layers[0]!.attentionOutput;
      const shape = { rows: ids.length, inner: linear.inputs, cols: linear.outputs };
      const initial = preloadResidual(values, shape, linear.residual, linear.bias);
      const { m, e } = linear.layerNorm.input;
      let rowLargest = 0;
      matmul(tensors!.context, linear.weights, shape, { initial }).forEach((acc, i) => {
        const c = i % linear.outputs;
        rowLargest = Math.max(rowLargest, Math.abs(layerNormInput(acc, m[c]!, e[c]!)));
      });
      largest = Math.max(largest, rowLargest);
      smallest = Math.min(smallest, rowLargest);
    }
    expect(largest).toBeLessThan(2 ** 14 - 1);
    expect(smallest).toBeGreaterThan(2 ** 12);
  });
});

describe("the host's part", () => {
  it("refuses more rows than the model has positions", () => {
    expectUserError(
      () => encoderInput(model, bert, [2, 3], { seq: 129 }),
      "sequence-too-long",
      "a sequence of 129 tokens, but the model has 128 positions",
    );
  });

  it("turns logits into a label and a probability that sum to one", () => {
    const prediction = classify(Float32Array.of(0, Math.log(3), -Infinity), ["a", "b", "c"]);
    expect(prediction.label).toBe("b");
    expect(prediction.probability).toBeCloseTo(0.75, 6);
    expect(classify(Float32Array.of(1000, 1000), ["a", "b"])).toEqual({ index: 0, label: "a", probability: 0.5 });
  });

  it("says when a model has no samples", () => {
    const directory = temporaryDirectory({});
    expectUserError(() => readSamples(directory), "model-no-samples", "the model has no sample texts (*.txt)");
  });
});
