import { describe, expect, it } from "vitest";
import { embedFloat, encodeFloat, randomBert, runEncoder, runLayer } from "../../src/model/index.ts";
import type { QuantisedBert, QuantisedLinear } from "../../src/model/index.ts";
import {
  deferredElement,
  expElement,
  geluElement,
  geluInput,
  layerNorm,
  preloadElement,
  preloadScale,
  probabilityElement,
  requantiseElement,
  rowScaledRequantise,
  softmaxRowFactor,
  lastDyadic,
  saturateSigned,
} from "../../src/reference/index.ts";

const seed = Number(process.env["SYSTOLE_SEED"] ?? 21);

const shapes = [
  { hidden: 12, heads: 3, intermediate: 20, layers: 1 },
  { hidden: 120, heads: 5, intermediate: 96, layers: 1 },
  { hidden: 7, heads: 1, intermediate: 5, layers: 2 },
];

const at = (row: number, columns: number, column: number): number => row * columns + column;

/** One layer element by element, from the formulas, sharing with the model only the reference's scalar functions (and its LayerNorm). */
function oracle(bert: QuantisedBert, index: number, input: Int8Array, valid: number): Record<string, Int8Array> {
  const layer = bert.layers[index]!;
  const { hidden, heads, headDim } = bert.shape;
  const rows = input.length / hidden;

  const product = (
    x: Int8Array,
    linear: QuantisedLinear,
    initial: (row: number, column: number) => number,
  ): Int32Array => {
    const acc = new Int32Array(rows * linear.outputs);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < linear.outputs; column++) {
        let sum = initial(row, column);
        for (let k = 0; k < linear.inputs; k++) {
          sum += x[at(row, linear.inputs, k)]! * linear.weights[at(k, linear.outputs, column)]!;
        }
        acc[at(row, linear.outputs, column)] = sum;
      }
    }
    return acc;
  };
  const biased = (x: Int8Array, linear: QuantisedLinear): Int32Array =>
    product(x, linear, (_, column) => linear.bias[column]!);
  const perChannel = (acc: Int32Array, columns: number, f: (value: number, column: number) => number): Int8Array =>
    Int8Array.from(acc, (value, i) => f(value, i % columns));

  const [query, key, value] = [layer.query, layer.key, layer.value].map((linear) =>
    perChannel(biased(input, linear), hidden, (acc, c) =>
      requantiseElement(acc, linear.requantise.m[c]!, linear.requantise.e[c]!),
    ),
  ) as [Int8Array, Int8Array, Int8Array];

  const context = new Int8Array(rows * hidden);
  for (let head = 0; head < heads; head++) {
    const first = head * headDim;
    for (let row = 0; row < rows; row++) {
      const scores = Array.from({ length: valid }, (_, other) => {
        let sum = 0;
        for (let i = first; i < first + headDim; i++) sum += query[at(row, hidden, i)]! * key[at(other, hidden, i)]!;
        return sum;
      });
      const max = Math.max(...scores);
      const exps = scores.map((score) => expElement(max - score, layer.attention.exponent));
      const { r, shift } = softmaxRowFactor(exps.reduce((total, exp) => total + exp, 0));
      for (let i = first; i < first + headDim; i++) {
        const weighed = (weight: (exp: number) => number): number =>
          exps.reduce((total, exp, other) => total + weight(exp) * value[at(other, hidden, i)]!, 0);
        const { m, e } = layer.attention.context;
        context[at(row, hidden, i)] =
          layer.attention.softmax === "deferred"
            ? rowScaledRequantise(
                Int32Array.of(weighed(deferredElement)),
                { rows: 1, cols: 1 },
                { r: Int32Array.of(r), shift: Uint8Array.of(shift) },
                { m, e },
              )[0]!
            : requantiseElement(
                weighed((exp) => probabilityElement(exp, r, shift)),
                m,
                e,
              );
      }
    }
  }

  const withResidual = (x: Int8Array, linear: typeof layer.output, residual: Int8Array): Int8Array => {
    const { scale, factor } = preloadScale(linear.residual);
    const acc = product(x, linear, (row, c) =>
      preloadElement(residual[at(row, hidden, c)]!, { m: scale.m[c]!, e: scale.e[c]! }, factor, linear.bias[c]!),
    );
    return layerNorm(acc, { rows, cols: hidden }, linear.layerNorm).output;
  };
  const attentionOutput = withResidual(context, layer.attentionOutput, input);
  const { activation } = layer.intermediate;
  const intermediate = perChannel(biased(attentionOutput, layer.intermediate), layer.intermediate.outputs, (acc, c) => {
    if (activation.kind === "relu") {
      return Math.max(0, requantiseElement(acc, activation.requantise.m[c]!, activation.requantise.e[c]!));
    }
    const g = geluElement(geluInput(acc, activation.input.m[c]!, activation.input.e[c]!));
    return saturateSigned(lastDyadic(g, activation.output), 8);
  });
  const output = withResidual(intermediate, layer.output, attentionOutput);
  return { query, key, value, context, attentionOutput, intermediate, output };
}

