/** The HTML page: well formed, and its figures those of the report. */
import { Script } from "node:vm";
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

test("the accelerator is told with its functions, and which of them are I-BERT's own", () => {
  const { config } = sampleReport();
  const page = (variant: string, functions = config.functions): string =>
    renderHtml(sampleReport({ config: { ...config, functions, variants: { softmax: variant } } }));
  expect(page("systole")).toContain("8 KiB accumulator; softmax<");
  expect(page("ibert")).toMatch(/8 KiB accumulator; softmax \(I-BERT(&#x27;|&#39;|')s\)</);
  expect(page("systole", [])).toContain("8 KiB accumulator; no norm functions<");
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
        grouped(o.losses.fill),
        grouped(o.losses.load),
      ].join(" | "),
    );
  }
  expect(table).toContain("total | 4,000 | 100.0 % | 3,100 | 77.5 % | 700 | 200");
  expect(table).toContain("softmax · hidden behind products |  |  |  |  |  | ");
  expect(table).toContain("gelu · on the host |  |  |  |  |  | ");
  expect(table.filter((row) => /^layer \d$/.test(row))).toEqual(["layer 0", "layer 1"]);
});

test("where the cycles went: floor, losses that are not zero, total", () => {
  const table = rows(renderHtml(sampleReport()));
  expect(table.slice(table.indexOf("floor: MACs / PEs | 3,100 | 77.50 % | "))).toMatchObject({
    0: "floor: MACs / PEs | 3,100 | 77.50 % | ",
    1: "pipeline fill: weights and activations on their way into the array | 700 | 17.50 % | ",
    2: "waiting for LOAD: operands not there yet | 200 | 5.00 % | ",
    3: "all cycles | 4,000 | 100.00 % | ",
  });
});

test("an engine's time: all of it, and that of every kind of operation it worked for", () => {
  const table = rows(renderHtml(sampleReport()));
  const from = table.indexOf("GEMM |  | 3,100 |  | 200 |  |  |  |  |  | 100");
  expect(table.slice(from + 1, from + 3)).toEqual([
    "query |  | 1,600 |  | 90 |  |  |  |  |  | ",
    "output |  | 1,500 |  | 110 |  |  |  |  |  | ",
  ]);
  expect(table).toContain("NORM |  | 280 | 28 |  |  |  |  | 24 | 12 | 100");
});

describe("the timeline", () => {
  const html = renderHtml(sampleReport());

  test("is on the page with its data, its script, and a still picture for those without scripts", () => {
    expectWellFormed(html);
    const [, data] = /<script type="application\/json" id="timeline-data">(.*?)<\/script>/.exec(html)!;
    const { cycles, lanes, kindOf, kinds, layers } = JSON.parse(data!) as {
      readonly cycles: number;
      readonly lanes: unknown[];
      readonly kindOf: number[];
      readonly kinds: { readonly name: string }[];
      readonly layers: unknown[];
    };
    expect(lanes).toEqual(sampleReport().timeline!.lanes);
    expect(cycles).toBe(2010);
    expect(kindOf.map((kind) => kinds[kind]!.name)).toEqual(["query", "softmax", "gelu", "output"]);
    expect(layers).toEqual([
      { name: "layer 0", start: 100 },
      { name: "layer 1", start: 950 },
    ]);
    expect(html).toMatch(/<noscript>\s*<div class="box picture still">\s*<svg/);
  });

  test("its script needs nothing from elsewhere", () => {
    const [, script] = /<script type="module">([^]*?)<\/script>/.exec(html)!;
    expect(script).not.toMatch(/^\s*(import|export)\b/m);
    expect(html).not.toMatch(/\b(?:src|href)="/);
    // It is a script: a fault of syntax would throw here.
    expect(() => new Script(script!)).not.toThrow();
  });

  test("nothing in a name can end the data", () => {
    const report = sampleReport();
    const [first, ...others] = report.operations;
    const named = { ...report, operations: [{ ...first!, name: "</script><b>" }, ...others] };
    expect(renderHtml(named)).not.toContain("</script><b>");
  });
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
  const report = sampleReport({
    kind: "matmul",
    predictions: [],
    differences: null,
    tensors: [],
    timeline: null,
    losses: null,
  });
  const html = renderHtml(report);
  expectWellFormed(html);
  for (const heading of ["Predictions", "Where the cycles went", "Timeline", "Check"])
    expect(html).not.toContain(`<h2>${heading}`);
  expect(html).toContain("<h1>matmul on tiny</h1>");
});

test("a benchmark of the norm unit shows its throughput in place of the array's", () => {
  const html = renderHtml(sampleReport({ kind: "softmax", predictions: [], floorCycles: 0, elementsPerCycle: 7.25 }));
  expect(html).toContain('<b class="">7.25</b><span>elements per NORM cycle</span>');
  expect(html).not.toContain("array utilisation");
});
