import { describe, expect, test } from "vitest";
import {
  deferredValueScale,
  expScale,
  floatGelu,
  floatLayerNorm,
  floatSoftmax,
  gelu,
  geluConstants,
  layerNorm,
  layerNormConstants,
  matmul,
  probabilityValueScale,
  requantise,
  rowScaledRequantise,
  softmax,
  softmaxDeferred,
} from "../../src/reference/index.ts";
import type { Random } from "./random.ts";
import { describeRandom } from "./random.ts";

/** Error against float in LSB of the output: largest and mean. */
class ErrorFigure {
  max = 0;
  private sum = 0;
  private count = 0;

  add(got: number, exact: number, low: number, high: number): void {
    const error = Math.abs(got - Math.max(low, Math.min(high, exact)));
    this.max = Math.max(this.max, error);
    this.sum += error;
    this.count++;
  }

  get mean(): number {
    return this.sum / this.count;
  }
}

/** Softmax error over `rows` rows of integer scores with the real scale `scale`. */
function softmaxError(rows: number, cols: number, scale: number, score: (col: number) => number): ErrorFigure {
  const figure = new ErrorFigure();
  const scores = Int32Array.from({ length: rows * cols }, (_, at) => score(at % cols));
  const { probabilities } = softmax(scores, { rows, cols }, expScale(scale));
  for (let row = 0; row < rows; row++) {
    const exact = floatSoftmax(Float64Array.from(scores.subarray(row * cols, (row + 1) * cols), (x) => x * scale));
    for (let col = 0; col < cols; col++) figure.add(probabilities[row * cols + col]!, exact[col]! * 256, 0, 255);
  }
  return figure;
}

interface LayerNormCase {
  readonly rows: number;
  readonly cols: number;
  readonly value: (col: number, row: number) => number;
  /** Spread of gamma and beta around 1 and 0; every 100th gamma is four times as large. Default 0. */
  readonly spread?: number;
}

/**
 * LayerNorm error on rows of x (s15). The output scale holds the largest output and 4 sigma in every channel, as one
 * calibrated on many rows does.
 */
function layerNormError(random: Random, { rows, cols, value, spread = 0 }: LayerNormCase): ErrorFigure {
  const x = Int32Array.from({ length: rows * cols }, (_, at) =>
    Math.max(-(2 ** 14), Math.min(2 ** 14 - 1, Math.round(value(at % cols, Math.floor(at / cols))))),
  );
  const gamma = Float64Array.from(
    { length: cols },
    (_, col) => (1 + spread * random.gaussian()) * (spread > 0 && col % 100 === 50 ? 4 : 1),
  );
  const beta = Float64Array.from({ length: cols }, () => spread * random.gaussian());
  const exact = Array.from({ length: rows }, (_, row) =>
    floatLayerNorm(x.subarray(row * cols, (row + 1) * cols), gamma, beta),
  );
  const fourSigma = gamma.reduce((top, g, col) => Math.max(top, 4 * Math.abs(g) + Math.abs(beta[col]!)), 0);
  const largest = exact.reduce((top, row) => row.reduce((a, y) => Math.max(a, Math.abs(y)), top), fourSigma);
  const outputScale = largest / 127;
  const { output } = layerNorm(
    x,
    { rows, cols },
    layerNormConstants({ accumulatorScales: new Float64Array(cols).fill(1), inputScale: 1, gamma, beta, outputScale }),
  );
  const figure = new ErrorFigure();
  output.forEach((y, at) => {
    figure.add(y, exact[Math.floor(at / cols)]![at % cols]! / outputScale, -128, 127);
  });
  return figure;
}

describeRandom("softmax against float: within 1 LSB", (random) => {
  for (const cols of [1, 2, 5, 17, 128, 512, 4096]) {
    for (const sigma of [1, 3]) {
      test(`gaussian, sigma ${sigma}, l = ${cols}`, () => {
        const figure = softmaxError(Math.ceil(20_000 / cols), cols, 1e-3, () => random.gaussian() * sigma * 1000);
        expect(figure.max).toBeLessThanOrEqual(1);
        expect(figure.mean).toBeLessThanOrEqual(0.3);
      });
    }
  }

  for (const cols of [128, 512, 4096]) {
    test(`all equal, l = ${cols}`, () => {
      expect(softmaxError(1, cols, 1e-3, () => 7).max).toBeLessThanOrEqual(0.5);
    });

    test(`one-hot and two-hot, l = ${cols}`, () => {
      const margin = 20_000;
      expect(softmaxError(1, cols, 1e-3, (col) => (col === 3 ? margin : 0)).max).toBeLessThanOrEqual(0.13);
      expect(softmaxError(1, cols, 1e-3, (col) => (col === 3 || col === 9 ? margin : 0)).max).toBeLessThanOrEqual(0.13);
    });

    test(`full-range extremes, l = ${cols}`, () => {
      const extremes = (): number => random.pick([-(2 ** 31), 2 ** 31 - 1]);
      expect(softmaxError(20, cols, 1e-3, extremes).max).toBeLessThanOrEqual(0.51);
      const anywhere = (): number => random.integer(-(2 ** 31), 2 ** 31 - 1);
      expect(softmaxError(20, cols, 1e-9, anywhere).max).toBeLessThanOrEqual(1);
    });
  }

  test("scales from the coarsest to the finest", () => {
    for (const scale of [0.69, 0.5, 0.01, 1e-4, 1e-7, 2e-9]) {
      const figure = softmaxError(500, 12, scale, () => Math.max(-(2 ** 31), (-random.unit() * 6) / scale));
      expect(figure.max, `scale ${scale}`).toBeLessThanOrEqual(1);
    }
  });
});

