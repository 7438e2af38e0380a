/** The macro model against the macros it was fitted to and against published ones; the user's table. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { formatError, SystoleError } from "../../../src/errors.ts";
import {
  loadMacroTable,
  macroCost,
  nodeNames,
  REFERENCE_NODE,
  tableCost,
  TECHNOLOGY_NODES,
  technologyNode,
} from "../../../src/silicon/technology/index.ts";
import type { MacroShape } from "../../../src/silicon/types.ts";

const shape = (words: number, bits: number, ports: MacroShape["ports"] = "1rw"): MacroShape => ({ words, bits, ports });

function message(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof SystoleError) return formatError(error);
    throw error;
  }
  throw new Error("it was accepted");
}

describe("macro model", () => {
  // Areas in the Liberty files of the IHP SG13G2 open PDK (sg13g2_sram), 130 nm.
  test.each([
    [1024, 64, "1rw", 263_946],
    [2048, 64, "1rw", 491_634],
    [8192, 32, "1rw", 939_915],
    [256, 48, "1rw", 70_850],
    [512, 16, "1rw", 45_309],
    [1024, 32, "1r1w", 264_167],
    [512, 8, "1r1w", 57_397],
    [64, 22, "1r1w", 39_384],
  ] as const)("130 nm, %i x %i %s: %i µm² within 10 %%", (words, bits, ports, um2) => {
    const cost = macroCost(shape(words, bits, ports), technologyNode("130nm"));
    expect(Math.abs(cost.um2! / um2 - 1)).toBeLessThan(0.1);
    expect(cost.ge).toBeCloseTo(cost.um2! / 7.258, 6);
  });

  // CACTI's figures in FakeRAM's 45 nm macros (OpenROAD).
  test.each([
    [2048, 39, 45_479, 435],
    [512, 64, 17_301, 305],
    [256, 96, 13_702, 292],
  ])("45 nm, %i x %i: %i µm² within 25 %%, %i ps within 12 %%", (words, bits, um2, picoseconds) => {
    const cost = macroCost(shape(words, bits), technologyNode("45"));
    expect(Math.abs(cost.um2! / um2 - 1)).toBeLessThan(0.25);
    expect(Math.abs(cost.accessPicoseconds / picoseconds - 1)).toBeLessThan(0.12);
  });

  test("7 nm, 256 Kibit: the density of Yokoyama et al., VLSI Circuits 2020, 29.2 Mb/mm², within 3 %", () => {
    const { um2 } = macroCost(shape(2048, 128), technologyNode("7nm"));
    expect(Math.abs((2048 * 128) / um2! / 29.2 - 1)).toBeLessThan(0.03);
  });

  // Mean of CACTI 7.0's reads and writes; Horowitz, ISSCC 2014.
  test.each([
    [64, 128, 31],
    [256, 128, 52.5],
    [32, 512, 55.5],
    [8, 64, 10],
    [32, 64, 20],
    [1024, 64, 100],
  ])("45 nm, %i KiB of %i bits: %d pJ an access within 25 %%", (kib, bits, picojoules) => {
    const cost = macroCost(shape((kib * 8192) / bits, bits));
    expect(Math.abs(cost.readPicojoules / picojoules - 1)).toBeLessThan(0.25);
    expect(cost.writePicojoules).toBe(cost.readPicojoules);
  });

  test("ASAP7's rule for macros (0.042 µm² a bit) is met within 30 % by a macro of 32 KiB", () => {
    const bits = 2048 * 128;
    expect(Math.abs(macroCost(shape(2048, 128), technologyNode("7")).um2! / bits / 0.042 - 1)).toBeLessThan(0.3);
  });

  test("without a node there are gate equivalents of 130 nm, energies of 45 nm and no area in µm²", () => {
    const cost = macroCost(shape(1024, 64));
    expect(cost.um2).toBeUndefined();
    expect(cost.ge).toBeCloseTo(macroCost(shape(1024, 64), technologyNode("130")).ge, 6);
    expect(cost.readPicojoules).toBe(macroCost(shape(1024, 64), REFERENCE_NODE).readPicojoules);
    expect(cost.source).toBe("macro model");
  });

  test("two ports cost more than one, a smaller node less", () => {
    for (const [index, node] of TECHNOLOGY_NODES.entries()) {
      const cost = macroCost(shape(1024, 128), node);
      expect(macroCost(shape(1024, 128, "1r1w"), node).um2).toBeGreaterThan(1.5 * cost.um2!);
      const next = TECHNOLOGY_NODES[index + 1];
      if (next === undefined) continue;
      const smaller = macroCost(shape(1024, 128), next);
      expect(smaller.um2).toBeLessThan(cost.um2!);
      expect(smaller.readPicojoules).toBeLessThan(cost.readPicojoules);
    }
  });
});

describe("nodes", () => {
  test("every figure has a source", () => {
    const figures = TECHNOLOGY_NODES.flatMap((n) => [
      ...[n.geUm2, n.bitCellUm2, n.arrayOverhead, n.levelPicoseconds, n.flipFlopPicoseconds, n.sramAccess],
      ...[n.logicEnergy, n.sramEnergy],
    ]);
    expect(figures.length).toBe(8 * nodeNames().length);
    for (const { source } of figures) expect(source.length).toBeGreaterThan(15);
  });

  test("an unknown node", () => {
    expect(message(() => technologyNode("5nm"))).toBe(
      `there is no technology node "5nm"\n  Give one of 130nm, 45nm, 28nm, 22nm, 16nm, 7nm, or the Liberty file of a library.`,
    );
  });
});

describe("macro table", () => {
  const folder = mkdtempSync(join(tmpdir(), "systole-macros-"));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  const load = (value: unknown, name = "macros.json"): ReturnType<typeof loadMacroTable> => {
    const file = join(folder, name);
    writeFileSync(file, typeof value === "string" ? value : JSON.stringify(value));
    return loadMacroTable(file);
  };
  const small = {
    words: 1024,
    bits: 64,
    ports: "1rw",
    um2: 1000,
    readPicojoules: 5,
    writePicojoules: 6,
    accessPicoseconds: 400,
  };
  const large = { ...small, name: "RF2", words: 4096, bits: 128, ports: "1r1w", um2: 9000, readPicojoules: 20 };
  const table = load({ name: "compiler", macros: [small, large] });

  test("a shape that is in it", () => {
    expect(tableCost(table, shape(1024, 64), 0.5)).toEqual({
      ge: 2000,
      um2: 1000,
      readPicojoules: 5,
      writePicojoules: 6,
      accessPicoseconds: 400,
      source: "compiler: 1024x64 1rw",
    });
  });

  test("the nearest larger one", () => {
    expect(tableCost(table, shape(1000, 33), 1)).toMatchObject({
      um2: 1000,
      source: "compiler: 1024x64 1rw, the nearest larger",
    });
  });

  test("a grid of equal ones: an access reaches one row", () => {
    expect(tableCost(table, shape(4096, 128), 1)).toMatchObject({
      um2: 8000,
      readPicojoules: 10,
      writePicojoules: 12,
      source: "compiler: 8 of 1024x64 1rw, 4 x 2",
    });
  });

  test("two ports serve one, not the other way round", () => {
    expect(tableCost(load({ name: "c", macros: [large] }), shape(64, 8), 1).source).toBe("c: RF2, the nearest larger");
    expect(tableCost(table, shape(64, 8, "1r1w"), 1).source).toBe("compiler: RF2, the nearest larger");
    const single = load({ name: "c", macros: [small] });
    expect(message(() => tableCost(single, shape(64, 8, "1r1w"), 1))).toBe(
      `${single.file}: no macro of c has two ports (1r1w), as the memory of 64 x 8 bits needs\n  Add a macro with "ports": "1r1w".`,
    );
  });

  test("wrong tables", () => {
    const where = join(folder, "macros.json");
    const says = (value: unknown, text: string): void => {
      expect(message(() => load(value))).toBe(`${where}: ${text}`);
    };
    const see = "\n  See docs/technology.md for the keys of a macro table.";
    says(
      { macros: [{ ...small, um2: -1 }] },
      `name: is missing; macros[0].um2: must be a number above 0, not -1${see}`,
    );
    says({ name: "c", macros: [] }, `macros: must have at least one macro, not []${see}`);
    says(
      { name: "c", macros: [{ ...small, ports: "2rw", words: 1.5 }] },
      `macros[0].words: must be a whole number, not 1.5; macros[0].ports: must be one of "1rw", "1r1w", not "2rw"${see}`,
    );
    says(
      { name: "c", macros: [{ ...small, area: 4, readPicojoules: "5" }] },
      `macros[0].readPicojoules: must be a number, not "5"; macros[0]: unknown key "area"; there are name, words, bits, ports, um2, readPicojoules, writePicojoules, accessPicoseconds${see}`,
    );
    says({ name: "c", macros: [small], unit: "nm" }, `unknown key "unit"; there are name, macros${see}`);
    says([], `must be an object, not []${see}`);
    expect(message(() => load("{", "cut.json"))).toMatch(/cut\.json: not valid JSON: .*\n {2}Correct the file\.$/s);
    expect(message(() => loadMacroTable(join(folder, "none.json")))).toBe(
      `${join(folder, "none.json")}: cannot read the macro table: no such file or directory\n  Give the path of a JSON file.`,
    );
  });
});
