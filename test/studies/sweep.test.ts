/** Sweeps: lists, configurations, the store, and what tables and heat maps say of each point. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadConfig } from "../../src/config/index.ts";
import {
  PointStore,
  parseFusions,
  parseSizes,
  ratioTo,
  renderHeatmap,
  renderSweep,
  renderSweepPage,
  sweepConfigs,
  sweepCsv,
  sweepSchema,
} from "../../src/studies/index.ts";
import type { MeasuredPoint, Sweep } from "../../src/studies/index.ts";
import { SCALES, changePosition, luminance, positionIn, shade } from "../../src/studies/sweep/scale.ts";
import { workspace } from "../cli/support.ts";
import { expectWellFormed } from "../report/markup.ts";

const measured = (fusion: MeasuredPoint["fusion"], cycles: number, accumulatorKib = 64): MeasuredPoint => ({
  ...{ scratchpadKib: 32, accumulatorKib, fusion, how: "measured", cycles, floorCycles: 1000 },
  ...{ utilization: 1000 / cycles, expectedCycles: cycles + 7, differences: 0, readBytes: 2048, writeBytes: 1024 },
  simulatedCyclesPerSecond: 400_000,
  operations: [{ kind: "query", cycles, floorCycles: 1000, normCycles: 3 }],
});

/** Two accumulators: one measured with and without fusion, one that fits only unfused and by prediction. */
const sample: Sweep = sweepSchema.parse({
  command: "systole sweep --shape a<b",
  date: "2026-01-31T09:15:00.000Z",
  commit: "0123456789ab",
  config: "edge",
  rows: 8,
  cols: 8,
  shape: { seq: 16, layers: 1, hidden: 64, heads: 2, intermediate: 128 },
  memory: { latencyCycles: 100, bytesPerCycle: 8 },
  points: [
    {
      scratchpadKib: 32,
      accumulatorKib: 8,
      fusion: "off",
      how: "predicted",
      ...{ cycles: 4000, floorCycles: 1000, utilization: 0.25 },
    },
    {
      scratchpadKib: 32,
      accumulatorKib: 8,
      fusion: "all",
      how: "does not fit",
      reason: 'needs 9 KiB, "of" 8 & no more',
    },
    measured("off", 2000),
    measured("all", 1250),
  ],
  notRun: 3,
});

describe("lists", () => {
  test("sizes come in rising order, fusions as given", () => {
    expect(parseSizes("scratchpad", "256, 64,128")).toEqual([64, 128, 256]);
    expect(parseFusions("all,off")).toEqual(["all", "off"]);
  });

  test("every pair of sizes is a configuration of its own, equal to the base in all else", () => {
    const base = loadConfig("edge");
    const configs = sweepConfigs(base, [16, 32], [32, 64]);
    expect(configs.map((c) => c.params.name)).toEqual(["edge-16-32", "edge-16-64", "edge-32-32", "edge-32-64"]);
    expect(configs.map((c) => c.params.scratchpadWords)).toEqual([2048, 2048, 4096, 4096]);
    expect(configs.map((c) => c.params.accumulatorRows)).toEqual([1024, 2048, 1024, 2048]);
    // The sizes of the base give the base: the same hardware, whatever its name.
    expect(configs[3]!.params.fingerprint).toBe(base.fingerprint);
    expect(new Set(configs.map((c) => c.params.fingerprint)).size).toBe(4);
  });
});

describe("the store", () => {
  test("gives back what it was given, in this process and the next", () => {
    const file = join(workspace(), "deep", "points.json");
    const store = new PointStore(file);
    expect(store.get("a")).toBeUndefined();
    store.add("a", measured("off", 2000));
    store.add("b", measured("all", 1250));
    const again = new PointStore(file);
    expect([again.get("a"), again.get("b"), again.get("c")]).toEqual([
      store.get("a"),
      measured("all", 1250),
      undefined,
    ]);
  });

  test("a file of anything else is refused and left alone", () => {
    const file = join(workspace(), "thesis.json");
    writeFileSync(file, '{ "title": "On Semaphores" }');
    expect(() => new PointStore(file)).toThrow("not a file of measured points");
    expect(readFileSync(file, "utf8")).toContain("On Semaphores");
  });
});

