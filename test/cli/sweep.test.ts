/** `systole sweep`: a small one on the RTL, interrupted and resumed; predictions; mistakes. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { sweepSchema } from "../../src/studies/index.ts";
import { expectWellFormed } from "../report/markup.ts";
import { expectMistake, filesIn, systole, workspace } from "./support.ts";

const QUICK = { SYSTOLE_OPTIMISE: "1" };
const GRID = ["--config", "edge", "--scratchpad", "32", "--accumulator", "32,64", "--shape", "64,2,128", "--seq", "24"];

describe("two points on the RTL", () => {
  test("interrupted it keeps the first; resumed it runs only the second; both are right", async () => {
    const cwd = workspace();
    const args = ["sweep", ...GRID, "--fusion", "all", "--resume", "points.json"];
    const first = await systole([...args, "--csv", "first.csv"], { cwd, env: QUICK, interruptAt: "preparing 2/2" });
    expect(first.code).toBe(130);
    expect(first.stderr).toMatch(/^preparing the encoder\npreparing 1\/2 edge-32-32, fusion all\nrunning 1\/2 .*\n/);
    expect(first.stdout).toContain("1 points not run");
    expect(Object.keys(points(cwd))).toHaveLength(1);

    const second = await systole([...args, "--html", "sweep.html", "--svg", "sweep.svg"], { cwd, env: QUICK });
    expect(second.code).toBe(0);
    expect(second.stderr).not.toContain("running 1/2");
    expect(second.stderr).toContain("running 2/2");
    expect(Object.keys(points(cwd))).toHaveLength(2);
    const more = ["--scratchpad", "16,32", "--predict"];
    const mixed = await systole([...args, ...more], { cwd, env: { PATH: "/nonexistent" } });
    expect(mixed.stdout.match(/ (measured|predicted)/g)).toEqual([
      ...[" predicted", " predicted"],
      ...[" measured", " measured"],
    ]);
    for (const name of ["sweep.html", "sweep.svg"]) expectWellFormed(readFileSync(join(cwd, name), "utf8"));

    const third = await systole([...args, "--json"], { cwd, env: { ...QUICK, PATH: "/nonexistent" } });
    expect({ code: third.code, stderr: third.stderr }).toEqual({ code: 0, stderr: "" });
    const sweep = sweepSchema.parse(JSON.parse(third.stdout));
    expect(sweep.points.map((p) => [p.scratchpadKib, p.accumulatorKib, p.how])).toEqual([
      [32, 32, "measured"],
      [32, 64, "measured"],
    ]);
    for (const p of sweep.points) {
      if (p.how !== "measured") continue;
      expect(p.differences).toBe(0);
      expect(p.cycles).toBeGreaterThan(p.floorCycles);
      expect(p.utilization).toBeCloseTo(p.floorCycles / p.cycles, 12);
      expect(p.operations.reduce((sum, o) => sum + o.cycles, 0)).toBe(p.cycles);
    }
    expect(filesIn(cwd)).toEqual(["first.csv", "points.json", "sweep.html", "sweep.svg"]);
  });
});

const points = (cwd: string): object =>
  (JSON.parse(readFileSync(join(cwd, "points.json"), "utf8")) as { points: object }).points;

test("--predict needs no tools; sizes that no program fits are told, with the reason", async () => {
  const cwd = workspace();
  const grid = ["--config", "edge", "--scratchpad", "1,32", "--accumulator", "64", "--shape", "bert-tiny"];
  const args = ["sweep", ...grid, "--seq", "32", "--fusion", "all,auto", "--predict", "--json"];
  const { code, stdout, stderr } = await systole(args, { cwd, env: { PATH: "/nonexistent" } });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const { points: found, shape } = sweepSchema.parse(JSON.parse(stdout));
  expect(shape).toEqual({ seq: 32, layers: 1, hidden: 128, heads: 2, intermediate: 512 });
  expect(found.map((p) => [p.scratchpadKib, p.fusion])).toEqual([
    [1, "all"],
    [1, "auto"],
    [32, "all"],
    [32, "auto"],
  ]);
  const [impossible, , all, auto] = found;
  expect(impossible).toMatchObject({
    how: "does not fit",
    reason: expect.stringMatching(/of scratchpad, of which there are 1 KiB$/) as string,
  });
  for (const p of [all, auto]) {
    if (p?.how !== "predicted") throw new Error(`32 KiB: ${p?.how}`);
    expect(p.utilization).toBeCloseTo(p.floorCycles / p.cycles, 12);
    expect(p.utilization).toBeGreaterThan(0.5);
  }
});

describe("mistakes", () => {
  test.each([
    [
      "an empty item",
      ["--scratchpad", "64,,128"],
      '--scratchpad 64,,128: must be sizes in KiB with commas between them, not ""\n  For example: --scratchpad 64,128,256',
    ],
    [
      "no number",
      ["--accumulator", "64KiB"],
      '--accumulator 64KiB: must be sizes in KiB with commas between them, not "64KiB"\n  For example: --accumulator 64,128,256',
    ],
    ["a size given twice", ["--scratchpad", "64,128,64"], "--scratchpad 64,128,64: 64 is there twice"],
    [
      "a size that cannot be",
      ["--accumulator", "8000"],
      "transformer-64-8000: accumulator.kib: must be at most 4096, not 8000\n  See docs/configuration.md for every key and its allowed values.",
    ],
    [
      "an unknown fusion",
      ["--fusion", "off,gelu"],
      '--fusion off,gelu: must be of auto, off, softmax, all with commas between them, not "gelu"',
    ],
    [
      "more bandwidth than the bus has",
      ["--bandwidth", "64"],
      "--bandwidth 64: the configuration transformer moves at most 16 bytes a cycle\n  Lower it, or widen dma.bits in the configuration.",
    ],
    [
      "a picture that cannot be written",
      ["--svg", "/proc/maps/a.svg"],
      "/proc/maps/a.svg: cannot write: the directory cannot be made\n  Choose a place that you may write to.",
    ],
  ])("%s", { concurrent: true }, async (_, args, message) => {
    const cwd = workspace();
    expectMistake(await systole(["sweep", ...args], { cwd, env: { PATH: "/nonexistent" } }), message);
    expect(filesIn(cwd)).toEqual([]);
  });
});
