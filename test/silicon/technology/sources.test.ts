/** No constant of silicon without a source: every number in the files of constants stands beside one. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { technologyPage } from "../../../src/docs/index.ts";
import { BASES } from "../../../src/silicon/technology/index.ts";

/** Where constants of areas, delays and energies may stand, and nowhere else. */
const FILES = [
  "energy/energies.ts",
  "report/published.ts",
  "synthesis/cells.ts",
  "technology/macro-model.ts",
  "technology/nodes.ts",
  "timing/generic.ts",
];
/** Counting, units (bits of a KiB, femto to pico), the nodes' names, and τ = FO4 / 5 by its definition. */
const NO_CONSTANTS = new Set([0, 1, 2, 5, 1000, 8192, 999, 130, 45, 28, 22, 16, 7]);

const SILICON = new URL("../../../src/silicon/", import.meta.url);
const parse = (text: string): ts.SourceFile => ts.createSourceFile("x.ts", text, ts.ScriptTarget.Latest, true);

const named = (object: ts.ObjectLiteralExpression, name: string): ts.ObjectLiteralElementLike | undefined =>
  object.properties.find((property) => property.name?.getText() === name);

/** An object of the constants that says `basis` and `source`, itself or by spreading one that is only that. */
function isSourced(object: ts.ObjectLiteralExpression): boolean {
  if (named(object, "basis") !== undefined && named(object, "source") !== undefined) return true;
  return object.properties.some(
    (property) => ts.isSpreadAssignment(property) && ["GEMMINI"].includes(property.expression.getText()),
  );
}

/** Numbers of a file that no object with a source encloses, with their lines. */
function unsourced(file: ts.SourceFile): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node, sourced: boolean): void => {
    const here = sourced || (ts.isObjectLiteralExpression(node) && isSourced(node));
    if (ts.isNumericLiteral(node) && !here && !NO_CONSTANTS.has(Number(node.text.replaceAll("_", "")))) {
      const { line } = file.getLineAndCharacterOfPosition(node.getStart());
      found.push(`${line + 1}: ${node.getText()}`);
    }
    ts.forEachChild(node, (child) => {
      visit(child, here);
    });
  };
  visit(file, false);
  return found;
}

describe("every number stands beside its source", () => {
  test.each(FILES)("%s", (name) => {
    expect(unsourced(parse(readFileSync(fileURLToPath(new URL(name, SILICON)), "utf8")))).toEqual([]);
  });

  test("a number without one is found", () => {
    expect(unsourced(parse('const a = { value: 3.5, source: "x" };\nconst b = 12.25;'))).toEqual([
      "1: 3.5",
      "2: 12.25",
    ]);
    expect(unsourced(parse('const a = { value: 3.5, basis: "library", source: "x" };'))).toEqual([]);
  });
});

describe("sources", () => {
  /** Rows of the page's tables that end in a basis and a source. */
  const rows = technologyPage()
    .split("\n")
    .map((line) => line.replace(/ \|$/, "").split(" | "))
    .filter((cells) => (BASES as readonly string[]).includes(cells.at(-2) ?? ""));

  test("are told on the page, each with its basis", () => {
    expect(rows.length).toBeGreaterThan(50);
  });

  test("say a year, a library or a reasoning that can be looked up", () => {
    for (const cells of rows) {
      const [basis, source] = [cells.at(-2)!, cells.at(-1)!];
      expect(source.length, cells.join(" | ")).toBeGreaterThan(15);
      if (basis === "published" || basis === "scaled") {
        expect(source, cells.join(" | ")).toMatch(/\b(19|20)\d\d\b|reference of the/);
      }
      if (basis === "library") expect(source, cells.join(" | ")).toMatch(/Nangate|ASAP7|IHP|OSU|the unit/);
    }
  });
});
