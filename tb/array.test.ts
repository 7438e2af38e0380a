import { describe, expect, test } from "vitest";
import { elaborate, emitVerilog } from "../src/hdl/index.ts";
import { arrayLatency, exactMesh, SystolicArray } from "../src/generators/array/index.ts";
import type { MeshParams } from "../src/generators/array/index.ts";
import { formatLint, lintVerilog, poke, simulate, simulateEmbedded, withSeed } from "../src/harness/index.ts";
import type { Random, SimulatorName } from "../src/harness/index.ts";
import { matmul, wideMatmul } from "../src/reference/index.ts";

const mesh = (rows: number, cols: number, operandBits = 8): MeshParams => exactMesh({ rows, cols, operandBits });

interface Tile {
  /** a [m][rows] · w [rows][cols]. */
  readonly m: number;
  readonly a: ArrayLike<number>;
  readonly w: ArrayLike<number>;
  readonly transposed: boolean;
  /** a · w [m][cols]. */
  readonly product: Int32Array | Float64Array;
}

/** Random bytes, the extremes over-represented. */
function bytes(count: number, random: Random): Uint8Array {
  return Uint8Array.from({ length: count }, () =>
    random.chance(0.2) ? random.pick([0, 127, 128, 255]) : random.integer(0, 255),
  );
}

/** Random operands of any width, the extremes over-represented; activations of both signs or of none. */
function wideTile({ rows, cols, operandBits }: MeshParams, m: number, transposed: boolean, random: Random): Tile {
  const most = 2 ** (operandBits - 1) - 1;
  const operands = (count: number, least: number, largest: number): Float64Array =>
    Float64Array.from({ length: count }, () =>
      random.chance(0.2) ? random.pick([least, 0, largest]) : random.integer(least, largest),
    );
  const a = random.chance(0.5) ? operands(m * rows, 0, 2 * most + 1) : operands(m * rows, -most - 1, most);
  // Now and then all of the largest magnitude: nothing else comes as near to the end of the sums.
  const w = random.chance(0.2) ? operands(rows * cols, -most - 1, -most - 1) : operands(rows * cols, -most - 1, most);
  return { m, a, w, transposed, product: wideMatmul(a, w, { rows: m, inner: rows, cols }) };
}

function randomTile(p: MeshParams, m: number, transposed: boolean, random: Random): Tile {
  const { rows, cols } = p;
  if (p.operandBits !== 8) return wideTile(p, m, transposed, random);
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
async function runTiles(
  p: MeshParams,
  tiles: readonly Tile[],
  random: Random,
  gaps: Gaps,
  simulator: SimulatorName = p.operandBits === 8 ? "verilator" : "embedded",
): Promise<number> {
  const seed = random.word();
  const { dut, step, close } =
    simulator === "verilator"
      ? await simulate(SystolicArray, p, { simulator: "verilator", optimise: 1, seed })
      : simulateEmbedded(SystolicArray, p, { seed });
  const most = 2 ** (p.operandBits - 1);
  const latency = arrayLatency(p);
  /** Sums due, by cycle. */
  const due = new Map<number, Tile["product"]>();
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
      poke(dut.activations, {
        elements: Array.from({ length: p.rows }, () => random.integer(-2 * most, 2 * most - 1)),
        swap: false,
      });
    }
    const loads = tiles[loading];
    const begun = entering + (row > 0 ? 1 : 0);
    const shift = loads !== undefined && loading <= begun && !random.chance(gaps.weights);
    const { transposed } = loads ?? { transposed: false };
    const at = (k: number, n: number): number => loads!.w[k * p.cols + n]!;
    poke(dut.weights, {
      north: Array.from({ length: p.cols }, (_, c) =>
        shift && !transposed ? at(weightRow, c) : random.integer(-most, most - 1),
      ),
      west: Array.from({ length: p.rows }, (_, r) =>
        shift && transposed ? at(p.rows - 1 - r, p.cols - 1 - weightRow) : random.integer(-most, most - 1),
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

/** Operands that no configuration has: the array alone can be built with them. */
describe.each([4, 6, 16])("operands of %i bits", (bits) => {
  test.each([
    [4, 4],
    [8, 4],
    [16, 16],
  ] as const)("tiles of random height in an array %i x %i, exact to the last bit of a sum", async (rows, cols) => {
    const p = mesh(rows, cols, bits);
    expect(p.sumBits).toBe(2 * bits + Math.log2(rows));
    await withSeed(async (random) => {
      const tiles = Array.from({ length: 16 }, () =>
        randomTile(p, random.integer(1, 2 * rows), random.chance(0.5), random),
      );
      for (const gap of [0, 0.3]) await runTiles(p, tiles, random, { activations: gap, weights: gap });
    });
  });

  test("lint of 4 x 8", async () => {
    const design = emitVerilog(elaborate(SystolicArray, mesh(4, 8, bits)));
    expect(formatLint(await lintVerilog(design.files, design.top))).toBe("");
  });
});

test("operands of 16 bits in the emitted Verilog too: sums wider than a word", async () => {
  const p = mesh(4, 4, 16);
  await withSeed(async (random) => {
    const tiles = Array.from({ length: 8 }, () => randomTile(p, 6, random.chance(0.5), random));
    await runTiles(p, tiles, random, { activations: 0.2, weights: 0.2 }, "verilator");
  });
});

test.each([...SIZES, [32, 32]] as const)("lint of %i x %i", async (rows, cols) => {
  const design = emitVerilog(elaborate(SystolicArray, mesh(rows, cols)));
  expect(formatLint(await lintVerilog(design.files, design.top))).toBe("");
});
