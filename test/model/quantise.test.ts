import { describe, expect, it } from "vitest";
import { calibrate, quantise, randomBert, randomModel } from "../../src/model/index.ts";
import type { BertModel, LayerWeights, QuantisedLinear } from "../../src/model/index.ts";
import { dyadicValue } from "../../src/reference/index.ts";
import type { DyadicChannels } from "../../src/reference/index.ts";
import { userError } from "./checkpoint.ts";

const shape = { hidden: 24, heads: 3, intermediate: 40, layers: 2, vocabulary: 16, positions: 16, seed: 8 };
const ids = [
  [1, 2, 3, 4, 5],
  [9, 15, 0],
];

/** A dyadic multiplier has 11 bits, so it is at most 2^-11 off, relatively. */
function expectScale(actual: number, wanted: number): void {
  expect(Math.abs(actual / wanted - 1)).toBeLessThanOrEqual(2 ** -11);
}

function expectScales({ m, e }: DyadicChannels, wanted: ArrayLike<number>): void {
  expect(m.length).toBe(wanted.length);
  m.forEach((_, c) => {
    expectScale(dyadicValue({ m: m[c]!, e: e[c]! }), wanted[c]!);
  });
}

const accumulatorScales = ({ inputScale, weightScales }: QuantisedLinear): Float64Array =>
  weightScales.map((scale) => inputScale * scale);

/** The model with one of its first layer's linear layers altered in place. */
function altered(name: "query" | "attentionOutput", alter: (layer: LayerWeights["query"]) => void): BertModel {
  const model = randomModel(shape);
  alter(model.layers[0]![name]);
  return model;
}

describe("quantised weights", () => {
  const { model, bert } = randomBert(shape);

  it("are [K][N], s8, with the largest of every output channel at 127", () => {
    const float = model.layers[1]!.output;
    const { weights, weightScales, inputs, outputs } = bert.layers[1]!.output;
    expect([inputs, outputs]).toEqual([40, 24]);
    for (let column = 0; column < outputs; column++) {
      let largest = 0;
      for (let k = 0; k < inputs; k++) {
        const integer = weights[k * outputs + column]!;
        largest = Math.max(largest, Math.abs(integer));
        const error = integer * weightScales[column]! - float.weight[column * inputs + k]!;
        expect(Math.abs(error)).toBeLessThanOrEqual(weightScales[column]! * 0.500001);
      }
      expect(largest).toBe(127);
    }
  });

  it("come with the bias in the accumulator's scale", () => {
    const { bias } = bert.layers[0]!.query;
    accumulatorScales(bert.layers[0]!.query).forEach((scale, c) => {
      expect(Math.abs(bias[c]! * scale - model.layers[0]!.query.bias[c]!)).toBeLessThanOrEqual(scale * 0.500001);
    });
  });
});

