/** `systole run` on a small accelerator: what it prints and writes, and how it ends when interrupted. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { reportSchema } from "../../src/report/index.ts";
import { expectWellFormed } from "../report/markup.ts";
import { TINY, filesIn, jsonFile, systole, withoutProgress, workspace } from "./support.ts";

/** Half the time to build is worth more here than speed. */
const QUICK = { SYSTOLE_OPTIMISE: "1" };
const TEXTS = ["--text", "body { margin: 0 }", "--text", "def f(x): return x"];

/** A workspace with the small configuration, and the arguments that choose it. */
function tiny(): { cwd: string; config: string[] } {
  const cwd = workspace();
  jsonFile(cwd, "tiny.json", TINY);
  return { cwd, config: ["--config", "tiny.json"] };
}

test("--json prints one object of the documented shape and nothing else; pages hold the same figures", async () => {
  const { cwd, config } = tiny();
  const files = ["--html", "out/report.html", "--svg", "out/timeline.svg"];
  const { code, stdout, stderr } = await systole(["run", ...config, ...TEXTS, "--json", ...files], { cwd, env: QUICK });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout.endsWith("}\n")).toBe(true);
  expect(stdout.trimEnd()).not.toContain("\n");
  const report = reportSchema.parse(JSON.parse(stdout));

  expect(report).toMatchObject({ kind: "run", config: { name: "tiny", rows: 4, cols: 4 }, differences: 0 });
  expect(report.predictions.map((p) => [p.name, p.label, p.floatLabel])).toEqual([
    ["text 1", "css", "css"],
    ["text 2", "python", "python"],
  ]);
  expect(report.comparedValues).toBe(report.tensors.reduce((sum, t) => sum + t.values, 0));
  expect(report.comparedValues).toBeGreaterThan(10_000);
  // The operations share the cycles out completely, and the array cannot be faster than its floor.
  expect(report.operations.reduce((sum, o) => sum + o.cycles, 0)).toBe(report.cycles);
  expect(report.floorCycles).toBe(report.macs / 16);
  expect(report.cycles).toBeGreaterThan(report.floorCycles);
  expect(report.utilization).toBeCloseTo(report.floorCycles / report.cycles, 12);
  for (const e of report.engines) {
    expect(e.busy + e.semaphoreWait + e.memoryWait + e.dispatch + e.idle, e.name).toBe(report.cycles);
  }

  expect(filesIn(cwd)).toEqual(["out", join("out", "report.html"), join("out", "timeline.svg"), "tiny.json"]);
  const html = readFileSync(join(cwd, "out/report.html"), "utf8");
  const svg = readFileSync(join(cwd, "out/timeline.svg"), "utf8");
  expectWellFormed(html);
  expectWellFormed(svg);
  for (const o of report.operations.filter(({ cycles }) => cycles > 0)) {
    expect(html).toContain(`<td>${o.cycles.toLocaleString("en-US")}</td>`);
  }
  expect(html).toContain(`<b class="good">0</b>`);
  expect(html).toContain(`<b class="">${report.cycles.toLocaleString("en-US")}</b>`);
});

test("without --json: predictions, operations and totals as text; progress on standard error", async () => {
  const { cwd, config } = tiny();
  const { code, stdout, stderr } = await systole(["run", ...config, ...TEXTS], { cwd, env: QUICK });
  expect(code).toBe(0);
  expect(withoutProgress(stderr)).toBe("");
  expect(stderr).toContain("preparing the simulation of tiny\n");
  expect(stdout).toMatch(/^text 1 +body \{ margin: 0 \} +\d+ +css +\d+\.\d % +same$/m);
  expect(stdout).toMatch(/^layer 1 output +[\d,]+ +\d+\.\d % /m);
  expect(stdout).toMatch(/values in 14 tensors compared with the integer reference: 0 differences$/m);
  expect(filesIn(cwd)).toEqual(["tiny.json"]);
});

test("Ctrl-C while it runs ends it promptly, with 130, and leaves no page, picture or waves", async () => {
  const { cwd, config } = tiny();
  // All samples, and waves of all cycles: many minutes if nobody interrupts.
  const outputs = ["--html", "a.html", "--svg", "a.svg", "--wave", "a.vcd"];
  const env = { SYSTOLE_OPTIMISE: "0" };
  const ended = await systole(["run", ...config, ...outputs], { cwd, env, interruptAt: "running 24 texts" });
  expect(withoutProgress(ended.stderr)).toBe("interrupted\n");
  expect({ code: ended.code, signal: ended.signal, stdout: ended.stdout }).toEqual({
    code: 130,
    signal: null,
    stdout: "",
  });
  expect(ended.afterSignalMilliseconds).toBeLessThan(10_000);
  expect(filesIn(cwd)).toEqual(["tiny.json"]);
});

test.each(["embedded", "verilator"])("Ctrl-C during the build for %s does too", async (simulator) => {
  const { cwd, config } = tiny();
  const fresh = { ...QUICK, SYSTOLE_CACHE: workspace() };
  const interrupted = await systole(["run", ...config, ...TEXTS, "--simulator", simulator, "--html", "a.html"], {
    cwd,
    env: fresh,
    interruptAt: "preparing the simulation",
  });
  expect(withoutProgress(interrupted.stderr)).toBe("interrupted\n");
  expect({ code: interrupted.code, stdout: interrupted.stdout }).toEqual({ code: 130, stdout: "" });
  expect(interrupted.afterSignalMilliseconds).toBeLessThan(10_000);
  expect(filesIn(cwd)).toEqual(["tiny.json"]);
});

test("a program runs and lists only with the configuration it was compiled for", async () => {
  const { cwd, config } = tiny();
  const compiled = await systole(["compile", ...config, "--seq", "5", "--layers", "1", "-o", "p.systole", "--json"], {
    cwd,
  });
  expect({ code: compiled.code, keys: Object.keys(JSON.parse(compiled.stdout) as object) }).toMatchObject({ code: 0 });
  const listed = await systole(["disasm", "p.systole", "--config", "edge"], { cwd });
  expect(listed.stderr).toMatch(
    /^error: p\.systole: the program was compiled for configuration tiny \(fingerprint 0x[0-9a-f]{8}\), not for edge \(0x[0-9a-f]{8}\)\n {2}Compile it again for edge, or run it on the configuration it was compiled for\.\n$/,
  );
  expect({ code: listed.code, stdout: listed.stdout }).toEqual({ code: 2, stdout: "" });
});

test("a configuration with I-BERT's functions says so, and its programs are for it alone", async () => {
  const { cwd, config } = tiny();
  const variants = { softmax: "ibert", gelu: "ibert" };
  jsonFile(cwd, "ibert.json", { ...TINY, norm: { variants } });
  const checked = await systole(["check", "ibert.json"], { cwd });
  expect(checked.stdout).toContain("gelu (I-BERT's), layernorm, softmax (I-BERT's)\n");
  const choice = ["--seq", "5", "--layers", "1", "-o", "p.systole"];
  const compiled = await systole(["compile", "--config", "ibert.json", ...choice], { cwd });
  expect({ code: compiled.code, stderr: withoutProgress(compiled.stderr) }).toEqual({ code: 0, stderr: "" });
  const listed = await systole(["disasm", "p.systole", ...config], { cwd });
  expect(listed.stderr).toContain("p.systole: the program was compiled for configuration tiny (fingerprint 0x");
  expect(listed.code).toBe(2);
});
