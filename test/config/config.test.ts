import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkConfig, deriveParams, loadConfig, presetNames } from "../../src/config/index.ts";
import { SystoleError, formatError } from "../../src/errors.ts";

const valid = { name: "tiny", array: { rows: 4, cols: 8 }, scratchpad: { kib: 16 }, accumulator: { kib: 16 } };

function message(value: unknown): string {
  try {
    checkConfig(value, "tiny.json");
  } catch (e) {
    if (e instanceof SystoleError) return formatError(e);
    throw e;
  }
  return "accepted";
}
const SEE = "\n  See docs/configuration.md for every key and its allowed values.";

describe("a wrong configuration is met with its place, its value and what is allowed", () => {
  test.each([
    ["an unknown key", { ...valid, colour: 1 }, `tiny.json: unknown key "colour"${SEE}`],
    ["an unknown nested key", { ...valid, dma: { width: 64 } }, `tiny.json: dma: unknown key "width"${SEE}`],
    [
      "a wrong type",
      { ...valid, scratchpad: { kib: "64" } },
      `tiny.json: scratchpad.kib: must be a number, not "64"${SEE}`,
    ],
    ["a missing key", { ...valid, array: { rows: 4 } }, `tiny.json: array.cols: is missing${SEE}`],
    [
      "a misspelt key",
      { ...valid, quueDepth: 4, array: { row: 4, cols: 8 } },
      `tiny.json: array.rows: is missing; array: unknown key "row" (did you mean "rows"?); unknown key "quueDepth" (did you mean "queueDepth"?)${SEE}`,
    ],
    [
      "a capacity of nothing",
      { ...valid, scratchpad: { kib: 0 } },
      `tiny.json: scratchpad.kib: must be at least 1, not 0${SEE}`,
    ],
    [
      "a fraction",
      { ...valid, scratchpad: { kib: 1.5 } },
      `tiny.json: scratchpad.kib: must be an integer, not 1.5${SEE}`,
    ],
    [
      "an unknown function",
      { ...valid, norm: { functions: ["tanh"] } },
      `tiny.json: norm.functions.0: must be one of "softmax", "layernorm", "gelu", not "tanh"${SEE}`,
    ],
    ["a fixed value", { ...valid, operandBits: 4 }, `tiny.json: operandBits: must be 8, not 4${SEE}`],
    ["no object at all", [], `tiny.json: must be an object, not []${SEE}`],
    [
      "a capacity that does not fill the banks",
      { ...valid, array: { rows: 64, cols: 64 }, accumulator: { kib: 7, banks: 16 } },
      "tiny.json: accumulator.kib: must be a multiple of 4 (row bytes x banks), not 7\n  Set it to 8.",
    ],
    [
      "an array size that is not a power of two",
      { ...valid, array: { rows: 5, cols: 8 } },
      `tiny.json: array.rows: must be one of 4, 8, 16, 32, 64, not 5${SEE}`,
    ],
    [
      "several mistakes at once",
      { ...valid, name: "Tiny", queueDepth: 3 },
      `tiny.json: name: must be lower case letters, digits and dashes, starting with a letter, not "Tiny"; queueDepth: must be one of 2, 4, 8, 16, 32, not 3${SEE}`,
    ],
    [
      "an unknown variant",
      { ...valid, norm: { variants: { softmax: "float" } } },
      `tiny.json: norm.variants.softmax: must be one of "systole", "ibert", not "float"${SEE}`,
    ],
    [
      "a variant of a function that is not built in",
      { ...valid, norm: { functions: ["softmax"], variants: { gelu: "ibert" } } },
      'tiny.json: norm.variants.gelu: "ibert" needs "gelu" among norm.functions (softmax)\n  Add "gelu" to norm.functions, or leave norm.variants.gelu out.',
    ],
    [
      "more lanes than columns",
      { ...valid, norm: { lanes: 16 } },
      "tiny.json: norm.lanes: must be at most array.cols (8), not 16\n  Lower norm.lanes or leave it out.",
    ],
  ])("%s", (_, value, expected) => {
    expect(message(value)).toBe(expected);
  });
});

describe("files", () => {
  let dir: string;
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), "systole-config-"));
  });
  afterAll(() => {
    rmSync(dir, { recursive: true, force: true });
  });

  test("a missing file names the presets", () => {
    expect(() => loadConfig("nothere.json")).toThrow("no such preset or file");
  });
  test("broken JSON is an error with the file's name", () => {
    const path = join(dir, "broken.json");
    writeFileSync(path, '{ "name": ');
    expect(() => loadConfig(path)).toThrow(/not valid JSON/);
  });
  test("a file and the preset it repeats have the same fingerprint whatever they are called", () => {
    const path = join(dir, "mine.json");
    writeFileSync(path, JSON.stringify({ ...loadConfig("edge").config, name: "mine" }));
    expect(loadConfig(path).fingerprint).toBe(loadConfig("edge").fingerprint);
  });
});

test("asking for the variants that are the default anyway changes nothing that a program depends on", () => {
  const of = (norm: unknown): number => deriveParams(checkConfig({ ...valid, norm }, "tiny.json")).fingerprint;
  expect(of({ variants: { softmax: "systole", layernorm: "systole", gelu: "systole" } })).toBe(of({}));
});

test("a program for one variant of a function is none for another", () => {
  const config = checkConfig(valid, "tiny.json");
  const variants = ["softmax", "layernorm", "gelu"].map((name) => ({ ...config.norm.variants, [name]: "ibert" }));
  const all = [config.norm.variants, ...variants].map((v) =>
    deriveParams({ ...config, norm: { ...config.norm, variants: v } }),
  );
  expect(new Set(all.map(({ fingerprint }) => fingerprint)).size).toBe(4);
});

test("the presets are the four that the documentation names", () => {
  expect(presetNames()).toEqual(["edge", "gemmini-cnn", "transformer", "wide"]);
});

test("sizes follow from the configuration", () => {
  const p = deriveParams(checkConfig(valid, "tiny.json"));
  expect(p).toMatchObject({
    wordBytes: 8,
    wordKSteps: 2,
    wordTiles: 1,
    lanes: 8,
    scratchpadWords: 2048,
    accumulatorRows: 512,
    partialSumBits: 18,
    rowAlign: 2,
  });
});
