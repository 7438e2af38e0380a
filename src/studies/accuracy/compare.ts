/** The functions of the accelerator and I-BERT's own integers, on the same rows, against float. */
import { createRandom } from "../../model/index.ts";
import type { Random } from "../../model/index.ts";
import {
  expScale,
  floatGelu,
  floatLayerNorm,
  floatSoftmax,
  gelu,
  geluConstants,
  iGeluInteger,
  iLayerNorm,
  iSoftmax,
  layerNorm,
  layerNormConstants,
  softmax,
} from "../../reference/index.ts";
import { ErrorSum } from "./figure.ts";
import type { ErrorFigure } from "./figure.ts";

/** One kind of rows, and how far all come from float on them. */
export interface AccuracyRow {
  readonly function: "Softmax" | "LayerNorm" | "GELU";
  readonly rows: string;
  readonly ours: ErrorFigure;
  /** The function as the accelerator has it when `norm.variants` asks for I-BERT's. */
  readonly variant: ErrorFigure;
  /** By what a tensor's constants may be; undefined where it divides by zero. */
  readonly ibert: Readonly<Record<string, ErrorFigure | undefined>>;
}

/** Real values of a score's last bit: as calibrated models have it, and so coarse that ln 2 is few steps of it. */
export const SCALES = { fine: 1e-3, coarse: 0.02 } as const;
/** Elements of a kind of rows, about. */
const ELEMENTS = 16_384;

/** `score` gives real scores; both scales see the same row, rounded to them. */
function softmaxRow(rows: string, cols: number, score: (col: number) => number): AccuracyRow {
  const ours = new ErrorSum();
  const built = new ErrorSum();
  const ibert = { fine: new ErrorSum(), coarse: new ErrorSum() };
  for (let row = 0; row < Math.ceil(ELEMENTS / cols); row++) {
    const real = Float64Array.from({ length: cols }, (_, col) => score(col));
    for (const name of ["fine", "coarse"] as const) {
      const scale = SCALES[name];
      const scores = Int32Array.from(real, (x) => Math.round(x / scale));
      const exact = floatSoftmax(Float64Array.from(scores, (x) => x * scale));
      const { probabilities } = softmax(scores, { rows: 1, cols }, expScale(scale));
      const variant = softmax(scores, { rows: 1, cols }, expScale(scale, "ibert"), "ibert");
      const theirs = iSoftmax(scores, scale);
      exact.forEach((probability, col) => {
        ours.add(probabilities[col]!, 256 * probability, 0, 255);
        built.add(variant.probabilities[col]!, 256 * probability, 0, 255);
        ibert[name].add(theirs[col]!, 256 * probability, 0, 255);
      });
    }
  }
  return {
    function: "Softmax",
    rows,
    ours: ours.figure,
    variant: built.figure,
    ibert: { fine: ibert.fine.figure, coarse: ibert.coarse.figure },
  };
}

/** Columns of the rows of LayerNorm. */
const COLUMNS = 768;

/** Bits that i-LayerNorm drops before it squares. */
export const SHIFTS = [0, 5] as const;
/** Largest sigma of a row whose squares i-LayerNorm can sum with a shift. */
export const largestSigma = (shift: number): number => (2 ** 16 / Math.sqrt(COLUMNS)) * 2 ** shift;

/** Largest magnitude of LayerNorm's input for which a row's scale is chosen. */
const INPUT_LIMIT = 16_000;

