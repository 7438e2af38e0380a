/** The HTML page: well formed, and its figures those of the report. */
import { describe, expect, test } from "vitest";
import { grouped, percent, renderHtml } from "../../src/report/index.ts";
import { sampleReport } from "./fixture.ts";
import { expectWellFormed } from "./markup.ts";

/** The text of every table row, cells joined by " | ". */
const rows = (html: string): string[] =>
  [...html.matchAll(/<tr[^>]*>(.*?)<\/tr>/g)].map(([, row]) =>
    [...row!.matchAll(/<t[dh][^>]*>(.*?)<\/t[dh]>/g)]
      .map(([, cell]) => cell!.replace(/<[^>]*>/g, "").trim())
      .join(" | "),
  );

test("is well formed, whatever the texts hold", () => {
  const html = renderHtml(sampleReport());
  expectWellFormed(html);
  expect(html).toContain("a &lt;b&gt; &amp; {}");
  expect(html).toContain("a &lt; b &amp; c");
});

test("every figure of the latency table is the report's", () => {
  const report = sampleReport();
  const table = rows(renderHtml(report));
  for (const o of report.operations.filter(({ cycles }) => cycles > 0)) {
    expect(table).toContain(
      [
        o.name.replace(/^layer \d /, ""),
        grouped(o.cycles),
        percent(o.share),
        grouped(o.floorCycles),
        percent(o.utilization),
        grouped(o.waiting.load),
        "",
        "",
        grouped(o.engines.norm),
      ].join(" | "),
    );
  }
  expect(table).toContain("total | 4,000 | 100.0 % | 3,100 | 77.5 % | 200 |  |  | 308");
  expect(table).toContain("softmax · hidden behind products |  |  |  |  |  |  |  | 77");
  expect(table).toContain("gelu · on the host |  |  |  |  |  |  |  | 77");
  expect(table.filter((row) => /^layer \d$/.test(row))).toEqual(["layer 0", "layer 1"]);
});

test("shares of the engines are of all cycles", () => {
  const table = rows(renderHtml(sampleReport()));
  expect(table).toContain("GEMM |  | 50.0 % | 15.0 % | 25.0 % | 10.0 % | 1,234");
});

describe("what is wrong is marked", () => {
  test("a class that was not expected, and the float model's other opinion", () => {
    const html = renderHtml(sampleReport());
    expect(rows(html)).toContain("xml-1 | html | ✗ expected xml | 50.0 % | xml | 5 | &lt;a/&gt;");
    expect(rows(html)).toContain("css-1 | css | ✓ | 98.7 % | same | 7 | a &lt;b&gt; &amp; {}");
    expect(html).toContain('<b class="bad">1 of 2</b><span>classes as expected</span>');
  });
  test("tensors that differ", () => {
    const html = renderHtml(sampleReport());
    expect(html).toContain('<b class="bad">3</b><span>differences in 5,000 values</span>');
    expect(html).toContain("1 tensor differs");
    expect(rows(html)).toContain("layer1.output | 2,500 | 3");
  });
});

test("leaves out what a benchmark has not", () => {
  const report = sampleReport({ kind: "matmul", predictions: [], differences: null, tensors: [], timeline: [] });
  const html = renderHtml(report);
  expectWellFormed(html);
  for (const heading of ["Predictions", "Timeline", "Check"]) expect(html).not.toContain(`<h2>${heading}`);
  expect(html).toContain("<h1>matmul on tiny</h1>");
});

test("a benchmark of the norm unit shows its throughput in place of the array's", () => {
  const html = renderHtml(sampleReport({ kind: "softmax", predictions: [], floorCycles: 0, elementsPerCycle: 7.25 }));
  expect(html).toContain('<b class="">7.25</b><span>elements per NORM cycle</span>');
  expect(html).not.toContain("array utilisation");
});
