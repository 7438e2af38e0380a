import { expect, test } from "vitest";
import { loadConfig } from "../../src/config/index.ts";
import {
  COMMAND_BYTES,
  GEMM_INITS,
  NORM_FUNCTIONS,
  NORM_OUTPUTS,
  SCALE_FORMATS,
  command,
  encodeCommand,
  firstScale,
  lastScale,
  meanScale,
  scaleWord,
  shiftAmount,
} from "../../src/isa/index.ts";
import type { Command, PreShiftedFormat } from "../../src/isa/index.ts";
import { Machine, MachineFault, RowJobRace } from "../../src/machine/index.ts";
import {
  layerNorm,
  layerNormConstants,
  matmul,
  meanReciprocal,
  preloadResidual,
  preloadScale,
  requantise,
  rowScaledRequantise,
  softmax,
  softmaxDeferred,
} from "../../src/reference/index.ts";
import type { DyadicChannels } from "../../src/reference/index.ts";

const params = loadConfig("transformer");
const S = params.wordBytes;
const C = params.cols;

const encode = (commands: readonly Command[]): Uint8Array => {
  const bytes = new Uint8Array(commands.length * COMMAND_BYTES);
  commands.forEach((c, i) => {
    encodeCommand(c, bytes, i * COMMAND_BYTES);
  });
  return bytes;
};

/** Runs commands on a fresh machine whose accumulator holds `rows` [row][16] from row 0 on. */
function machineWith(rows: Int32Array, scratchpad: Int8Array | Uint8Array = new Int8Array(0)): Machine {
  const machine = new Machine(params, { poison: 3 });
  machine.state.accumulator.set(rows);
  machine.state.scratchpad.set(scratchpad);
  return machine;
}

const run = (machine: Machine, commands: readonly Command[], dram = new Uint8Array(65536)): Uint8Array => {
  machine.run(encode(commands), dram);
  return dram;
};

/** Some numbers, the same every time. */
const numbers = (length: number, spread: number): number[] =>
  Array.from({ length }, (_, i) => ((i * 2654435761) % (2 * spread + 1)) - spread);

/** [row][16] → accumulator rows of two tiles, tile after tile. */
const tiles = (matrix: Int32Array, rows: number, cols: number): Int32Array => {
  const out = new Int32Array((cols / C) * rows * C);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < cols; c++) out[(Math.floor(c / C) * rows + r) * C + (c % C)] = matrix[r * cols + c]!;
  }
  return out;
};

/** Scratchpad words [slice][row] as a matrix [rows][cols]. */
const wordsOf = (machine: Machine, address: number, rows: number, cols: number): Int8Array => {
  const out = new Int8Array(rows * cols);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < cols; c++) {
      out[r * cols + c] =
        (machine.state.scratchpad[(address + Math.floor(c / S) * rows + r) * S + (c % S)]! << 24) >> 24;
    }
  }
  return out;
};

const s8 = (values: readonly number[]): Int8Array => Int8Array.from(values);
const s32 = (values: readonly number[]): Int32Array => Int32Array.from(values);

test("LOAD and STORE move runs with strides, to and from both memories", () => {
  const dram = Uint8Array.from({ length: 8192 }, (_, i) => (i * 31) & 255);
  const before = dram.slice();
  const machine = new Machine(params);
  run(
    machine,
    [
      command("load", { dramOffset: 32, dramStride: 128, runs: 3, runLength: 2, localAddress: 5, localStride: 10 }),
      command("load", {
        space: 1,
        dramOffset: 512,
        dramStride: 64,
        runs: 2,
        runLength: 1,
        localAddress: 7,
        localStride: 3,
      }),
      command("store", { dramOffset: 4096, dramStride: 48, runs: 2, runLength: 1, localAddress: 15, localStride: 11 }),
    ],
    dram,
  );
  expect(machine.state.scratchpad.subarray(25 * S, 27 * S)).toEqual(before.subarray(32 + 256, 32 + 256 + 32));
  expect(machine.state.accumulatorBytes.subarray(10 * 64, 11 * 64)).toEqual(before.subarray(576, 640));
  expect(dram.subarray(4096, 4112)).toEqual(before.subarray(160, 176));
  expect(dram.subarray(4144, 4160)).toEqual(before.subarray(32 + 256 + 16, 32 + 256 + 32));
  expect(dram.subarray(4112, 4144)).toEqual(before.subarray(4112, 4144));
});