describe("the integer encoder", () => {
  for (const shape of shapes) {
    for (const softmax of ["deferred", "normalised"] as const) {
      it(`computes every tensor as the formulas say: hidden ${shape.hidden}, ${shape.heads} heads, ${softmax}, seed ${seed}`, () => {
        const activation = softmax === "deferred" ? "gelu" : "relu";
        const { bert, input } = randomBert({ ...shape, softmax, activation, seed, vocabulary: 50, positions: 32 });
        for (const [seq, valid] of [
          [1, 1],
          [9, 9],
          [17, 6],
        ] as const) {
          let values = input(seq, { valid }).values;
          runEncoder(bert, values, { valid }).layers.forEach((tensors, index) => {
            expect({ ...tensors }).toEqual(oracle(bert, index, values, valid));
            values = tensors.output;
          });
        }
      });
    }
  }

  it("stays close to the float model", () => {
    for (const softmax of ["deferred", "normalised"] as const) {
      const options = { hidden: 96, heads: 4, intermediate: 384, layers: 2, seed: 4, softmax, positions: 128 };
      const { model, bert, input } = randomBert(options);
      const { values, valid } = input(100, { valid: 80 });
      const real = Float32Array.from(values, (value) => value * bert.inputScale);
      const wanted = encodeFloat(model, real, valid);
      const { output } = runEncoder(bert, values, { valid });
      let total = 0;
      output.forEach((value, i) => (total += Math.abs(value - wanted[i]! / bert.outputScale)));
      expect(total / output.length).toBeLessThan(0.6);
    }
  });

  it("lets no padding reach a valid row", () => {
    const { bert, input } = randomBert({ hidden: 24, heads: 2, intermediate: 40, layers: 2, seed: 6, positions: 64 });
    const { values } = input(13);
    const alone = runEncoder(bert, values);
    const padded = new Int8Array(40 * 24).fill(99);
    padded.set(values);
    const run = runEncoder(bert, padded, { valid: 13 });
    run.layers.forEach((tensors, index) => {
      for (const name of ["query", "context", "intermediate", "output"] as const) {
        const wanted = alone.layers[index]![name];
        expect(tensors[name].subarray(0, wanted.length)).toEqual(wanted);
      }
    });
    expect(run.output.length).toBe(40 * 24);
  });

  it("returns scores and what P·V reads on request", () => {
    const { bert, input } = randomBert({ hidden: 8, heads: 2, intermediate: 8, layers: 1, seed: 2, positions: 16 });
    const { values } = input(5);
    const { scores, probabilities } = runLayer(bert.layers[0]!, bert.shape, values, { valid: 3, keepScores: true });
    expect([scores!.length, probabilities!.length]).toEqual([50, 50]);
    for (let row = 0; row < 10; row++) {
      const weights = [...probabilities!.subarray(row * 5, row * 5 + 5)];
      const row3 = [...scores!.subarray(row * 5, row * 5 + 3)];
      expect(Math.max(...weights)).toBe(255);
      expect(weights[row3.indexOf(Math.max(...row3))]).toBe(255);
      expect(weights.slice(3)).toEqual([0, 0]);
    }
    expect(runLayer(bert.layers[0]!, bert.shape, values).scores).toBeUndefined();
  });

  it("refuses lengths that make no sense", () => {
    const { bert } = randomBert({ hidden: 8, heads: 2, intermediate: 8, layers: 1, seed: 2, positions: 16 });
    const run = (length: number, valid: number): unknown => runEncoder(bert, new Int8Array(length), { valid });
    expect(() => run(12, 1)).toThrow("an input of 12 elements in rows of 8");
    expect(() => run(16, 3)).toThrow("3 valid rows of 2");
    expect(() => run(16, 0)).toThrow("0 valid rows of 2");
  });

  it("feeds on the embedding of the host", () => {
    const { model, bert, input } = randomBert({
      hidden: 8,
      heads: 2,
      intermediate: 8,
      layers: 1,
      seed: 2,
      positions: 16,
    });
    const { values, seq, valid } = input(6, { valid: 4, seed: 9 });
    expect([seq, valid]).toEqual([6, 4]);
    expect(input(6, { valid: 4, seed: 9 }).values).toEqual(values);
    expect(input(6, { valid: 4, seed: 10 }).values).not.toEqual(values);
    const padding = embedFloat(model, [0, 0, 0, 0, 0, 0]).subarray(4 * 8);
    expect([...values.subarray(4 * 8)]).toEqual(
      Array.from(padding, (value) => Math.max(-128, Math.min(127, Math.round(value / bert.inputScale)))),
    );
  });
});
