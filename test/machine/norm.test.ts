import { expect, test } from "vitest";
import {
  NORM_FUNCTIONS,
  NORM_OUTPUTS,
  SCALE_FORMATS,
  command,
  firstScale,
  lastScale,
  meanScale,
  scaleWord,
  shiftAmount,
} from "../../src/isa/index.ts";
import type { PreShiftedFormat } from "../../src/isa/index.ts";
import { RowJobRace } from "../../src/machine/index.ts";
import type { Machine } from "../../src/machine/index.ts";
import {
  layerNorm,
  layerNormConstants,
  meanReciprocal,
  preloadResidual,
  preloadScale,
  requantise,
  rowScaledRequantise,
  softmax,
  softmaxDeferred,
} from "../../src/reference/index.ts";
import type { DyadicChannels } from "../../src/reference/index.ts";
import { S, C, machineWith, run, numbers, tiles, wordsOf, s8, s32 } from "./support.ts";

/** Two tiles of five rows in the accumulator; parameter rows of each tile from row 100 on. */
const ROWS = 5;
const COLS = 32;
const acc = s32(numbers(ROWS * COLS, 90_000));
const channels: DyadicChannels = {
  m: Uint16Array.from({ length: COLS }, (_, i) => 1250 + 3 * i),
  e: Int8Array.from({ length: COLS }, (_, i) => 19 + (i % 3)),
};
const ratios: DyadicChannels = { m: channels.m, e: Int8Array.from({ length: COLS }, (_, i) => (i % 10) - 1) };
const block = { rows: ROWS, slices: 2, accStride: ROWS, spadAddress: 60, spadStride: ROWS };

function withParameters(rows: readonly ((column: number) => number)[], scratchpad?: Int8Array): Machine {
  const machine = machineWith(tiles(acc, ROWS, COLS), scratchpad);
  for (let column = 0; column < COLS; column++) {
    rows.forEach((value, i) => {
      const row = 100 + Math.floor(column / C) * rows.length + i;
      machine.state.accumulator[row * C + (column % C)] = value(column);
    });
  }
  return machine;
}
const words =
  ({ m, e }: DyadicChannels, format: PreShiftedFormat) =>
  (column: number): number =>
    scaleWord(m[column]!, e[column]!, format);

test("NORM requantise: per tensor, per channel, with ReLU, to the scratchpad and to the stream", () => {
  const shape = { rows: ROWS, cols: COLS };
  const machine = withParameters([words(channels, SCALE_FORMATS.byte)]);
  const dram = run(machine, [
    command("norm", { ...block, ...firstScale({ m: 1560, e: 20 }, SCALE_FORMATS.byte), relu: 1 }),
    command("norm", { ...block, output: NORM_OUTPUTS.stream, perChannel: 1, paramAddress: 100, paramStride: 1 }),
    command("store", { source: 1, dramOffset: 1024, dramStride: 128, runs: 2, runLength: ROWS }),
  ]);
  expect(wordsOf(machine, 60, ROWS, COLS)).toEqual(requantise(acc, shape, { m: 1560, e: 20 }, { relu: true }));
  const expected = requantise(acc, shape, channels);
  for (let r = 0; r < ROWS; r++) {
    const got = [0, 1].flatMap((j) => Array.from(dram.subarray(1024 + 128 * j + r * S, 1024 + 128 * j + (r + 1) * S)));
    expect(Int8Array.from(got)).toEqual(expected.subarray(r * COLS, (r + 1) * COLS));
  }
});

test("NORM preload and raw", () => {
  const residual = s8(numbers(ROWS * COLS, 128));
  const scratchpad = new Int8Array(100 * S);
  for (let r = 0; r < ROWS; r++) {
    for (let c = 0; c < COLS; c++)
      scratchpad[(60 + Math.floor(c / S) * ROWS + r) * S + (c % S)] = residual[r * COLS + c]!;
  }
  const bias = s32(numbers(COLS, 5000));
  const { scale, factor } = preloadScale(ratios);
  const machine = withParameters([words(scale, SCALE_FORMATS.fixed), (column) => bias[column]!], scratchpad);
  const dram = run(machine, [
    command("norm", {
      ...block,
      function: NORM_FUNCTIONS.preload,
      perChannel: 1,
      paramAddress: 100,
      paramStride: 2,
      finalM: factor,
    }),
    command("norm", { ...block, function: NORM_FUNCTIONS.raw }),
    command("store", { source: 1, dramOffset: 2048, dramStride: 0, runs: 1, runLength: (ROWS * COLS * 4) / S }),
  ]);
  const expected = tiles(preloadResidual(residual, { rows: ROWS, cols: COLS }, ratios, bias), ROWS, COLS);
  expect(new Int32Array(dram.buffer, 2048, ROWS * COLS)).toEqual(expected);
});

