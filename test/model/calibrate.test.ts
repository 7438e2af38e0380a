import { describe, expect, it } from "vitest";
import { calibrate, createHistogram, embedFloat, encodeFloat, randomModel } from "../../src/model/index.ts";

describe("the histogram", () => {
  it("gives the exact maximum at 100 per cent", () => {
    const histogram = createHistogram();
    histogram.add(Float32Array.of(0.5, -3.25, 1));
    histogram.add(Float32Array.of(2));
    expect(histogram.magnitude(100)).toBe(3.25);
  });

  it("gives the percentile within one bin, 1.1 per cent, at any scale", () => {
    for (const scale of [1e-6, 1, 1e6]) {
      const histogram = createHistogram();
      histogram.add(Float32Array.from({ length: 1000 }, (_, i) => (i % 2 === 0 ? 1 : -1) * scale * (i + 1)));
      for (const percent of [1, 50, 90, 99.9]) {
        const exact = scale * 10 * percent;
        expect(histogram.magnitude(percent)).toBeGreaterThanOrEqual(exact * (1 - 1e-6));
        expect(histogram.magnitude(percent)).toBeLessThan(exact * 1.012);
      }
    }
  });

  it("never gives 0", () => {
    const histogram = createHistogram();
    histogram.add(new Float32Array(4));
    expect(histogram.magnitude(100)).toBe(2 ** -20);
    expect(histogram.magnitude(99)).toBe(2 ** -20);
    histogram.add(Float32Array.of(1));
    expect(histogram.magnitude(50)).toBeGreaterThan(0);
  });
});

describe("calibration", () => {
  const model = randomModel({
    hidden: 12,
    heads: 3,
    intermediate: 20,
    layers: 2,
    vocabulary: 9,
    positions: 8,
    seed: 3,
  });
  const samples = [
    [1, 2, 3, 4],
    [8, 7],
  ];

  it("by maximum covers every value of every sample, in any order", () => {
    const ranges = calibrate(model, samples, { kind: "max" });
    let largest = 0;
    for (const ids of samples) {
      encodeFloat(model, embedFloat(model, ids), ids.length, (layer, tensor, values) => {
        for (const value of values) {
          expect(Math.abs(value)).toBeLessThanOrEqual(ranges.layers[layer]![tensor]);
          if (layer === 1 && tensor === "context") largest = Math.max(largest, Math.abs(value));
        }
      });
    }
    expect(ranges.layers[1]!.context).toBe(largest);
    expect(calibrate(model, samples.toReversed(), { kind: "max" })).toEqual(ranges);
  });

  it("by percentile clips activations, but not what LayerNorm reads", () => {
    const max = calibrate(model, samples, { kind: "max" });
    const clipped = calibrate(model, samples, { kind: "percentile", percent: 90 });
    expect(clipped.input).toBeLessThan(max.input);
    for (const layer of [0, 1]) {
      for (const name of ["query", "key", "value", "context", "attentionOutput", "intermediate", "output"] as const) {
        expect(clipped.layers[layer]![name]).toBeLessThan(max.layers[layer]![name]);
      }
      expect(clipped.layers[layer]!.attentionSum).toBe(max.layers[layer]!.attentionSum);
      expect(clipped.layers[layer]!.outputSum).toBe(max.layers[layer]!.outputSum);
    }
  });
});
