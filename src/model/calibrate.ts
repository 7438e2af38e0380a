import { embedFloat, encodeFloat, observedTensors } from "./float-model.ts";
import type { ObservedTensor } from "./float-model.ts";
import type { BertModel } from "./weights.ts";

/** How a tensor's range follows from the values seen: the largest magnitude, or the one that a share of the values stays under. */
export type CalibrationMethod = { readonly kind: "max" } | { readonly kind: "percentile"; readonly percent: number };

/** The magnitude each tensor of a layer is to represent; for the "...Sum" tensors always the largest seen. */
export type LayerRanges = Readonly<Record<ObservedTensor, number>>;

/** The result of calibration: magnitudes in real units, all positive. */
export interface CalibrationRanges {
  /** The encoder's input, after the embedding's LayerNorm. */
  readonly input: number;
  readonly layers: readonly LayerRanges[];
}

/** Collects what the float model's tensors hold, one sample after the other. */
export interface Calibration {
  /** Runs the float model over one sample: token ids without padding. */
  readonly observe: (ids: readonly number[]) => void;
  /** The ranges of all that was observed: at least one sample; their order does not matter. */
  readonly ranges: (method: CalibrationMethod) => CalibrationRanges;
}

/** Begins a calibration of `model`. */
export function createCalibration(model: BertModel): Calibration {
  const input = createHistogram();
  const layers = model.layers.map(
    () =>
      Object.fromEntries(observedTensors.map((name) => [name, createHistogram()])) as Record<ObservedTensor, Histogram>,
  );
  return {
    observe: (ids) => {
      const embedded = embedFloat(model, ids);
      input.add(embedded);
      encodeFloat(model, embedded, ids.length, (layer, tensor, values) => {
        layers[layer]![tensor].add(values);
      });
    },
    ranges: (method) => {
      const range = (histogram: Histogram, name: ObservedTensor | "input"): number =>
        // LayerNorm's input has room to spare, and must not saturate.
        method.kind === "max" || name === "attentionSum" || name === "outputSum"
          ? histogram.magnitude(100)
          : histogram.magnitude(method.percent);
      return {
        input: range(input, "input"),
        layers: layers.map(
          (tensors) =>
            Object.fromEntries(observedTensors.map((name) => [name, range(tensors[name], name)])) as Record<
              ObservedTensor,
              number
            >,
        ),
      };
    },
  };
}

/** The ranges of every tensor over `samples` (token ids without padding; at least one), in one go. */
export function calibrate(
  model: BertModel,
  samples: readonly (readonly number[])[],
  method: CalibrationMethod,
): CalibrationRanges {
  const calibration = createCalibration(model);
  for (const ids of samples) calibration.observe(ids);
  return calibration.ranges(method);
}

/** Magnitudes counted in logarithmic bins of 1/64 octave, so a percentile is known within 1.1 % at any scale. */
export interface Histogram {
  readonly add: (values: Float32Array) => void;
  /** The magnitude that `percent` of the values stay under; 100 gives the exact maximum. Never 0: an all-zero tensor gives 2^-20. */
  readonly magnitude: (percent: number) => number;
}

const binsPerOctave = 64;
const lowestOctave = -30;
const octaves = 60;

/** An empty {@link Histogram}. Magnitudes outside 2^-30..2^30 count as the nearest of these. */
export function createHistogram(): Histogram {
  const bins = new Float64Array(octaves * binsPerOctave);
  let total = 0;
  let max = 0;
  return {
    add: (values) => {
      for (const value of values) {
        const magnitude = Math.abs(value);
        max = Math.max(max, magnitude);
        const bin = Math.floor((Math.log2(magnitude) - lowestOctave) * binsPerOctave);
        bins[Math.min(bins.length - 1, Math.max(0, bin))]! += 1;
      }
      total += values.length;
    },
    magnitude: (percent) => {
      if (max === 0) return 2 ** -20;
      const wanted = (total * percent) / 100;
      let seen = 0;
      for (let bin = 0; percent < 100 && bin < bins.length; bin++) {
        seen += bins[bin]!;
        if (seen >= wanted) return Math.min(max, 2 ** (lowestOctave + (bin + 1) / binsPerOctave));
      }
      return max;
    },
  };
}