describeRandom("layernorm against float", (random) => {
  for (const cols of [96, 120, 768, 1024, 4096]) {
    const rows = Math.ceil(8000 / cols);
    for (const spread of [0, 0.3]) {
      const label = `d = ${cols}, gamma and beta spread by ${spread}`;
      const within = (limit: number, value: LayerNormCase["value"]): void => {
        expect(layerNormError(random, { rows, cols, value, spread }).max).toBeLessThanOrEqual(limit);
      };
      test(`gaussian: within 1 LSB; ${label}`, () => {
        for (const sigma of [5, 8, 100, 1e3, 3e3]) within(1, () => random.gaussian() * sigma + 17);
      });
      test(`sigma of 1 to 4 LSB: within 2 LSB; ${label}`, () => {
        for (const sigma of [1.3, 2, 3, 4]) within(2, (_, row) => random.gaussian() * sigma + ((row * 37) % 200));
      });
      test(`outlier x50, one-hot, extremes: within 1 LSB; ${label}`, () => {
        within(1, (col) => random.gaussian() * 100 * (col % 97 === 5 ? 50 : 1));
        within(1, (col, row) => (col === row ? 2 ** 13 : 0));
        within(1, () => random.pick([-(2 ** 14), 2 ** 14 - 1]));
      });
      test(`all equal: within rounding; ${label}`, () => {
        within(0.501, (_, row) => row * 100 - 3000);
      });
    }
  }

  test("the mean error is that of rounding alone", () => {
    const figure = layerNormError(random, { rows: 20, cols: 768, value: () => random.gaussian() * 2e3 });
    expect(figure.mean).toBeLessThan(0.26);
    // At 127 a half unit of r's eleven bits is 0.062; one unit of n is 1/37, and n is up to two of them off; G adds 0.009.
    expect(figure.max).toBeLessThan(0.5 + 0.062 + 2 / 37 + 0.009);
  });
});

describe("gelu against float: within 2 LSB", () => {
  const figure = (range: number): ErrorFigure => {
    const outputScale = range / 127;
    const constants = geluConstants([2 ** -11], outputScale);
    const error = new ErrorFigure();
    for (let x = -range * 2048; x <= Math.min(range * 2048, 32767); x++) {
      const [y] = gelu(Int32Array.of(x), { rows: 1, cols: 1 }, constants);
      error.add(y!, floatGelu(x / 2048) / outputScale, -128, 127);
    }
    return error;
  };

  test.each([
    [2, 1.16, 0.45],
    [4, 1.08, 0.3],
    [8, 0.8, 0.2],
  ])("every input with |x| <= %i", (range, max, mean) => {
    const { max: gotMax, mean: gotMean } = figure(range);
    expect(gotMax).toBeLessThanOrEqual(max);
    expect(gotMean).toBeLessThanOrEqual(mean);
  });
});

describeRandom("attention over a long uniform row, l = 512", (random) => {
  const [rows, cols, head] = [4, 512, 64];
  const scores = new Int32Array(rows * cols).fill(-5);
  const v = new Int8Array(cols * head).map(() => random.signed(8));
  const shape = { rows, inner: cols, cols: head };
  const exact = Float64Array.from({ length: head }, (_, col) => {
    let sum = 0;
    for (let k = 0; k < cols; k++) sum += v[k * head + col]!;
    return sum / cols;
  });
  // An output 64 times finer than V shows the error before the last rounding.
  const fine = 1 / 64;
  const error = (context: Int8Array): number => {
    const figure = new ErrorFigure();
    context.forEach((y, at) => {
      if (Math.abs(exact[at % head]!) < 1.9) figure.add(y * fine, exact[at % head]!, -2, 127 * fine);
    });
    return figure.max;
  };

  test("deferred normalisation errs by hundredths of a V LSB, 8-bit probabilities by whole ones", () => {
    const deferred = softmaxDeferred(scores, { rows, cols }, expScale(1e-3));
    const context = rowScaledRequantise(
      matmul(deferred.exps, v, shape),
      { rows, cols: head },
      deferred.rows.factors,
      deferredValueScale(1, fine),
    );
    expect(error(context)).toBeLessThan(0.03);

    const { probabilities } = softmax(scores, { rows, cols }, expScale(1e-3));
    const rounded = requantise(matmul(probabilities, v, shape), { rows, cols: head }, probabilityValueScale(1, fine));
    expect(error(rounded)).toBeGreaterThan(0.5);
  });
});
