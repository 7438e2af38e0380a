import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { simulate, simulateEmbedded, withSeed } from "../../src/harness/index.ts";
import { EmbeddedSimulator } from "../../src/hdl/embedded/index.ts";
import { elaborate, input, instance, memory, module, output, reg, sint, times, uint } from "../../src/hdl/index.ts";
import { Evaluator } from "../../src/hdl/simulate/index.ts";
import { WaveRecorder } from "../../src/waves/index.ts";
import { randomSystem } from "../hdl/embedded/random-system.ts";
import { parseVcd, valueAt } from "./parse-vcd.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "systole-vcd-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const Leaf = module(
  "leaf",
  () => ({ amount: input(sint(7)), total: output(sint(70)) }),
  (io) => {
    const total = reg(sint(70));
    const next = total.sub(io.amount).wrap(70);
    total.next = next;
    io.total.set(total);
  },
);

/** Accumulators side by side, with a memory that remembers the first one's sums. */
const Tree = module(
  "tree",
  () => ({ amount: input(sint(7)), old: output(uint(70)), totals: times(5, () => output(sint(70))) }),
  (io) => {
    const turn = reg(uint(3));
    turn.next = turn.add(1).wrap(3);
    const leaves = times(5, () => instance(Leaf));
    leaves.forEach((leaf, i) => {
      leaf.amount.set(i === 0 ? io.amount : -i);
      io.totals[i]!.set(leaf.total);
    });
    const past = memory({ shape: uint(70), depth: 8, init: [5] });
    past.write({ address: turn, data: leaves[0]!.total.asUint(), enable: true });
    io.old.set(past.read({ address: turn, sync: false }));
  },
);

function record(name: string, window: object, cycles: number) {
  const file = join(folder, name);
  const { dut, step, close } = simulateEmbedded(Tree, undefined, { wave: { file, ...window } });
  dut.amount.poke(-3);
  step(cycles);
  close();
  return { file, ...parseVcd(file) };
}

test("a VCD holds every signal of every instance, and two points of time in a cycle", () => {
  const { variables, times: when, file } = record("all.vcd", {}, 5);
  expect(when).toEqual([0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55]);
  const names = [...variables.keys()];
  expect(names).toEqual(expect.arrayContaining(["tree.clock", "tree.reset", "tree.turn", "tree.leaves_3.total"]));
  expect(names.filter((name) => name.startsWith("tree.leaves_0."))).toEqual(
    ["clock", "reset", "amount", "total", "total_1"].map((name) => expect.stringContaining(name) as string),
  );
  const at = (name: string, time: number) => BigInt.asIntN(70, valueAt(variables.get(`tree.${name}`)!, time)!);
  // Reset in cycle 0, the edge in the middle of a cycle.
  expect([10, 14, 15, 25, 35].map((time) => at("totals_0", time))).toEqual([0n, 0n, 3n, 6n, 9n]);
  expect([15, 25].map((time) => at("leaves_4.total", time))).toEqual([4n, 8n]);
  expect([0, 5, 10, 15].map((time) => valueAt(variables.get("tree.clock")!, time))).toEqual([0n, 1n, 0n, 1n]);
  expect([0, 9, 10].map((time) => valueAt(variables.get("tree.reset")!, time))).toEqual([1n, 1n, 0n]);
  expect(readFileSync(file, "utf8")).toMatch(
    /^\$version Systole \$end\n.*\n\$timescale 1ps \$end\n\$scope module tree/,
  );
});

test("a window, a scope and a depth choose what is recorded", () => {
  expect(record("window.vcd", { fromCycle: 100, toCycle: 102 }, 300).times).toEqual([1000, 1005, 1010, 1015]);
  const names = (name: string, window: object) => [...record(name, window, 2).variables.keys()];
  expect(names("scope.vcd", { scope: "leaves_2" }).every((name) => name.startsWith("tree.leaves_2."))).toBe(true);
  expect(names("depth.vcd", { depth: 1 }).filter((name) => name.includes("leaves"))).toEqual([]);
  expect(() => record("none.vcd", { scope: "leavs" }, 2)).toThrow(
    "tree has no instance leavs to record; its instances are leaves_0, leaves_1, leaves_2, leaves_3, leaves_4",
  );
});

test("the file appears when it is finished, over what was there before", () => {
  const file = join(folder, "late.vcd");
  writeFileSync(file, "old");
  const { step, close } = simulateEmbedded(Tree, undefined, { wave: { file } });
  step(3);
  expect(readFileSync(file, "utf8")).toBe("old");
  close();
  expect(parseVcd(file).times).toHaveLength(8);
  expect(readdirSync(folder).filter((name) => name.startsWith("."))).toEqual([]);
});

test("a place that cannot be written to is told", () => {
  expect(() => simulateEmbedded(Tree, undefined, { wave: { file: "/proc/none/x.vcd" } })).toThrow(
    "cannot write: the directory cannot be made",
  );
});

test("the evaluator and the embedded simulator write the same waves", async () => {
  await withSeed((random) => {
    for (const design of [elaborate(Tree), elaborate(randomSystem(random.word()))]) {
      const runs = [new Evaluator(design), new EmbeddedSimulator(design, { observe: true })].map((simulator, index) => {
        const file = join(folder, `simulator-${index}.vcd`);
        return { simulator, file, recorder: new WaveRecorder(simulator.inspect(), { file }) };
      });
      for (let cycle = 0; cycle < 20; cycle++) {
        for (const { offset, words } of runs[0]!.simulator.layout.slots) {
          for (let i = 0; i < words; i++) {
            const word = random.word();
            for (const { simulator } of runs) simulator.now[offset + i] = word;
          }
        }
        for (const { simulator, recorder } of runs) {
          simulator.settle();
          recorder.before(cycle);
          simulator.step(1);
          recorder.after(cycle);
        }
      }
      const [one, other] = runs.map(({ recorder, file }) => {
        recorder.close();
        const { variables } = parseVcd(file);
        return [...variables]
          .map(([name, variable]) => [name, Array.from({ length: 40 }, (_, i) => valueAt(variable, 5 * i))] as const)
          .sort(([a], [b]) => (a < b ? -1 : 1));
      });
      expect(other).toEqual(one);
    }
  });
});

test("the signals of Verilator's VCD have the names and values of the embedded simulator's", async () => {
  const mine = record("embedded.vcd", {}, 20).variables;
  const file = join(folder, "verilator.vcd");
  const { dut, step, close } = await simulate(Tree, undefined, { simulator: "verilator", wave: { file } });
  dut.amount.poke(-3);
  step(20);
  close();
  const theirs = parseVcd(file).variables;
  const common = [...mine.keys()].filter((name) => theirs.has(`top.${name}`));
  expect(common).toEqual(expect.arrayContaining(["tree.clock", "tree.turn", "tree.totals_4", "tree.leaves_1.total"]));
  for (const name of common) {
    // The memory and the registers hold anything before the reset.
    for (let time = name === "tree.old" ? 100 : 10; time < 200; time += 5) {
      expect(valueAt(mine.get(name)!, time), `${name} at ${time}`).toBe(valueAt(theirs.get(`top.${name}`)!, time));
    }
  }
});
