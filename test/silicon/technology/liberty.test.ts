/** Liberty files: real ones of two libraries, what is read from them, and what is said of wrong ones. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { formatError, SystoleError } from "../../../src/errors.ts";
import { checkLiberty, loadLiberty, parseLiberty } from "../../../src/silicon/technology/index.ts";
import { evaluateFunction, isNand2 } from "../../../src/silicon/technology/liberty-function.ts";

const libraryFile = (name: string): string => `/usr/share/qflow/tech/${name}/${name}_stdcells.lib`;

function message(text: string): string {
  try {
    checkLiberty(text, "cells.lib");
  } catch (error) {
    if (error instanceof SystoleError) return formatError(error);
    throw error;
  }
  throw new Error("the library was accepted");
}

const NAND = `  cell (ND2D1) { area : 2.5; pin(A) { direction : input; } pin(B) { direction : input; }
    pin(Y) { direction : output; function : "(!(A & B))"; } }\n`;
const FLIP_FLOP = `  cell (DFF) { area : 14; ff(IQ, IQN) { clocked_on : "C"; next_state : "D"; }
    pin(Q) { direction : output; function : "IQ"; } }\n`;
const library = (...cells: readonly string[]): string => `/* own */\nlibrary ("mine") {\n${cells.join("")}}\n`;

describe("real libraries", () => {
  test.each([
    ["osu018", 24, 32],
    ["osu035", 96, 39],
  ])("%s", (name, nand2Area, cells) => {
    const found = loadLiberty(libraryFile(name));
    expect(found).toMatchObject({ name: `${name}_stdcells`, nand2: "NAND2X1", nand2Area, cells });
    expect(found.flipFlops).toEqual(["DFFNEGX1", "DFFPOSX1", "DFFSR"]);
    expect(found.liberty).toBe(readFileSync(libraryFile(name), "utf8"));
  });

  test("tables and groups of a cell", () => {
    const text = readFileSync(libraryFile("osu018"), "utf8");
    const cell = parseLiberty({ text, file: "osu018" }).groups.find(({ name }) => name === "NAND2X1")!;
    expect(cell.line).toBe(3769);
    const pin = cell.groups.find(({ kind, name }) => kind === "pin" && name === "Y")!;
    expect(pin.attributes.get("function")).toBe("(!(A B))");
    const rise = pin.groups.find(({ kind }) => kind === "timing")!.groups.find(({ kind }) => kind === "cell_rise")!;
    expect(rise.attributes.get("values")?.match(/[\d.]+/g)).toHaveLength(25);
  });

  test("cut anywhere, a file is refused with the line it ends in", () => {
    const text = readFileSync(libraryFile("osu018"), "utf8");
    for (let end = 400; end < text.lastIndexOf("}"); end += 9973) {
      const lines = text.slice(0, end).split("\n").length;
      expect(message(text.slice(0, end))).toMatch(
        new RegExp(
          `^cells\\.lib:${lines}: the file ends inside (library|cell)\\(\\w+\\), which begins in line \\d+: it is cut short`,
        ),
      );
    }
  });
});

describe("own libraries", () => {
  test("the NAND is found by its function; of several, the smallest of drive 1", () => {
    const half = NAND.replace("ND2D1", "ND2D0").replace("2.5", "1.5");
    const and = NAND.replace("ND2D1", "AN2D1").replace("(!(A & B))", "A B").replace("2.5", "1");
    const found = checkLiberty(library(and, half, NAND, FLIP_FLOP), "cells.lib");
    expect(found).toMatchObject({ name: "mine", nand2: "ND2D1", nand2Area: 2.5, flipFlops: ["DFF"], cells: 4 });
  });

  test("what is wrong with it", () => {
    expect(message(library())).toBe(
      "cells.lib:2: library mine has no cells\n  Give the Liberty file (.lib) of a standard cell library.",
    );
    expect(message(library(FLIP_FLOP))).toBe(
      "cells.lib:2: library mine has no two-input NAND among its 1 cells: gate equivalents cannot be counted\n" +
        "  Give a library of logic cells; one of memories or pads alone does not do.",
    );
    expect(message(library(NAND))).toBe(
      "cells.lib:2: library mine has no flip-flop (no cell with an ff group) among its 1 cells\n" +
        "  Give a library with flip-flops; some vendors ship them in a file of their own, which has to be merged.",
    );
    const remedy = "\n  Give a library whose cells of logic all have areas, or cut the cell out.";
    expect(message(library(NAND.replace("area : 2.5;", ""), FLIP_FLOP))).toBe(
      `cells.lib:3: cell ND2D1 has no area${remedy}`,
    );
    expect(message(library(NAND, FLIP_FLOP.replace(": 14", ": big")))).toBe(
      `cells.lib:5: the area of cell DFF must be a number, not "big"${remedy}`,
    );
    expect(message(library(NAND.replace("2.5", "0"), FLIP_FLOP))).toBe(
      "cells.lib:3: the area of cell ND2D1, one gate equivalent, is 0\n  Give a library with areas.",
    );
    expect(message(library(NAND, FLIP_FLOP.replace("area", "]]")))).toBe(
      'cells.lib:5: expected an attribute, a group or } inside cell(DFF), which begins in line 5, not "]] : 14; ff(IQ, IQN) { clocked_on : "C";"\n' +
        "  Give the whole file as the library's vendor ships it.",
    );
  });

  test("what is no Liberty file", () => {
    expect(message("module top;\nendmodule\n")).toBe(
      'cells.lib:1: this is no Liberty file: it begins with "module top;", not with library (name) {\n' +
        "  Give the whole file as the library's vendor ships it.",
    );
    expect(message("/* nothing */\n")).toContain("this is no Liberty file: it is empty");
    expect(() => loadLiberty("/nowhere/cells.lib")).toThrow("cannot read the Liberty file: no such file or directory");
  });
});

test("functions in every spelling", () => {
  for (const text of [
    "(!(A B))",
    "!(A&B)",
    "(A*B)'",
    "!A | !B",
    "A' + B'",
    "(!A)|(!B)",
    "!(A & B & 1)",
    "(A ^ B) | !A",
  ]) {
    expect(isNand2(text, ["A", "B"]), text).toBe(true);
  }
  for (const text of ["A B", "!(A | B)", "!A", "!(A C)", "", "(A", "!(A B) C", "A ^ B"]) {
    expect(isNand2(text, ["A", "B"]), text).toBe(false);
  }
  expect(evaluateFunction("A ^ B & C", { A: true, B: false, C: false })).toBe(false);
});
