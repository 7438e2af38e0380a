import { describe, expect, test } from "vitest";
import { elaborate, emitVerilog } from "../src/hdl/index.ts";
import { arrayLatency, SystolicArray } from "../src/generators/array/index.ts";
import type { MeshParams } from "../src/generators/array/index.ts";
import { formatLint, lintVerilog, poke, simulate, withSeed } from "../src/harness/index.ts";
import type { Random } from "../src/harness/index.ts";
import { matmul } from "../src/reference/index.ts";

const mesh = (rows: number, cols: number): MeshParams => ({
  rows,
  cols,
  operandBits: 8,
  sumBits: 16 + Math.log2(rows),
});

interface Tile {
  /** a [m][rows] · w [rows][cols]. */
  readonly m: number;
  readonly a: Int8Array | Uint8Array;
  readonly w: Int8Array;
  readonly transposed: boolean;
  /** a · w [m][cols]. */
  readonly product: Int32Array;
}

/** Random bytes, the extremes over-represented. */
function bytes(count: number, random: Random): Uint8Array {
  return Uint8Array.from({ length: count }, () =>
    random.chance(0.2) ? random.pick([0, 127, 128, 255]) : random.integer(0, 255),
  );
}

function randomTile({ rows, cols }: MeshParams, m: number, transposed: boolean, random: Random): Tile {
  const a = random.chance(0.5) ? bytes(m * rows, random) : new Int8Array(bytes(m * rows, random).buffer);
  const w = new Int8Array(bytes(rows * cols, random).buffer);
  return { m, a, w, transposed, product: matmul(a, w, { rows: m, inner: rows, cols }) };
}

/** Probability that a row which may enter waits a cycle. */
interface Gaps {
  readonly activations: number;
  readonly weights: number;
}

/** Feeds the tiles as early as the array's rules allow, apart from random gaps, and checks every sum; gives the cycles from the first activation row to the last. */
async function runTiles(p: MeshParams, tiles: readonly Tile[], random: Random, gaps: Gaps): Promise<number> {
  const { dut, step, close } = await simulate(SystolicArray, p, {
    simulator: "verilator",
    optimise: 1,
    seed: random.word(),
  });
  const latency = arrayLatency(p);
  /** Sums due, by cycle. */
  const due = new Map<number, Int32Array>();
  let [loading, weightRow, entering, row] = [0, 0, 0, 0];
  let [firstCycle, lastCycle] = [-1, -1];
  for (let cycle = 0; entering < tiles.length || cycle <= lastCycle + latency; cycle++) {
    // The first row of a tile waits until its weights have entered; the weights of a tile until the one before has begun.
    let swap = false;
    const current = tiles[entering];
    if (current !== undefined && (row > 0 || loading > entering) && !random.chance(gaps.activations)) {
      swap = row === 0;
      const from = row * p.rows;
      poke(dut.activations, {
        elements: Array.from({ length: p.rows }, (_, r) => current.a[from + p.rows - 1 - r]!),
        swap,
      });
      due.set(cycle + latency, current.product.subarray(row * p.cols, (row + 1) * p.cols));
      if (firstCycle < 0) firstCycle = cycle;
      lastCycle = cycle;
      row++;
    } else {
      poke(dut.activations, { elements: Array.from({ length: p.rows }, () => random.integer(-256, 255)), swap: false });
    }
    const loads = tiles[loading];
    const begun = entering + (row > 0 ? 1 : 0);
    const shift = loads !== undefined && loading <= begun && !random.chance(gaps.weights);
    const { transposed } = loads ?? { transposed: false };
    const at = (k: number, n: number): number => loads!.w[k * p.cols + n]!;
    poke(dut.weights, {
      north: Array.from({ length: p.cols }, (_, c) =>
        shift && !transposed ? at(weightRow, c) : random.integer(-128, 127),
      ),
      west: Array.from({ length: p.rows }, (_, r) =>
        shift && transposed ? at(p.rows - 1 - r, p.cols - 1 - weightRow) : random.integer(-128, 127),
      ),
      shiftSouth: shift && !transposed,
      shiftEast: shift && transposed,
      first: weightRow === 0,
    });
    if (current !== undefined && row === current.m) {
      row = 0;
      entering++;
    }
    if (shift && ++weightRow === (transposed ? p.cols : p.rows)) {
      weightRow = 0;
      loading++;
    }
    step();
    const expected = due.get(cycle);
    if (expected !== undefined) {
      const sums = dut.sums.map((sum) => sum.sampled());
      expect(sums, `cycle ${cycle}`).toEqual([...expected]);
    }
  }
  close();
  return lastCycle - firstCycle + 1;
}

const SIZES: readonly (readonly [number, number])[] = [
  [4, 4],
  [8, 8],
  [4, 16],
  [16, 8],
  [16, 16],
];

describe.each(SIZES)("systolic array %i x %i", (rows, cols) => {
  const p = mesh(rows, cols);
  const none: Gaps = { activations: 0, weights: 0 };

  test("tiles of random height, from north and west, with random gaps", async () => {
    await withSeed(async (random) => {
      const tiles = Array.from({ length: 40 }, () =>
        randomTile(p, random.integer(1, 2 * rows), random.chance(0.5), random),
      );
      for (const gap of [0, 0.3]) await runTiles(p, tiles, random, { activations: gap, weights: gap });
    });
  });

  test("tiles of M = rows follow each other without a gap", async () => {
    await withSeed(async (random) => {
      const tiles = Array.from({ length: 12 }, () => randomTile(p, rows, false, random));
      expect(await runTiles(p, tiles, random, none)).toBe(12 * rows);
    });
  });

  test("transposed tiles of M = cols follow each other without a gap", async () => {
    await withSeed(async (random) => {
      const tiles = Array.from({ length: 12 }, () => randomTile(p, cols, true, random));
      expect(await runTiles(p, tiles, random, none)).toBe(12 * cols);
    });
  });

  test("stored and transposed tiles of M = max(rows, cols) follow each other without a gap", async () => {
    await withSeed(async (random) => {
      const m = Math.max(rows, cols);
      const tiles = Array.from({ length: 12 }, () => randomTile(p, m, random.chance(0.5), random));
      expect(await runTiles(p, tiles, random, none)).toBe(12 * m);
    });
  });

  test("single rows take as long as their weights", async () => {
    await withSeed(async (random) => {
      const tiles = Array.from({ length: 6 }, () => randomTile(p, 1, false, random));
      expect(await runTiles(p, tiles, random, none)).toBe(5 * rows + 1);
    });
  });
});

test.each([...SIZES, [32, 32]] as const)("lint of %i x %i", async (rows, cols) => {
  const design = emitVerilog(elaborate(SystolicArray, mesh(rows, cols)));
  expect(formatLint(await lintVerilog(design.files, design.top))).toBe("");
});