describe("what a reader sees", () => {
  test("ratios compare equal sizes found in the same way only", () => {
    const [predicted, impossible, off, all] = sample.points;
    expect(ratioTo(sample, all!, "off")).toBe(0.625);
    expect(ratioTo(sample, off!, "all")).toBe(1.6);
    expect(ratioTo(sample, predicted!, "all")).toBeUndefined();
    expect(ratioTo(sample, impossible!, "off")).toBeUndefined();
    expect(ratioTo(sample, all!, "softmax")).toBeUndefined();
  });

  test("the terminal's table says how each point was found, and why some were not", () => {
    const text = renderSweep(sample);
    expect(text).toMatch(/32 KiB +64 KiB +all +1,250 +80\.0 % +0\.625 +measured +0\n/);
    expect(text).toMatch(/32 KiB +8 KiB +off +4,000 +25\.0 % +1\.000 +predicted\n/);
    expect(text).toContain('32 + 8 KiB, all: needs 9 KiB, "of" 8 & no more\n');
    expect(text.endsWith("3 points not run")).toBe(true);
  });

  test("CSV has one line a point, with as many cells as heads", () => {
    const lines = sweepCsv(sample).trimEnd().split("\n");
    expect(lines).toHaveLength(5);
    const cells = (line: string): number => line.replace(/"(?:[^"]|"")*"/g, "q").split(",").length;
    for (const line of lines) expect(cells(line), line).toBe(cells(lines[0]!));
    expect(lines[0]).toContain(",cycles query,reason");
    expect(lines[2]).toContain('"needs 9 KiB, ""of"" 8 & no more"');
    expect(lines[4]).toBe("32,64,all,measured,1250,1000,0.8,1257,0,2048,1024,1250,");
  });

  test("heat maps and page are well formed, with a number and its origin in every cell", () => {
    const picture = renderHeatmap(sample);
    expectWellFormed(picture);
    expectWellFormed(renderSweepPage(sample));
    const values = [...picture.matchAll(/class="value"[^>]*>([^<]+)</g)].map(([, text]) => text);
    const hows = [...picture.matchAll(/class="how"[^>]*>([^<]+)</g)].map(([, text]) => text);
    expect(values).toEqual(["4,000", "2,000", "—", "1,250", "25.0 %", "50.0 %", "—", "80.0 %", "—", "0.625"]);
    expect(hows).toEqual([
      ...["predicted", "measured", "does not fit", "measured"],
      ...["predicted", "measured", "does not fit", "measured"],
      ...["does not fit", "measured"],
    ]);
  });

  test("every shade of every scale is readable: a contrast of at least 4.5", () => {
    for (const scale of Object.values(SCALES)) {
      for (let step = 0; step <= 100; step++) {
        const { fill, text } = shade(scale, step / 100);
        const [a, b] = [luminance(fill), luminance(text)];
        expect((Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), `${fill} ${text}`).toBeGreaterThanOrEqual(4.5);
      }
    }
  });

  test("equal values get the middle, a ratio of 1 no colour, and neither end is passed", () => {
    expect(positionIn({ low: 5, high: 5 }, 5)).toBe(0.5);
    expect(positionIn({ low: 4, high: 8 }, 5)).toBe(0.25);
    expect(changePosition([1.5, 0.9], 1)).toBe(0.5);
    expect(changePosition([1.5, 0.9], 1.5)).toBeCloseTo(1, 12);
    expect(changePosition([2, 0.25], 0.5)).toBeCloseTo(0.25, 12);
    expect(changePosition([1.001], 1.001)).toBeLessThan(0.52);
  });
});
