import { expect, test } from "vitest";
import { measureTestbench, measureWaves } from "../../src/bench/index.ts";

test("what a testbench costs is measured: processes and waves", () => {
  for (const processes of [1, 3]) {
    const nanoseconds = measureTestbench({ processes, cycles: 2_000, rounds: 1 });
    expect(nanoseconds).toBeGreaterThan(0);
    expect(nanoseconds).toBeLessThan(1e6);
  }
  const { changesPerSecond, bytesPerSecond } = measureWaves({ size: 4, cycles: 50, rounds: 1 });
  // A change takes a value, a name and the end of a line.
  expect(bytesPerSecond).toBeGreaterThan(3 * changesPerSecond);
  expect(changesPerSecond).toBeGreaterThan(0);
});
