import { describe, expect, it } from "vitest";
import { createRandom, namedShapes, randomBert, randomModel, runEncoder } from "../../src/model/index.ts";

describe("random numbers", () => {
  it("repeat for a seed, and have the distributions they claim", () => {
    const [a, b] = [createRandom(42), createRandom(42)];
    let sum = 0;
    let squares = 0;
    const counts = [0, 0, 0];
    for (let i = 0; i < 30_000; i++) {
      const value = a.gaussian();
      expect(b.gaussian()).toBe(value);
      sum += value;
      squares += value * value;
      const index = a.below(3);
      expect(b.below(3)).toBe(index);
      counts[index]! += 1;
    }
    expect(Math.abs(sum / 30_000)).toBeLessThan(0.03);
    expect(Math.abs(squares / 30_000 - 1)).toBeLessThan(0.04);
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(400);
    expect(createRandom(43).uniform()).not.toBe(createRandom(42).uniform());
  });
});

describe("a random BERT", () => {
  it("is the same for the same seed, and another for another", () => {
    const options = { hidden: 24, heads: 3, intermediate: 32, layers: 1, positions: 32 };
    expect(randomBert({ ...options, seed: 7 }).bert).toEqual(randomBert({ ...options, seed: 7 }).bert);
    expect(randomBert({ ...options, seed: 7 }).bert).not.toEqual(randomBert({ ...options, seed: 8 }).bert);
  });

  it("refuses heads that do not divide hidden", () => {
    expect(() => randomModel({ hidden: 10, heads: 3, intermediate: 8, layers: 1, seed: 1 })).toThrow(
      "hidden 10 is not a multiple of 3 heads",
    );
  });

  it.each([
    [{ hidden: 96, heads: 4, intermediate: 384 }, 100],
    [{ hidden: 120, heads: 5, intermediate: 480 }, 17],
    [{ hidden: 96, heads: 3, intermediate: 100 }, 384],
    [namedShapes["bert-tiny"], 24],
  ])("of %j uses the range of every tensor at length %i", (shape, seq) => {
    const { bert, input } = randomBert({ ...shape, layers: 1, seed: 12 });
    const [tensors] = runEncoder(bert, input(seq).values).layers;
    for (const name of ["query", "key", "value", "context", "attentionOutput", "intermediate", "output"] as const) {
      const values = tensors![name];
      expect(Math.max(...values.subarray(0, 50_000).map(Math.abs))).toBeGreaterThan(30);
      const saturated = values.filter((value) => value === 127 || value === -128).length;
      expect(saturated / values.length).toBeLessThan(0.01);
    }
  });

  it("of BERT-Base size takes seconds", () => {
    const start = process.cpuUsage();
    const { bert, input } = randomBert({ ...namedShapes["bert-base"], layers: 1, seed: 1 });
    expect(process.cpuUsage(start).user).toBeLessThan(10e6);
    expect(runEncoder(bert, input(32).values).output.length).toBe(32 * 768);
  });
});
