/** `systole bench`: every kernel by itself on a small accelerator, and the figures of its JSON. */
import { describe, expect, test } from "vitest";
import { reportSchema } from "../../src/report/index.ts";
import type { EngineTime, Report } from "../../src/report/index.ts";
import { TINY, expectMistake, jsonFile, systole, workspace } from "./support.ts";

const QUICK = { SYSTOLE_OPTIMISE: "1" };

/** The report of a benchmark on the small configuration. */
async function bench(...args: string[]): Promise<Report> {
  const cwd = workspace();
  jsonFile(cwd, "tiny.json", TINY);
  const { code, stdout, stderr } = await systole(["bench", ...args, "--config", "tiny.json", "--json"], {
    cwd,
    env: QUICK,
  });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return reportSchema.parse(JSON.parse(stdout));
}

describe("kernels", () => {
  test("a product: cycles against the floor, against its weights, against the cost model", async () => {
    const report = await bench("matmul", "--shape", "1x48x32", "--latency", "20", "--bandwidth", "4");
    expect(report).toMatchObject({ kind: "matmul", differences: 0, comparedValues: 48 });
    expect(report.shape).toEqual({ rows: 1, cols: 48, inner: 32 });
    expect(report.memory).toMatchObject({ latencyCycles: 20, bytesPerCycle: 4 });
    expect(report.weightCycles).toBe((48 * 32) / 4);
    expect(report.weightRatio).toBeCloseTo(report.cycles / report.weightCycles!, 12);
    expect(report.weightRatio).toBeGreaterThan(1);
    expect(report.floorRatio).toBeCloseTo(report.cycles / report.floorCycles, 12);
    expect(report.expectedCycles).toBeGreaterThan(report.floorCycles);
    expect(report.simulatedCyclesPerSecond).toBeGreaterThan(0);
    expect([report.elementsPerCycle, report.sustainedElementsPerCycle, report.rowsInFlight]).toEqual([
      null,
      null,
      null,
    ]);
  });

  test.each(["deferred", "normalised"])("attention alone, %s: the context, and the products' MACs", async (mode) => {
    const report = await bench("attention", "--shape", "24,2,1", "--seq", "10", "--softmax", mode);
    expect(report).toMatchObject({ kind: "attention", differences: 0, comparedValues: 10 * 24 });
    expect(report.macs).toBe(2 * 10 * 10 * 24);
    expect(report.tensors.map((t) => t.name)).toEqual(["context"]);
    expect(report.operations.map((o) => o.name)).toEqual(["scores", "softmax", "context"]);
    expect([report.weightCycles, report.weightRatio]).toEqual([null, null]);
  });

  test.each(["softmax", "layernorm", "gelu"])("%s: elements per cycle", async (kernel) => {
    const report = await bench(kernel, "--shape", "8x24", "--repeat", "3");
    expect(report).toMatchObject({ kind: kernel, differences: 0, comparedValues: 8 * 24, macs: 0, floorRatio: null });
    const [{ busy, memory }] = report.operations.map((o) => o.engines.norm) as [EngineTime];
    expect(report.elementsPerCycle).toBeCloseTo((3 * 8 * 24) / (busy + memory), 12);
    // Waiting counts in the sustained figure; a pass of a lane's width a cycle is the most there can be.
    expect(report.sustainedElementsPerCycle).toBeLessThanOrEqual(report.elementsPerCycle!);
    expect(report.sustainedElementsPerCycle).toBeGreaterThanOrEqual((3 * 8 * 24) / report.cycles);
    expect(report.elementsPerCycle).toBeLessThanOrEqual(4);
    expect(report.rowsInFlight).toBeGreaterThanOrEqual(4);
    expect(report.rowsInFlight).toBeLessThanOrEqual(8);
  });

  test("a layer, and a stack of them with weights of their own", async () => {
    const small = ["--shape", "16,2,24", "--seq", "5"];
    const layer = await bench("layer", ...small);
    expect(layer).toMatchObject({ kind: "layer", differences: 0 });
    expect(layer.shape["layers"]).toBe(1);
    const model = await bench("model", ...small, "--layers", "3");
    expect(model).toMatchObject({ kind: "model", differences: 0, comparedValues: 3 * layer.comparedValues });
    expect(model.macs).toBe(3 * layer.macs);
    expect(model.tensors).toHaveLength(3 * 7);
  });
});

describe("mistakes", () => {
  test.each([
    [
      "a model without a number of layers",
      ["model", "--shape", "16,2,24"],
      "--shape 16,2,24: has no name that tells how many layers it has\n  Give --layers.",
    ],
    [
      "a shape of another kernel",
      ["matmul", "--shape", "bert-base"],
      "--shape bert-base: must be <rows>x<cols>x<inner>, each from 1 to 65536",
    ],
    [
      "an encoder that nobody knows",
      ["attention", "--shape", "bert-huge"],
      "--shape bert-huge: must be bert-tiny, bert-mini, bert-small, bert-base, bert-large, or hidden,heads,intermediate with hidden a multiple of heads",
    ],
    [
      "a function that is not built in",
      ["attention", "--config", "gemmini-cnn"],
      'norm.functions: the configuration gemmini-cnn has no softmax in its norm unit\n  Add "softmax" to norm.functions, or choose another configuration.',
    ],
  ])("%s", { concurrent: true }, async (_, args, message) => {
    expectMistake(await systole(["bench", ...args], { env: { PATH: "/nonexistent" } }), message);
  });
});
