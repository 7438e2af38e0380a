import { expect, test } from "vitest";
import { GEMM_INITS, command } from "../../src/isa/index.ts";
import { matmul } from "../../src/reference/index.ts";
import { S, C, machineWith, run, numbers, tiles, s8, s32 } from "./support.ts";

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