function layerNormRow(rows: string, cols: number, value: (col: number) => number): AccuracyRow {
  const gamma = new Float64Array(cols).fill(1);
  const beta = new Float64Array(cols);
  const ours = new ErrorSum();
  const built = new ErrorSum();
  const ibert = new Map(SHIFTS.map((shift) => [`shift ${shift}`, new ErrorSum()]));
  const broken = new Set<string>();
  for (let row = 0; row < Math.ceil(ELEMENTS / cols); row++) {
    const x = Int32Array.from({ length: cols }, (_, col) => Math.round(value(col)));
    const exact = floatLayerNorm(x, gamma, beta);
    // Holds four sigma, and the largest value of the row where that is more, as a calibrated scale does.
    const outputScale = exact.reduce((top, y) => Math.max(top, Math.abs(y)), 4) / 127;
    // Whole units where they fit the input of the function, as a calibrated scale does.
    const largest = x.reduce((top, value) => Math.max(top, Math.abs(value)), 1);
    const inputScale = Math.max(1, largest / INPUT_LIMIT);
    for (const [sum, variant] of [[ours, "systole"] as const, [built, "ibert"] as const]) {
      const constants = layerNormConstants({
        ...{ accumulatorScales: new Float64Array(cols).fill(1), inputScale, gamma, beta, outputScale, variant },
      });
      const { output } = layerNorm(x, { rows: 1, cols }, constants);
      output.forEach((y, col) => {
        sum.add(y, exact[col]! / outputScale, -128, 127);
      });
    }
    for (const shift of SHIFTS) {
      const theirs = iLayerNorm(x, { shift, gamma, beta, outputScale });
      if (theirs === undefined) broken.add(`shift ${shift}`);
      theirs?.forEach((y, col) => {
        ibert.get(`shift ${shift}`)!.add(y, exact[col]! / outputScale, -128, 127);
      });
    }
  }
  return {
    function: "LayerNorm",
    rows,
    ours: ours.figure,
    variant: built.figure,
    ibert: Object.fromEntries([...ibert].map(([name, sum]) => [name, broken.has(name) ? undefined : sum.figure])),
  };
}

/** Every input of Q4.11 with a magnitude of at most `range`, in steps that I-BERT's widths have too. */
function geluRow(range: number): AccuracyRow {
  const outputScale = range / 127;
  // The accumulator is finer than x, as accumulators are.
  const kinds = (["systole", "ibert"] as const).map((variant) => ({
    sum: new ErrorSum(),
    constants: geluConstants([2 ** -23], outputScale, variant),
  }));
  const narrow = new ErrorSum();
  const wide = new ErrorSum();
  const [narrowScale, wideScale] = [range / 127, range / 2 ** 19];
  const error = (sum: ErrorSum, y: number, x: number): void => {
    sum.add(y, floatGelu(x) / outputScale, -128, 127);
  };
  for (let x = -range * 2048; x <= Math.min(range * 2048, 32_767); x++) {
    for (const { sum, constants } of kinds) {
      const [y] = gelu(Int32Array.of(4096 * x), { rows: 1, cols: 1 }, constants);
      error(sum, y!, x / 2048);
    }
    const q = Math.round(x / 2048 / wideScale);
    error(wide, iGeluInteger(q, { scale: wideScale, bits: 22, drop: 14, outputScale }), q * wideScale);
  }
  for (let q = -127; q <= 127; q++) {
    error(narrow, iGeluInteger(q, { scale: narrowScale, bits: 8, drop: 0, outputScale }), q * narrowScale);
  }
  return {
    function: "GELU",
    rows: `x from -${range} to ${range}`,
    ours: kinds[0]!.sum.figure,
    variant: kinds[1]!.sum.figure,
    ibert: { s8: narrow.figure, s22: wide.figure },
  };
}

/** Rows that the functions are hard on, and gaussian ones. The same figures in every call. */
export function compareAccuracy(): AccuracyRow[] {
  const random: Random = createRandom(1);
  const gaussian = (sigma: number) => (): number => random.gaussian() * sigma;
  const hot = (count: number) => (col: number) => (col < count ? 20 : 0);
  return [
    ...[128, 512].flatMap((length) => [
      ...[1, 3].map((sigma) => softmaxRow(`gaussian, sigma ${sigma}, l = ${length}`, length, gaussian(sigma))),
      softmaxRow(`all equal, l = ${length}`, length, () => 0),
    ]),
    softmaxRow("one-hot, l = 128", 128, hot(1)),
    softmaxRow("two-hot, l = 128", 128, hot(2)),
    layerNormRow("gaussian, sigma 1000", COLUMNS, gaussian(1000)),
    layerNormRow("gaussian, sigma 20,000", COLUMNS, gaussian(20_000)),
    layerNormRow("an outlier x 50", COLUMNS, (col) => random.gaussian() * 200 * (col === 5 ? 50 : 1)),
    layerNormRow("one-hot", COLUMNS, (col) => (col === 3 ? 20_000 : 0)),
    layerNormRow("sigma of 2 units", COLUMNS, gaussian(2)),
    layerNormRow("all equal", COLUMNS, () => 1000),
    ...[2, 4, 8].map(geluRow),
  ];
}
