import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { runIcarus } from "../icarus.ts";
import { makeTrial, type Trial } from "./agreement.ts";
import { firstOfEach, makeBench, type Bench } from "./bench.ts";
import { plansOf } from "./fuzz.ts";
import { emitterMistakes } from "./mutations.ts";
import { judge, rule } from "./referee.ts";
import { saveMistake } from "./report.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

const trials = (seed: number, count: number): Trial[] =>
  plansOf(seed, count).map((plan, index) => makeTrial(plan, index, 20));

/** What Verilator would have given, were it wrong about the last output of one trial in the last cycle. */
function wrongAnswers({ verilog, stimuli, trials: all }: Bench, index: number): Record<string, bigint>[] {
  const answers = runIcarus(verilog, stimuli, false);
  const expected = all[index]!.expected.at(-1)!;
  answers.at(-1)![`d${index}_s_1`] = expected["s_1"]! ^ 1n;
  return answers;
}

test("where Icarus Verilog gives what the evaluator gives, the mistake is Verilator's", () => {
  const bench = makeBench(trials(1, 3));
  const answers = wrongAnswers(bench, 2);
  expect(firstOfEach(bench.compare("Verilator", answers))).toMatchObject([{ index: 2, port: "s_1", cycle: 35 }]);
  expect(rule(bench, answers, 2)).toBeUndefined();
});

test("where Icarus Verilog differs from the evaluator, too, the mistake is ours", () => {
  const bench = makeBench([trials(1, 8)[7]!], emitterMistakes["signed wires are declared unsigned"]);
  const answers = runIcarus(bench.verilog, bench.stimuli, false);
  const [first] = firstOfEach(bench.compare("Verilator", answers));
  expect(rule(bench, answers, first!.index)).toMatchObject({
    engine: "Icarus",
    index: first!.index,
    remark: "Icarus Verilog, too, differs from the evaluator",
  });
});

test("where Icarus Verilog does not know the value, the disagreement stays", () => {
  const bench = makeBench(trials(1, 1));
  const answers = wrongAnswers(bench, 0);
  const { verilog } = bench;
  const files = verilog.files.map(({ name, text }) => {
    return {
      name,
      text: text.replace(/assign d0_s_1 = [^;]+;|\.s_1\(d0_s_1\)/, (m) => (m.startsWith("assign") ? "" : ".s_1()")),
    };
  });
  expect(rule({ ...bench, verilog: { ...verilog, files } }, answers, 0)).toMatchObject({
    remark: "Icarus Verilog does not know the value",
  });
});

test("Verilator's disagreement is judged on the design alone, under its own number; one that does not come again stays", async () => {
  const mistake = emitterMistakes["signed wires are declared unsigned"];
  const all = trials(1, 8);
  const disagreement = { engine: "Verilator", index: 7, cycle: 20, port: "s_1", expected: 1n, found: 0n } as const;
  const { ours } = await judge(all, [disagreement], mistake);
  expect(ours).toMatchObject({ engine: "Icarus", index: 7 });
  const right = await judge(all.slice(0, 2), [{ ...disagreement, index: 1 }]);
  expect(right).toMatchObject({
    ours: { engine: "Verilator", remark: "It does not show a second time" },
    mistakes: [],
  });
}, 60_000);

test("without Icarus Verilog a disagreement is one, and the remark says what to install", async () => {
  vi.stubEnv("PATH", "/nowhere");
  const disagreement = { engine: "Verilator", index: 0, cycle: 20, port: "s_1", expected: 1n, found: 0n } as const;
  const { ours, mistakes } = await judge(trials(1, 1), [disagreement]);
  expect(ours).toMatchObject({
    ...disagreement,
    remark: expect.stringContaining("apt-get install iverilog") as string,
  });
  expect(mistakes).toEqual([]);
});

test("a mistake of the simulator is written down with the Verilog and a testbench", () => {
  const folder = mkdtempSync(join(tmpdir(), "systole-fuzz-"));
  try {
    const bench = makeBench(trials(1, 1));
    const disagreement = { engine: "Verilator", index: 0, cycle: 20, port: "s_1", expected: 1n, found: 0n } as const;
    const line = saveMistake({ disagreement, bench, batch: 3 }, { seed: 1, folder });
    const own = join(folder, "seed-4-design-0");
    expect(line).toBe(`seed 4, design 0: s_1 in cycle 20 is 0 in Verilator, else 1 (${own})`);
    const names = bench.verilog.files.map(({ name }) => name);
    expect(readdirSync(own).sort()).toEqual([...names, "report.txt", "testbench.sv"].sort());
    expect(readFileSync(join(own, "report.txt"), "utf8")).toContain(line);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