describe("scales", () => {
  const { bert } = randomBert(shape);

  it("chain from tensor to tensor and layer to layer", () => {
    let scale = bert.inputScale;
    for (const { query, key, value, attention, attentionOutput, intermediate, output } of bert.layers) {
      for (const projection of [query, key, value]) expect(projection.inputScale).toBe(scale);
      expect(attentionOutput.inputScale).toBe(attention.outputScale);
      expect(attentionOutput.residualScale).toBe(scale);
      expect(intermediate.inputScale).toBe(attentionOutput.layerNorm.outputScale);
      expect(output.residualScale).toBe(attentionOutput.layerNorm.outputScale);
      expect(output.inputScale).toBe(intermediate.activation.outputScale);
      scale = output.layerNorm.outputScale;
    }
    expect(bert.outputScale).toBe(scale);
  });

  it("become the dyadic multipliers of every step", () => {
    const { query, key, value, attention, attentionOutput, intermediate } = bert.layers[0]!;
    expectScales(
      query.requantise,
      accumulatorScales(query).map((scale) => scale / query.outputScale),
    );
    expectScale(
      dyadicValue(attention.exponent),
      ((query.outputScale * key.outputScale) / Math.sqrt(8) / Math.LN2) * 4096,
    );
    expectScale(dyadicValue(attention.context), value.outputScale / attention.outputScale / 2 ** 7);
    expectScales(
      attentionOutput.residual,
      accumulatorScales(attentionOutput).map((scale) => bert.inputScale / scale),
    );
    expectScales(
      attentionOutput.layerNorm.input,
      accumulatorScales(attentionOutput).map((scale) => scale / attentionOutput.layerNorm.inputScale),
    );
    const { activation } = intermediate;
    if (activation.kind !== "gelu") throw new Error("the default activation is GELU");
    expectScales(
      activation.input,
      accumulatorScales(intermediate).map((scale) => scale * 2 ** 11),
    );
    expectScale(dyadicValue(activation.output), 2 ** -12 / activation.outputScale);
  });

  it("of normalised probabilities divide by 256 instead", () => {
    const { value, attention } = randomBert({ ...shape, softmax: "normalised" }).bert.layers[0]!;
    expect(attention.softmax).toBe("normalised");
    expectScale(dyadicValue(attention.context), value.outputScale / attention.outputScale / 256);
  });

  it("of a ReLU requantise per channel", () => {
    const { intermediate } = randomBert({ ...shape, activation: "relu" }).bert.layers[0]!;
    const { activation } = intermediate;
    if (activation.kind !== "relu") throw new Error("a ReLU was asked for");
    expectScales(
      activation.requantise,
      accumulatorScales(intermediate).map((scale) => scale / activation.outputScale),
    );
  });

  it("leave LayerNorm's 15-bit input room for twice the calibrated sums", () => {
    const model = randomModel(shape);
    const ranges = calibrate(model, ids, { kind: "max" });
    const { layerNorm } = quantise(model, ranges).layers[1]!.output;
    expect(layerNorm.inputScale * 2 ** 14).toBeCloseTo(2 * ranges.layers[1]!.outputSum, 9);
  });
});

describe("channels that are hard to quantise", () => {
  const quantised = (model: BertModel): ReturnType<typeof quantise> =>
    quantise(model, calibrate(model, ids, { kind: "max" }));

  it("of zeros keep a usable scale", () => {
    const model = altered("query", ({ weight, bias, inputs }) => {
      weight.fill(0, 0, inputs);
      bias[0] = 0;
    });
    const { query } = quantised(model).layers[0]!;
    expect(query.bias[0]).toBe(0);
    expect(query.weightScales[0]).toBeGreaterThan(0);
  });

  it("with a bias far larger than their weights keep it within s32", () => {
    const model = altered("query", ({ weight, bias, inputs }) => {
      weight.fill(1e-12, 0, inputs);
      bias[0] = -0.75;
    });
    const { query } = quantised(model).layers[0]!;
    expect(query.bias[0]! * accumulatorScales(query)[0]!).toBeCloseTo(-0.75, 6);
    expect(Math.abs(query.bias[0]!)).toBeLessThanOrEqual(2 ** 30);
  });

  it("with tiny weights and a residual keep the residual's multiplier expressible", () => {
    const model = altered("attentionOutput", ({ weight, inputs }) => weight.fill(1e-9, 0, inputs));
    const bert = quantised(model);
    const { residual } = bert.layers[0]!.attentionOutput;
    const scale = accumulatorScales(bert.layers[0]!.attentionOutput)[0]!;
    expectScale(dyadicValue({ m: residual.m[0]!, e: residual.e[0]! }), bert.inputScale / scale);
  });

  it("beyond all multipliers are the user's error, with the layer", () => {
    const model = altered("query", ({ weight }) => {
      weight.forEach((w, i) => (weight[i] = w * 1e6));
    });
    const error = userError(() => quantised(model));
    expect(error.code).toBe("model-not-quantisable");
    expect(error.message).toMatch(/^encoder layer 0 cannot be quantised: exponent scale [\d.]+: must be below 4096$/);
    expect(error.location).toEqual({ path: "encoder.layer.0" });
  });
});
