import { describe, expect, test } from "vitest";
import { withSeed } from "../src/harness/index.ts";
import { product } from "./support/gemm-commands.ts";
import { runCommands, variant } from "./support/gemm-driver.ts";

const SIZES = [
  [4, 4],
  [8, 8],
  [16, 16],
  [4, 16],
  [16, 8],
] as const;

describe.each(SIZES)("GEMM engine %i x %i keeps the array busy", (rows, cols) => {
  const p = variant(rows, cols);
  const offsets = [0, 1, 2, 3];
  /** Collisions of the two operand streams may cost a few cycles in a command, never one a tile. */
  const slack = 3;

  test.each(offsets)("M = rows, banks %i apart", async (offset) => {
    await withSeed(async (random) => {
      const { span, rows: entered } = await runCommands(p, [product(p, rows, 5, 4, {}, offset)], random);
      expect(entered).toBe(20 * rows);
      expect(span).toBeLessThanOrEqual(entered + slack);
    });
  });

  test.each(offsets)("transposed, M = cols, banks %i apart", async (offset) => {
    await withSeed(async (random) => {
      const { span, rows: entered } = await runCommands(p, [product(p, cols, 4, 4, { transpose: 1 }, offset)], random);
      expect(entered).toBe(16 * cols);
      expect(span).toBeLessThanOrEqual(entered + slack);
    });
  });

  test("no gap between tiles and commands of many rows", async () => {
    await withSeed(async (random) => {
      const m = Math.max(rows, cols) + 5;
      const commands = [0, 1, 0, 1, 0, 0].map((transpose) => product(p, m, 2, 2, { transpose }, 1));
      const { span, rows: entered } = await runCommands(p, commands, random);
      expect(span).toBe(entered);
    });
  });

  test("commands of a single tile lose at most a cycle each", async () => {
    await withSeed(async (random) => {
      const commands = Array.from({ length: 12 }, () => product(p, Math.max(rows, cols), 1, 1, {}, 1));
      const { span, rows: entered } = await runCommands(p, commands, random);
      expect(span).toBeLessThan(entered + commands.length);
    });
  });

  test("a single row takes as long as its weights", async () => {
    await withSeed(async (random) => {
      const tiles = 4 * 4;
      const { span } = await runCommands(p, [product(p, 1, 4, 4)], random);
      expect(span).toBeLessThanOrEqual((tiles - 1) * rows + 1 + slack);
    });
  });
});