test("GEMM: initial values, both operand types, both weight layouts, row maxima", () => {
  const [rows, inner, cols] = [5, 32, 32];
  const a = s8(numbers(rows * inner, 127));
  const w = s8(numbers(inner * cols, 120));
  // Words: activations [2][5] at 0; weights [2][32] at 100; transposed weights [2][32] at 200; bias in row 900.
  const scratchpad = new Int8Array(400 * S);
  for (let k = 0; k < inner; k++) {
    for (let r = 0; r < rows; r++) scratchpad[(Math.floor(k / S) * rows + r) * S + (k % S)] = a[r * inner + k]!;
    for (let n = 0; n < cols; n++) {
      scratchpad[(100 + Math.floor(n / S) * inner + k) * S + (n % S)] = w[k * cols + n]!;
      scratchpad[(200 + Math.floor(k / S) * cols + n) * S + (k % S)] = w[k * cols + n]!;
    }
  }
  const bias = s32(numbers(cols, 1000));
  const machine = machineWith(new Int32Array(0), scratchpad);
  machine.state.accumulator.set(bias, 900 * C);
  const gemm = {
    rows,
    kTiles: 2,
    nTiles: 2,
    aStride: rows,
    wAddress: 100,
    wStride: inner,
    accStride: rows,
    biasAddress: 900,
  };
  run(machine, [
    command("gemm", { ...gemm, init: GEMM_INITS.bias, trackMax: 1, startMax: 1, validColumns: 20, rowSlot: 3 }),
    command("gemm", { ...gemm, init: GEMM_INITS.accumulate }),
    command("gemm", { ...gemm, wAddress: 200, wStride: cols, transpose: 1, unsignedA: 1, accAddress: 50 }),
  ]);
  const shape = { rows, inner, cols };
  const withBias = new Int32Array(rows * cols).map((_, i) => bias[i % cols]!);
  const once = matmul(a, w, shape, { initial: withBias });
  const twice = matmul(a, w, shape, { initial: once });
  expect(machine.state.accumulator.subarray(0, 10 * C)).toEqual(tiles(twice, rows, cols));
  const unsigned = matmul(new Uint8Array(a.buffer), w, shape);
  expect(machine.state.accumulator.subarray(50 * C, 60 * C)).toEqual(tiles(unsigned, rows, cols));
  for (let r = 0; r < rows; r++) {
    expect(machine.state.rows.max[3 + r]).toBe(Math.max(...once.subarray(r * cols, r * cols + 20)));
  }
});

test("GEMM: the accumulator wraps", () => {
  const machine = machineWith(new Int32Array(C).fill(2 ** 31 - 1), new Uint8Array(64 * S).fill(1));
  run(machine, [
    command("gemm", { rows: 1, kTiles: 1, nTiles: 1, wAddress: 10, accStride: 1, init: GEMM_INITS.accumulate }),
  ]);
  expect(Array.from(machine.state.accumulator.subarray(0, C))).toEqual(new Array(C).fill(-(2 ** 31) + 15));
});

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

const fault = (commands: readonly Command[], p = params, dramBytes = 4096): string => {
  try {
    new Machine(p).run(encode(commands), new Uint8Array(dramBytes));
  } catch (error) {
    if (error instanceof MachineFault) return `${error.command}: ${error.fault}`;
    throw error;
  }
  return "none";
};

