/** `systole figures`: a cheap figure measured, written and judged; an interruption keeps what there is. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { FIGURES, allMet, figuresMarkdown, figuresSchema } from "../../src/studies/index.ts";
import { expectMistake, filesIn, systole, workspace } from "./support.ts";

const CHEAP = "matmul-16x16x16-latency-20";

/** The one JSON file below `out/bench`, and the page beside it. */
function written(cwd: string) {
  const names = filesIn(join(cwd, "out/bench"));
  expect(names).toHaveLength(2);
  expect(names[0]).toMatch(/^\d{4}-\d\d-\d\d-\d{4}\.json$/);
  expect(names[1]).toBe(names[0]!.replace("json", "md"));
  const [json, page] = names.map((name) => readFileSync(join(cwd, "out/bench", name), "utf8"));
  return { result: figuresSchema.parse(JSON.parse(json!)), page: page! };
}

test("16³: measured on the RTL, equal to the reference, judged, written", async () => {
  const cwd = workspace();
  const { code, stdout, stderr } = await systole(["figures", "--only", `^${CHEAP}$`, "--json"], { cwd });
  expect(stderr).toBe("");
  const { result, page } = written(cwd);
  expect(JSON.parse(stdout)).toEqual(result);
  expect(code).toBe(allMet(result) ? 0 : 4);
  expect(result.rows).toHaveLength(1);
  const [row] = result.rows;
  expect(row).toMatchObject({ name: CHEAP, kernel: "matmul", differences: 0, comparedValues: 256, failure: null });
  expect(row).toMatchObject({ config: "transformer", latencyCycles: 20, bytesPerCycle: 16, floorCycles: 16 });
  expect(row!.bars).toMatchObject([{ quantity: "cycles", measured: row!.cycles, met: row!.cycles! < 220 }]);
  expect(result.notRun).toEqual([]);
  expect(page).toBe(figuresMarkdown(result));
});

test("interrupted: 130, and the figures measured so far are kept", async () => {
  const cwd = workspace();
  const args = ["figures", "--only", `^(${CHEAP}|layer-512-8-bytes)$`];
  const { code, stdout, stderr } = await systole(args, { cwd, interruptAt: "preparing 2/2" });
  expect(code).toBe(130);
  expect(stderr.endsWith("interrupted\n")).toBe(true);
  expect(stdout).toContain("product 16x16x16");
  const { result } = written(cwd);
  expect(result.rows.map((r) => r.name)).toEqual([CHEAP]);
  expect(result.notRun).toEqual(["layer-512-8-bytes"]);
});

test("--list runs nothing", async () => {
  const cwd = workspace();
  const { code, stdout, stderr } = await systole(["figures", "--list"], { cwd, env: { PATH: "/nonexistent" } });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout.trimEnd().split("\n")).toHaveLength(FIGURES.length);
  expect(filesIn(cwd)).toEqual([]);
});

test.each([
  [
    ["--only", "("],
    "--only (: not a regular expression\n  systole figures --list prints the names it is held against.",
  ],
  [["--only", "fft"], "--only fft: matches no figure\n  systole figures --list prints their names."],
  [["-o", "/proc/bench"], "cannot write: the directory cannot be made\n  Choose a place that you may write to."],
])("the mistake %o", { concurrent: true }, async (args, message) => {
  const cwd = workspace();
  const ended = await systole(["figures", ...args], { cwd, env: { PATH: "/nonexistent" } });
  expectMistake({ ...ended, stderr: ended.stderr.replace(/\/proc\/bench\/[\d-]+\.json: /, "") }, message);
  expect(filesIn(cwd)).toEqual([]);
});
