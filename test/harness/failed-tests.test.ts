import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { beginTest, endTest } from "../../src/harness/failed-tests.ts";
import { simulate, simulateEmbedded } from "../../src/harness/index.ts";
import { assert, input, memory, module, output, reg, uint } from "../../src/hdl/index.ts";
import { parseVcd, valueAt } from "../waves/parse-vcd.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "systole-failed-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Sums up to a limit; starts at random without a reset. */
const Total = module(
  "total",
  () => ({ amount: input(uint(8)), sum: output(uint(40)), noise: output(uint(40)) }),
  (io) => {
    const sum = reg(uint(40));
    sum.next = sum.add(io.amount).wrap(40);
    assert(sum.le(100), "the sum stays within 100");
    io.sum.set(sum);
    const noise = reg(uint(40), { reset: false });
    noise.next = noise.xor(sum.shl(3)).wrap(40);
    io.noise.set(noise);
  },
);

test("a failed run is repeated with the same start and inputs, and its waves end with the failure", async () => {
  beginTest();
  const { dut, step } = simulateEmbedded(Total, undefined, { seed: 7 });
  const seen: bigint[] = [];
  expect(() => {
    for (let amount = 1; ; amount++) {
      dut.amount.poke(amount);
      seen.push(dut.noise.peekBig());
      step();
    }
  }).toThrow("the sum stays within 100");
  const [file] = await endTest("sums: up to 100?", true, folder);
  expect(file).toBe(join(folder, "sums_up_to_100_.vcd"));
  const { variables, times } = parseVcd(file!);
  expect(times.at(-1)).toBe(10 * seen.length + 5);
  // Cycle 0 is the reset's.
  const noise = variables.get("total.noise")!;
  expect(seen.map((_, i) => valueAt(noise, 10 * (i + 1)))).toEqual(seen);
});

test("Verilator's runs are repeated, too", async () => {
  beginTest();
  const { dut, step, close } = await simulate(Total, undefined, { simulator: "verilator" });
  dut.amount.poke(9);
  step(4);
  const noise = dut.noise.peekBig();
  close();
  const [file] = await endTest("by Verilator", true, folder);
  const { variables, times } = parseVcd(file!);
  expect(times.at(-1)).toBe(45);
  expect(valueAt(variables.get("top.total.sum")!, 45)).toBe(36n);
  expect(valueAt(variables.get("top.total.noise")!, 45)).toBe(noise);
});

test("of a long run the last cycles are left, of several testbenches one file each, of a test that passed none", async () => {
  beginTest();
  const first = simulateEmbedded(Total);
  simulateEmbedded(Total).step(3);
  first.step(30_000);
  const files = await endTest("two", true, folder);
  expect(files).toEqual([join(folder, "two_0_total.vcd"), join(folder, "two_1_total.vcd")]);
  const { times } = parseVcd(files[0]!);
  expect([times[0], times.at(-1)]).toEqual([200_010, 300_005]);
  beginTest();
  simulateEmbedded(Total).step(3);
  expect(await endTest("passed", false, folder)).toEqual([]);
});

test("a run whose memories were written from outside is not repeated", async () => {
  const Store = module(
    "store",
    () => ({ word: output(uint(9)) }),
    (io) => {
      const words = memory({ name: "words", shape: uint(9), depth: 4 });
      words.write({ address: 0, data: 0, enable: false });
      io.word.set(words.read({ address: 1, sync: false }));
    },
  );
  beginTest();
  const bench = simulateEmbedded(Store);
  bench.memory("words").write(1, 300n);
  bench.step();
  expect(bench.dut.word.peek()).toBe(300);
  expect(await endTest("written", true, folder)).toEqual([]);
});

test("vitest names the waves of a failed test in its message", async () => {
  const config = join(folder, "vitest.config.mjs");
  const include = ["test/harness/fixtures/failing.ts"];
  const settings = { root: process.cwd(), test: { include, setupFiles: ["src/harness/vitest.ts"] } };
  writeFileSync(config, `export default ${JSON.stringify(settings)};`);
  const output = await new Promise<string>((resolve) => {
    const args = ["node_modules/vitest/vitest.mjs", "run", "--config", config];
    execFile(process.execPath, args, { env: { ...process.env, NO_COLOR: "1" } }, (_error, stdout, stderr) => {
      resolve(stdout + stderr);
    });
  });
  expect(output).toContain("expected -15 to be 15");
  expect(output).toContain("(waves: out/waves/adds.vcd)");
  expect(output).toContain("1 failed | 1 passed");
  expect(existsSync("out/waves/passes.vcd")).toBe(false);
  expect(valueAt(parseVcd("out/waves/adds.vcd").variables.get("adder.total")!, 55)).toBe(BigInt.asUintN(12, -15n));
});
