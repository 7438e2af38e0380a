/** The timeline: lanes, stretches in proportion, ticks, and a caption where it stands alone. */
import { expect, test } from "vitest";
import { renderTimeline } from "../../src/report/index.ts";
import { sampleReport } from "./fixture.ts";
import { expectWellFormed } from "./markup.ts";

const spans = (svg: string) =>
  [
    ...svg.matchAll(
      /<rect class="span" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)".*?<title>(.*?)<\/title>/g,
    ),
  ].map(([, x, y, width, height, title]) => ({
    x: Number(x),
    y: Number(y),
    width: Number(width),
    height: Number(height),
    title: title!,
  }));

test("is well formed, one lane an engine, every stretch with its operation and cycles", () => {
  const svg = renderTimeline(sampleReport());
  expectWellFormed(svg);
  const drawn = spans(svg);
  expect(drawn.map((s) => s.title)).toEqual([
    "LOAD · layer 0 query: 300 of cycles 0 to 400",
    "LOAD · layer 0 query, held up by memory: 100 of cycles 0 to 400",
    "GEMM · layer 0 query, waiting for LOAD: cycles 40 to 100 (60)",
    "GEMM · layer 0 query: cycles 100 to 900 (800)",
    "GEMM · layer 1 output: cycles 950 to 2,000 (1,050)",
    "NORM · layer 0 softmax: cycles 500 to 501 (1)",
    "STORE · layer 1 output: cycles 1,900 to 2,010 (110)",
  ]);
  // Lanes from top to bottom, memory waits above what they hold up.
  expect(drawn[1]!.y).toBeLessThan(drawn[0]!.y);
  expect(drawn[0]!.height).toBeCloseTo(3 * drawn[1]!.height, 1);
  const lanes = [drawn[1]!, drawn[3]!, drawn[5]!, drawn[6]!].map((s) => s.y);
  expect([...lanes].sort((a, b) => a - b)).toEqual(lanes);
  expect(drawn[3]!.y).toBe(drawn[4]!.y);
});

test("draws in proportion, within its bounds, and nothing too thin to see", () => {
  const [load, , , gemm, , norm, store] = spans(renderTimeline(sampleReport()));
  expect(gemm!.width / load!.width).toBeCloseTo(2, 2);
  expect(norm!.width).toBeGreaterThanOrEqual(0.5);
  expect(store!.x + store!.width).toBeLessThanOrEqual(1080);
});

test("a long program is a small picture, and what is narrow is still drawn", () => {
  const report = sampleReport();
  const count = 60_000;
  const every = <T>(value: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => value(i));
  // Products without a gap, ten thousand of every operation in turn; one short wait among them.
  const gemm = {
    engine: "gemm" as const,
    start: every((i) => 100 * i),
    end: every((i) => 100 * i + 100),
    state: every((i) => (i === 31_234 ? ("norm" as const) : ("busy" as const))),
    operation: every((i) => (Math.floor(i / 10_000) % 2 === 0 ? 0 : 3)),
    from: every(() => -1),
    memory: every(() => 0),
  };
  const svg = renderTimeline({
    ...report,
    timeline: { ...report.timeline!, cycles: 100 * count, lanes: [gemm] },
  });
  expectWellFormed(svg);
  const drawn = spans(svg);
  expect(drawn.length).toBeLessThan(20);
  expect(drawn.filter((s) => s.title.includes("waiting for NORM"))).toHaveLength(1);
});

test("marks where each layer's first product begins", () => {
  const svg = renderTimeline(sampleReport());
  const gemm = spans(svg).find((s) => s.title.startsWith("GEMM · layer 0 query: "));
  expect([...svg.matchAll(/<line class="rule" x1="([\d.]+)"/g)].map(([, x]) => Number(x))[0]).toBeCloseTo(gemm!.x, 0);
  expect(svg.match(/>layer \d</g)).toEqual([">layer 0<", ">layer 1<"]);
});

test("has a caption only where it stands alone", () => {
  const report = sampleReport({ predictions: sampleReport().predictions.slice(0, 1) });
  expect(renderTimeline(report)).toContain("css-1, 7 tokens, on tiny (4×4): 4,000 cycles, array used 77.5 %");
  expect(renderTimeline(sampleReport())).toContain("css-1, 7 tokens, on tiny (4×4): 2,010 cycles<");
  expect(renderTimeline(report, { embedded: true })).not.toContain('<text class="caption"');
});