test("faults name the command and the fault of the hardware's registers", () => {
  const load = { runs: 1, runLength: 1 };
  const gemm = { rows: 1, kTiles: 1, nTiles: 1 };
  const norm = { rows: 1, slices: 1, scaleM: 1250, scaleE: 12 };
  const good = command("load", load);
  const words = params.scratchpadWords;
  const rows = params.accumulatorRows;
  const cases: readonly (readonly [Command, string])[] = [
    [command("load", { ...load, runs: 0 }), "1: illegalField"],
    [command("load", { ...load, dramOffset: 8 }), "1: illegalField"],
    [command("load", { ...load, dramStride: 24 }), "1: illegalField"],
    [command("load", { ...load, dramOffset: 4096 }), "1: dramRange"],
    [command("load", { ...load, localAddress: words }), "1: scratchpadRange"],
    [command("load", { ...load, space: 1, localAddress: rows }), "1: accumulatorRange"],
    [command("store", { ...load, runs: 2, localStride: words }), "1: scratchpadRange"],
    [command("store", { ...load, source: 1 }), "1: deadlock"],
    [command("gemm", { ...gemm, nTiles: 0 }), "1: illegalField"],
    [command("gemm", { ...gemm, aSub: 1 }), "1: illegalField"],
    [command("gemm", { ...gemm, init: 3 }), "1: illegalField"],
    [command("gemm", { ...gemm, aAddress: words }), "1: scratchpadRange"],
    [command("gemm", { ...gemm, wAddress: words - 15 }), "1: scratchpadRange"],
    [command("gemm", { ...gemm, accAddress: rows }), "1: accumulatorRange"],
    [command("gemm", { ...gemm, init: 2, biasAddress: rows }), "1: accumulatorRange"],
    [command("gemm", { ...gemm, trackMax: 1, rowSlot: params.rowSlots }), "1: rowSlotRange"],
    [command("norm", { ...norm, slices: 0 }), "1: illegalField"],
    [command("norm", { ...norm, function: 9 }), "1: unknownCommand"],
    [command("norm", { ...norm, spadAddress: words }), "1: scratchpadRange"],
    [command("norm", { ...norm, accAddress: rows }), "1: accumulatorRange"],
    [command("norm", { ...norm, perChannel: 1, paramAddress: rows }), "1: accumulatorRange"],
    [command("norm", { ...norm, rowScale: 1, rowSlot: params.rowSlots }), "1: rowSlotRange"],
    [command("norm", { ...norm, function: NORM_FUNCTIONS.raw }), "1: deadlock"],
    [command("load", { ...load, wait: 4 }), "1: deadlock"],
  ];
  for (const [bad, expected] of cases) expect([bad, fault([good, bad])]).toEqual([bad, expected]);
  expect(fault([good, good])).toBe("none");
});

test("an unknown operation code is a fault", () => {
  const bytes = new Uint8Array(2 * COMMAND_BYTES);
  encodeCommand(command("load", { runs: 1, runLength: 1 }), bytes, 0);
  expect(() => {
    new Machine(params).run(bytes, new Uint8Array(4096));
  }).toThrow("command 1: unknownCommand: operation code 0");
});

test("functions that are not built in, and what needs more than the configuration has", () => {
  const cnn = loadConfig("gemmini-cnn");
  const norm = { rows: 1, slices: 1, scaleM: 1250, scaleE: 12 };
  for (const name of ["gelu", "exp", "probability", "statistics", "normalise"] as const) {
    expect(fault([command("norm", { ...norm, function: NORM_FUNCTIONS[name] })], cnn)).toBe("0: unknownCommand");
  }
  expect(fault([command("norm", { ...norm, rowScale: 1 })], cnn)).toBe("0: unknownCommand");
  expect(fault([command("norm", norm)], cnn)).toBe("none");
});

test("semaphores count to 15, and a semaphore that does not exist is a fault", () => {
  const load = { runs: 1, runLength: 1 };
  const post = command("load", { ...load, post: 1 });
  expect(fault(new Array<Command>(15).fill(post))).toBe("none");
  expect(fault(new Array<Command>(16).fill(post))).toBe("15: semaphoreOverflow");
  expect(fault([post, command("load", { ...load, wait: 1 }), command("load", { ...load, wait: 1 })])).toBe(
    "2: deadlock",
  );
  const few = { ...params, semaphores: 8 };
  expect(fault([command("load", { ...load, post: 1 << 8 })], few)).toBe("0: semaphoreOverflow");
});

test("memories keep their contents from program to program; semaphores do not", () => {
  const machine = new Machine(params);
  const dram = Uint8Array.from({ length: 4096 }, (_, i) => i & 255);
  run(machine, [command("load", { runs: 1, runLength: 4, post: 1 })], dram);
  run(machine, [command("store", { runs: 1, runLength: 4, dramOffset: 2048 })], dram);
  expect(dram.subarray(2048, 2112)).toEqual(dram.subarray(0, 64));
  expect(() => run(machine, [command("load", { runs: 1, runLength: 4, wait: 1 })], dram)).toThrow(MachineFault);
});
