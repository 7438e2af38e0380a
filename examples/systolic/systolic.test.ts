import { expect, test } from "vitest";
import { simulate, withSeed, type Random } from "systole/testbench";
import { latency, Systolic, type SystolicParams } from "./systolic.ts";

type Matrix = number[][];

const product = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) => b[0]!.map((_, c) => row.reduce((sum, x, k) => sum + x * b[k]![c]!, 0)));

/** Random numbers of `bits` bits, extremes among them. */
function randomMatrix(random: Random, rows: number, cols: number, bits: number): Matrix {
  const least = -(2 ** (bits - 1));
  const one = (): number => (random.chance(0.2) ? least : random.integer(least, -least - 1));
  return Array.from({ length: rows }, () => Array.from({ length: cols }, one));
}

function open(params: SystolicParams) {
  const { dut, step, cycle } = simulate(Systolic, params);
  const results: Matrix = [];
  const arrivals: number[] = [];
  const tick = (): void => {
    if (dut.sums.valid.peek() === 1) {
      results.push(dut.sums.payload.map((port) => port.peek()));
      arrivals.push(cycle());
    }
    step();
    dut.weights.valid.poke(0);
    dut.activations.valid.poke(0);
  };
  return {
    cycle,
    tick,
    results,
    arrivals,
    loadRow: (row: readonly number[]): void => {
      dut.weights.valid.poke(1);
      row.forEach((value, c) => {
        dut.weights.payload[c]!.poke(value);
      });
      tick();
    },
    feed: (row: readonly number[]): void => {
      dut.activations.valid.poke(1);
      row.forEach((value, r) => {
        dut.activations.payload[r]!.poke(value);
      });
      tick();
    },
  };
}

const square = { rows: 4, cols: 4, dataBits: 8 };

test.each([
  square,
  { rows: 1, cols: 1, dataBits: 4 },
  { rows: 3, cols: 5, dataBits: 12 },
  { rows: 6, cols: 2, dataBits: 2 },
])("products with a matrix of $rows x $cols equal the reference", async (params) => {
  await withSeed((random) => {
    const { loadRow, feed, tick, results } = open(params);
    const { rows, cols, dataBits } = params;
    const expected: Matrix = [];
    for (let round = 0; round < 3; round++) {
      const weights = randomMatrix(random, rows, cols, dataBits);
      const activations = randomMatrix(random, random.integer(1, 20), rows, dataBits);
      for (const row of weights.toReversed()) loadRow(row);
      for (const row of activations) {
        while (random.chance(0.2)) tick();
        feed(row);
      }
      for (let i = 0; i < latency(params); i++) tick();
      expected.push(...product(activations, weights));
    }
    expect(results).toEqual(expected);
  });
});

test("a row a cycle", () => {
  const { loadRow, feed, tick, arrivals, cycle } = open(square);
  for (const row of [
    [1, 0, 0, 0],
    [0, 1, 0, 0],
    [0, 0, 1, 0],
    [0, 0, 0, 1],
  ].toReversed())
    loadRow(row);
  const start = cycle();
  for (let i = 0; i < 10; i++) feed([i, 1, 2, 3]);
  for (let i = 0; i < latency(square); i++) tick();
  expect(arrivals).toEqual(Array.from({ length: 10 }, (_, i) => start + i + latency(square)));
});

test("weights that change under a row are reported", () => {
  const { loadRow, feed } = open(square);
  feed([1, 2, 3, 4]);
  expect(() => {
    loadRow([1, 1, 1, 1]);
  }).toThrow("weights change only while no row is on its way");
});