const maxima = (machine: Machine, valid: number, slot = 0): void => {
  for (let r = 0; r < ROWS; r++)
    machine.state.rows.max[slot + r] = Math.max(...acc.subarray(r * COLS, r * COLS + valid));
};

test("NORM Softmax: probabilities, and deferred exponentials with the row-scaled requantise", () => {
  const shape = { rows: ROWS, cols: COLS, valid: 21 };
  const scale = { m: 1406, e: 15 };
  const context = { m: 1875, e: 18 };
  const machine = machineWith(tiles(acc, ROWS, COLS));
  maxima(machine, 21);
  const pass = { ...block, ...firstScale(scale, SCALE_FORMATS.exponent), validColumns: 21 };
  run(machine, [
    command("norm", { ...pass, function: NORM_FUNCTIONS.exp }),
    command("norm", { ...pass, function: NORM_FUNCTIONS.probability }),
    command("norm", { ...pass, function: NORM_FUNCTIONS.exp, deferred: 1, spadAddress: 200 }),
    command("norm", { ...block, rowScale: 1, ...lastScale(context), spadAddress: 300 }),
  ]);
  const expected = softmax(acc, shape, scale).probabilities;
  expect(new Uint8Array(wordsOf(machine, 60, ROWS, COLS).buffer)).toEqual(expected);
  const deferred = softmaxDeferred(acc, shape, scale);
  expect(new Uint8Array(wordsOf(machine, 200, ROWS, COLS).buffer)).toEqual(deferred.exps);
  const values = rowScaledRequantise(acc, shape, deferred.rows.factors, context);
  expect(wordsOf(machine, 300, ROWS, COLS)).toEqual(values);
});

test("NORM LayerNorm: columns beyond the valid ones are absent, and written as 0", () => {
  const d = 27;
  const constants = layerNormConstants({
    accumulatorScales: new Float64Array(d).fill(1e-3),
    inputScale: 1e-2,
    gamma: new Float64Array(d).fill(1.1),
    beta: new Float64Array(d).map((_, i) => i / 50),
    outputScale: 0.03,
  });
  const input = constants.input as DyadicChannels;
  const machine = withParameters([
    (c) => (c < d ? words(input, SCALE_FORMATS.fixed)(c) : 0),
    (c) => (c < d ? constants.gain[c]! & 0x3fff : 0),
    (c) => (c < d ? constants.offset[c]! : 0),
  ]);
  const pass = { ...block, perChannel: 1, paramAddress: 100, paramStride: 3, validColumns: d, rowSlot: 9 };
  run(machine, [
    command("norm", { ...pass, function: NORM_FUNCTIONS.statistics, ...meanScale(meanReciprocal(d)) }),
    command("norm", {
      ...pass,
      function: NORM_FUNCTIONS.normalise,
      finalE: shiftAmount(constants.exponent, SCALE_FORMATS.last),
    }),
  ]);
  const logical = new Int32Array(ROWS * d).map((_, i) => acc[Math.floor(i / d) * COLS + (i % d)]!);
  const { output } = layerNorm(logical, { rows: ROWS, cols: d }, constants);
  const expected = new Int8Array(ROWS * COLS);
  for (let r = 0; r < ROWS; r++) expected.set(output.subarray(r * d, (r + 1) * d), r * COLS);
  expect(wordsOf(machine, 60, ROWS, COLS)).toEqual(expected);
});

test("row factors and row sums are guarded against row jobs in flight", () => {
  const pass = { ...block, scaleM: 1250, scaleE: 20, validColumns: COLS };
  const exp = { ...pass, function: NORM_FUNCTIONS.exp };
  const attempt =
    (...list: Parameters<typeof command<"norm">>[1][]) =>
    (): void => {
      const machine = machineWith(tiles(acc, ROWS, COLS));
      for (const slot of [0, 10, 20]) maxima(machine, COLS, slot);
      run(
        machine,
        list.map((fields) => command("norm", fields)),
      );
    };
  const scaled = (rowSlot: number, pendingRowJobs: number) => ({
    ...block,
    rowScale: 1,
    finalM: 1250,
    finalE: 11,
    rowSlot,
    pendingRowJobs,
  });
  expect(attempt(exp, { ...exp, rowSlot: 10 }, scaled(0, 1))).not.toThrow();
  expect(attempt(exp, { ...exp, rowSlot: 10 }, scaled(10, 1))).toThrow(RowJobRace);
  expect(attempt(exp, scaled(0, 0), exp)).not.toThrow();
  expect(attempt(exp, exp)).toThrow(RowJobRace);
  // Only two row jobs can be waiting, so the first has ended when the third may be queued.
  expect(attempt(exp, { ...exp, rowSlot: 10 }, exp)).not.toThrow();
});
