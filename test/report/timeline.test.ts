/** The timeline: lanes, stretches in proportion, ticks, and a caption where it stands alone. */
import { expect, test } from "vitest";
import { renderTimeline, ticks } from "../../src/report/index.ts";
import { sampleReport } from "./fixture.ts";
import { expectWellFormed } from "./markup.ts";

const spans = (svg: string) =>
  [...svg.matchAll(/<rect class="span" x="([\d.]+)" y="(\d+)" width="([\d.]+)".*?<title>(.*?)<\/title>/g)].map(
    ([, x, y, width, title]) => ({ x: Number(x), y: Number(y), width: Number(width), title: title! }),
  );

test("is well formed, one lane an engine, every stretch with its operation and cycles", () => {
  const svg = renderTimeline(sampleReport());
  expectWellFormed(svg);
  const drawn = spans(svg);
  expect(drawn.map((s) => s.title)).toEqual([
    "LOAD · layer 0 query: cycles 0 to 400 (400)",
    "GEMM · layer 0 query: cycles 100 to 900 (800)",
    "NORM · layer 0 softmax: cycles 500 to 501 (1)",
    "GEMM · layer 1 output: cycles 950 to 2,000 (1,050)",
    "STORE · layer 1 output: cycles 1,900 to 2,010 (110)",
  ]);
  expect(new Set(drawn.map((s) => s.y)).size).toBe(4);
  expect(drawn[1]!.y).toBe(drawn[3]!.y);
});

test("draws in proportion, within its bounds, and nothing too thin to see", () => {
  const [load, gemm, norm, , store] = spans(renderTimeline(sampleReport()));
  expect(gemm!.width / load!.width).toBeCloseTo(2, 2);
  expect(norm!.width).toBeGreaterThanOrEqual(0.5);
  expect(store!.x + store!.width).toBeLessThanOrEqual(1080);
});

test("marks where each layer's first product begins", () => {
  const svg = renderTimeline(sampleReport());
  const [, gemm] = spans(svg);
  expect([...svg.matchAll(/<line class="rule" x1="([\d.]+)"/g)].map(([, x]) => Number(x))[0]).toBeCloseTo(gemm!.x, 0);
  expect(svg.match(/>layer \d</g)).toEqual([">layer 0<", ">layer 1<"]);
});

test("has a caption only where it stands alone", () => {
  const report = sampleReport({ predictions: sampleReport().predictions.slice(0, 1) });
  expect(renderTimeline(report)).toContain("css-1, 7 tokens, on tiny (4×4): 4,000 cycles, array used 77.5 %");
  expect(renderTimeline(sampleReport())).toContain("css-1, 7 tokens, on tiny (4×4): 2,010 cycles<");
  expect(renderTimeline(report, { embedded: true })).not.toContain('<text class="caption"');
});

test("ticks are round numbers, not too many", () => {
  expect(ticks(109_392, 8)).toEqual([0, 20_000, 40_000, 60_000, 80_000, 100_000]);
  expect(ticks(7, 8)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(ticks(1, 8)).toEqual([0, 1]);
  for (const end of [3, 10, 999, 12_345, 3_700_000]) expect(ticks(end, 8).length).toBeLessThanOrEqual(9);
});
