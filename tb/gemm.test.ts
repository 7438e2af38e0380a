import { describe, expect, test } from "vitest";
import { elaborate, emitVerilog } from "../src/hdl/index.ts";
import { GemmEngine } from "../src/generators/gemm/index.ts";
import { formatLint, lintVerilog, withSeed } from "../src/harness/index.ts";
import { product, randomCommands } from "./support/gemm-commands.ts";
import { runCommands, variant } from "./support/gemm-driver.ts";

const SIZES = [
  [4, 4],
  [8, 8],
  [16, 16],
  [4, 16],
  [16, 8],
  [32, 32],
] as const;

describe.each(SIZES)("GEMM engine %i x %i", (rows, cols) => {
  const p = variant(rows, cols);
  const runs = rows === 32 ? 2 : 6;

  test("random commands", async () => {
    await withSeed(async (random) => {
      for (let i = 0; i < runs; i++) await runCommands(p, randomCommands(p, 10, random), random);
    });
  });

  test("random commands among random traffic of the other clients", async () => {
    await withSeed(async (random) => {
      for (let i = 0; i < runs; i++) {
        await runCommands(p, randomCommands(p, 10, random), random, { disturb: random });
      }
    });
  });

  test("lint", async () => {
    const design = emitVerilog(elaborate(GemmEngine, p));
    expect(formatLint(await lintVerilog(design.files, design.top))).toBe("");
  });
});

test("64 x 64: lint and one product", async () => {
  const p = variant(64, 64);
  const design = emitVerilog(elaborate(GemmEngine, p));
  expect(formatLint(await lintVerilog(design.files, design.top))).toBe("");
  await withSeed(async (random) => {
    const { span, rows } = await runCommands(
      p,
      [product(p, 64, 2, 2, { trackMax: 1, startMax: 1, validColumns: 100 }, 1)],
      random,
    );
    expect(span).toBe(rows);
  });
}, 600_000);
