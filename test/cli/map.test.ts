import { describe, expect, test } from "vitest";
import type { FusionMapping, OperationMapping } from "../../src/compiler/index.ts";
import { expectMistake, systole, withoutProgress } from "./support.ts";

const SMALL = ["map", "--shape", "128,2,256", "--seq", "32"];

interface Printed {
  readonly kind: string;
  readonly shape: Readonly<Record<string, number>>;
  readonly config: string;
  readonly memory: { readonly latencyCycles: number; readonly bytesPerCycle: number };
  readonly fusion: string;
  readonly expectedCycles: number;
  readonly floorCycles: number;
  readonly utilization: number;
  readonly compileSeconds: number;
  readonly operations: readonly OperationMapping[];
  readonly fusions: readonly FusionMapping[];
}

async function json(args: readonly string[]): Promise<Printed> {
  const { code, stdout, stderr } = await systole([...args, "--json"]);
  expect(stderr).toBe("");
  expect(code).toBe(0);
  return JSON.parse(stdout) as Printed;
}

describe("systole map", () => {
  test("prints a table for every operation, the fusion and the total", async () => {
    const { code, stdout } = await systole(SMALL);
    expect(code).toBe(0);
    const blocks = stdout.trimEnd().split("\n\n");
    expect(blocks.map((block) => block.split(" (")[0])).toEqual([
      "query, key, value",
      "scores, softmax, context",
      "attention-output",
      "intermediate",
      "output",
      expect.stringMatching(/^ends in/) as string,
      expect.stringMatching(/^[\d,]+ cycles expected for all of it, floor 17,408$/) as string,
    ]);
    const [projections] = blocks;
    expect(projections!.split("\n")[0]).toMatch(
      /^query, key, value \(linear, floor 2,048 cycles each\): [\d,]+ of [\d,]+ tilings fit$/,
    );
    expect(projections!.split("\n")[1]!.split(/ {2,}/)).toEqual([
      "",
      "tiling",
      "predicted",
      "closed form",
      "array used",
      "scratchpad",
      "accumulator",
      "row slots",
      "buffers",
      "bound",
    ]);
    expect(projections!.split("\n")[2]).toMatch(/^> \d+ x \d+ blocks, K panels of \d+/);
    expect(blocks[5]!.split("\n")[1]).toMatch(
      /^Softmax \(attention\) +on chip +[\d,]+ +[\d,]+ +on chip takes \d+\.\d % fewer cycles$/,
    );
  });

  test("one operation, with every candidate that was remembered", async () => {
    const few = await systole([...SMALL, "intermediate"]);
    const many = await systole([...SMALL, "intermediate", "--all"]);
    // Two lines of heads, three candidates and the reason.
    expect(few.stdout.trimEnd().split("\n")).toHaveLength(6);
    expect(many.stdout.trimEnd().split("\n")).toHaveLength(11);
    expect(many.stdout.startsWith("intermediate (linear, floor 4,096 cycles): ")).toBe(true);
  });

  test("as JSON, where asked-for fusion is not compared", async () => {
    const printed = await json([...SMALL, "--fusion", "off", "--latency", "20", "--bandwidth", "8"]);
    expect(printed).toMatchObject({
      kind: "layer",
      shape: { seq: 32, layers: 1, hidden: 128, heads: 2, intermediate: 256 },
      config: "transformer",
      memory: { latencyCycles: 20, bytesPerCycle: 8 },
      fusion: "off",
      floorCycles: 17_408,
    });
    expect(printed.utilization).toBeCloseTo(printed.floorCycles / printed.expectedCycles);
    expect(printed.compileSeconds).toBeGreaterThan(0);
    expect(printed.operations.flatMap(({ operations }) => operations)).toEqual(
      [
        "query",
        "key",
        "value",
        "scores",
        "softmax",
        "context",
        "attention-output",
        "attention-output-layernorm",
        "output-layernorm",
        "intermediate",
        "output",
      ].map((kind) => `layer 0 ${kind}`),
    );
    for (const { fused, fusedCycles, reason } of printed.fusions) {
      expect([fused, fusedCycles, reason]).toEqual([false, null, "as asked for"]);
    }
  });

  test("a single product", async () => {
    const args = ["map", "--matmul", "8x768x768", "--latency", "20"];
    const { operations, kind, floorCycles } = await json(args);
    expect([kind, floorCycles, operations.length]).toEqual(["matmul", 18_432, 1]);
    expect(operations[0]!.candidates[0]!.bound).toBe("load");
    const { stdout } = await systole(args);
    expect(stdout.startsWith("matmul (linear, floor 18,432 cycles): ")).toBe(true);
    expect(withoutProgress(stdout)).toContain("K panels up to");
  });

  test.each([
    [
      "an operation that is not there",
      [...SMALL, "pooling"],
      'no operation "pooling"\n  There are query, key, value, scores, softmax, context, attention-output, intermediate, output.',
    ],
    ["two shapes", [...SMALL, "--matmul", "1x1x1"], "--matmul and --shape: give one of them"],
    [
      "a product of two dimensions",
      ["map", "--matmul", "8x768"],
      "--matmul 8x768: must be <rows>x<cols>x<inner>, each from 1 to 65536",
    ],
    [
      "a fusion of another name",
      ["map", "--fusion", "some"],
      "option '--fusion <choice>' argument 'some' is invalid. Allowed choices are auto, off, softmax, all.\n(systole map --help explains it)",
    ],
    [
      "more bandwidth than the bus has",
      [...SMALL, "--bandwidth", "32"],
      "--bandwidth 32: the configuration transformer moves at most 16 bytes a cycle\n  Lower it, or widen dma.bits in the configuration.",
    ],
  ])("%s", async (_name, args, message) => {
    expectMistake(await systole(args), message);
  });
});
