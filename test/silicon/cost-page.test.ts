/** The cost pages: well formed, tiles in proportion, and differences that add up. */
import { Script } from "node:vm";
import { describe, expect, test } from "vitest";
import { cells, labels, short, squarify, tiles, title } from "../../templates/cost/treemap.js";
import type { Rect } from "../../templates/cost/treemap.js";
import { grouped } from "../../src/report/index.ts";
import { differences } from "../../src/silicon/report/differences.ts";
import { renderComparisonPage } from "../../src/silicon/report/html-compare.ts";
import { jouleSeconds, joules, squareMicrons } from "../../src/silicon/report/html-format.ts";
import { renderAreaPicture } from "../../src/silicon/report/html-picture.ts";
import { areaTree, flatten } from "../../src/silicon/report/html-tree.ts";
import { renderCostPage } from "../../src/silicon/report/html.ts";
import { costReportSchema } from "../../src/silicon/report/schema.ts";
import { withSeed } from "../../src/testbench.ts";
import { expectWellFormed } from "../report/markup.ts";
import { sampleCost } from "./cost-fixture.ts";

const surface = ({ width, height }: Rect): number => width * height;
const overlap = (a: Rect, b: Rect): number =>
  Math.max(0, Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x)) *
  Math.max(0, Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y));

describe("squarify", () => {
  test("tiles the rectangle exactly, in proportion, without overlap", () =>
    withSeed((random) => {
      for (let round = 0; round < 30; round++) {
        const weights = Array.from({ length: random.integer(1, 24) }, () => 10 ** (random.integer(0, 6000) / 1000));
        const rect = { x: 3, y: 5, width: random.integer(50, 900), height: random.integer(50, 900) };
        const places = squarify(weights, rect);
        const sum = weights.reduce((a, b) => a + b, 0);
        places.forEach((place, i) => {
          expect(surface(place) / surface(rect)).toBeCloseTo(weights[i]! / sum, 9);
          expect(overlap(place, rect)).toBeCloseTo(surface(place), 4);
          for (const other of places.slice(0, i)) expect(overlap(place, other)).toBeLessThan(1e-6);
        });
      }
    }));

  test("squares for equal weights on a square", () => {
    const places = squarify([1, 1, 1, 1], { x: 0, y: 0, width: 10, height: 10 });
    for (const { width, height } of places) expect([width, height]).toEqual([5, 5]);
  });

  test("equal instances are ruled as square as their number allows", () => {
    expect(cells(256, 100, 100)).toEqual({ columns: 16, rows: 16 });
    expect(cells(16, 400, 100)).toEqual({ columns: 8, rows: 2 });
    expect(cells(7, 100, 700)).toEqual({ columns: 1, rows: 7 });
  });
});

describe("the tree of areas", () => {
  const report = sampleCost();
  const tree = areaTree(report);

  test("holds every gate equivalent once", () => {
    expect(tree.ge).toBeCloseTo(report.totalGe, 6);
    for (const { node } of flatten(tree)) {
      if (node.children.length === 0) continue;
      expect(node.children.reduce((sum, child) => sum + child.ge, 0)).toBeCloseTo(node.ge, 6);
    }
    for (const row of report.modules.filter(({ depth }) => depth > 0)) {
      expect(flatten(tree).find(({ node }) => node.path === row.path)?.node.ge).toBeCloseTo(row.ge, 6);
    }
  });

  test("its tiles: surfaces in proportion, children tile their parent", () => {
    const rect = { x: 0, y: 0, width: 1000, height: 600 };
    const all = tiles(tree, rect);
    for (const tile of all) expect(surface(tile) / surface(rect)).toBeCloseTo(tile.node.ge / tree.ge, 9);
    for (const parent of all.filter(({ leaf }) => !leaf)) {
      const inside = all.filter(({ node }) => parent.node.children.includes(node));
      expect(inside.reduce((sum, tile) => sum + overlap(tile, parent), 0)).toBeCloseTo(surface(parent), 5);
    }
  });

  test("no name covers another, and each lies in its tile", () => {
    const all = tiles(tree, { x: 0, y: 0, width: 700, height: 400 });
    const named = labels(all, (text) => 7 * text.length);
    expect(named.length).toBeGreaterThan(8);
    named.forEach((label, i) => {
      expect(overlap(label, label.tile)).toBeCloseTo(surface(label), 6);
      for (const other of named.slice(0, i)) expect(overlap(label, other)).toBe(0);
    });
  });

  test("takes the top module's path at the front of the others, and memories that are modules too", () => {
    const named = (path: string): string => (path === "" ? "top" : `top.${path}`);
    const asModules = report.memories.map((m) => ({
      ...{ path: m.path, module: m.module, depth: 9, instances: m.instances, ge: m.ge },
      ...{ ownGe: 0, sramGe: m.ge, flipFlops: 0, share: m.ge / report.totalGe },
    }));
    const other = areaTree({
      ...report,
      modules: [...report.modules, ...asModules].map((row) => ({ ...row, path: named(row.path) })),
      memories: report.memories.map((m) => ({ ...m, path: named(m.path) })),
    });
    const shape = (node: typeof tree) =>
      flatten(node).map((at) => [at.node.path, at.node.kind, Math.round(at.node.ge)]);
    expect(shape(other)).toEqual(shape(tree));
  });
});

describe("the page", () => {
  test("is well formed and needs nothing from elsewhere", () => {
    const report = sampleCost({ name: "a<b>&" });
    const html = renderCostPage(report, "systole report 'x' --html <file>");
    expectWellFormed(html);
    expect(html).toContain("a&lt;b&gt;&amp;");
    expect(html).not.toMatch(/\b(?:src|href)="|url\(http|@import/);
    const [, script] = /<script type="module">([^]*?)<\/script>/.exec(html)!;
    expect(script).not.toMatch(/^\s*(import|export)\b/m);
    expect(() => new Script(script!)).not.toThrow();
    const [, data] = /<script type="application\/json" id="area-data">(.*?)<\/script>/.exec(html)!;
    expect((JSON.parse(data!) as { trees: { ge: number }[] }).trees[0]!.ge).toBeCloseTo(report.totalGe, 6);
  });

  test("every module and memory is there with its figures, beside the published ones", () => {
    const report = sampleCost();
    const text = renderCostPage(report, "")
      .replace(/<[^>]*>/g, "|")
      .replace(/\|+/g, "|");
    for (const row of [...report.modules, ...report.memories]) expect(text).toContain(`|${grouped(row.ge)}|`);
    expect(text).toContain("3.20 k GE|Gemmini&#x27;s PE");
    expect(text).toContain("0.46×");
  });

  test("tells the energy of a layer, of its operations and of an inference, and the product with the delay", () => {
    const report = sampleCost();
    const { energy } = report;
    const text = renderCostPage(report, "")
      .replace(/<[^>]*>/g, "|")
      .replace(/\|+/g, "|");
    expect(text).toMatch(
      /energy × delay \d[\d.]* [mµ]J·s\. All 12 layers of the encoder: \|[\d.]+ mJ\| in 43,344,000 cycles, 0\.\d+ s\./,
    );
    for (const { name } of energy!.operations) expect(text).toContain(`|${name}|`);
  });

  test("does without FPGA, energy and a technology", () => {
    const report = { ...sampleCost({ plain: true }), totalUm2: undefined, node: undefined };
    const html = renderCostPage(costReportSchema.parse(report), "");
    expectWellFormed(html);
    expect(html).not.toMatch(/<h2>(Energy|FPGA)<\/h2>/);
  });

  test("the still picture is well formed, and its tiles are the leaves", () => {
    const report = sampleCost();
    const svg = renderAreaPicture(report);
    expectWellFormed(svg);
    const leaves = flatten(areaTree(report)).filter(({ node }) => node.children.length === 0 && node.ge > 0);
    expect(svg.match(/class="tile /g)).toHaveLength(leaves.length);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });
});

describe("two reports", () => {
  const a = sampleCost({ name: "large" });
  const b = sampleCost({ name: "small", size: 8, scratchpadKib: 128, accumulatorKib: 128, lanes: 4 });

  test("differences add up, level by level, to that of the whole", () => {
    for (const other of [b, sampleCost({ lanes: 0 })]) {
      const rows = differences(a, other);
      expect(rows[0]).toMatchObject({ path: "", a: a.totalGe, b: other.totalGe });
      const leaves = rows.filter(({ leaf }) => leaf);
      const sum = (list: typeof rows): number => list.reduce((total, row) => total + row.b - row.a, 0);
      expect(sum(leaves)).toBeCloseTo(other.totalGe - a.totalGe, 5);
      rows.forEach((row, i) => {
        if (row.leaf) return;
        const end = rows.findIndex((later, j) => j > i && later.depth <= row.depth);
        const inside = rows.slice(i + 1, end === -1 ? undefined : end).filter(({ depth }) => depth === row.depth + 1);
        expect(sum(inside), row.path).toBeCloseTo(row.b - row.a, 5);
      });
    }
  });

  test("a report beside itself differs in nothing", () => {
    expect(differences(a, a).every((row) => row.a === row.b)).toBe(true);
    const html = renderComparisonPage(a, a, "");
    expect(html).toContain("No key differs but the name.");
    expect(html).toContain("large (first)");
    expect(html).not.toContain("<h2>Largest changes</h2>");
  });

  test("the page is well formed, marks changed keys, and holds both trees", () => {
    const html = renderComparisonPage(a, b, "systole report a.json b.json");
    expectWellFormed(html);
    const changed = [...html.matchAll(/<tr class="changed"><td class="text">([^<]*)</g)].map(([, key]) => key);
    expect(changed).toEqual(["name", "array.rows", "array.cols", "scratchpad.kib", "accumulator.kib", "norm.lanes"]);
    expect(html.match(/<div class="map"/g)).toHaveLength(2);
    expect(html).toContain("cells ×256 → ×64");
  });

  test("energies of different workloads are said to be different", () => {
    const energy = { ...b.energy!, workload: "another" };
    expect(renderComparisonPage(a, { ...b, energy }, "")).toContain("Not the same workload");
  });
});

test("quantities as people read them", () => {
  expect([812, 1462, 37_380, 402_300, 999_499, 1_858_613].map(short)).toEqual([
    "812",
    "1.46 k",
    "37.4 k",
    "402 k",
    "999 k",
    "1.86 M",
  ]);
  expect([0.42, 41.3, 9120, 2.41e10].map(joules)).toEqual(["0.42 pJ", "41.3 pJ", "9.12 nJ", "24.1 mJ"]);
  expect(jouleSeconds(2.31e-4)).toBe("231 µJ·s");
  expect([812, 214_000, 1_486_000].map(squareMicrons)).toEqual(["812 µm²", "0.214 mm²", "1.49 mm²"]);
  expect(title({ name: "lane_*", instances: 16 })).toBe("lane ×16");
  expect(title({ name: "norm", instances: 1 })).toBe("norm");
});
