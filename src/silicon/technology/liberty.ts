import { readFileSync } from "node:fs";
import { SystoleError, systemReason } from "../../errors.ts";
import type { CellLibrary } from "../types.ts";
import { isNand2 } from "./liberty-function.ts";
import { libertyError, parseLiberty, type LibertyGroup } from "./liberty-parse.ts";

/** A Liberty file that logic can be mapped to. */
export interface LibertyLibrary extends CellLibrary {
  readonly liberty: string;
  /** The cell whose area is one gate equivalent. */
  readonly nand2: string;
  /** Names of the cells with a flip-flop. */
  readonly flipFlops: readonly string[];
  /** Cells in the file. */
  readonly cells: number;
}

const NO_LIBRARY = "Give the Liberty file (.lib) of a standard cell library.";

/** Reads and checks a Liberty file. Throws a SystoleError with file, line and what is missing. */
export function loadLiberty(file: string): LibertyLibrary {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    throw new SystoleError({
      code: "liberty-unreadable",
      message: `cannot read the Liberty file: ${systemReason(cause)}`,
      location: { file },
      remedy: NO_LIBRARY,
      cause,
    });
  }
  return checkLiberty(text, file);
}

/**
 * Checks the text of a Liberty file: its groups are closed, every cell of logic has an area, and it has a two-input NAND and
 * a flip-flop. `file` names it in errors.
 */
export function checkLiberty(text: string, file: string): LibertyLibrary {
  const library = parseLiberty({ text, file });
  const cells = library.groups.filter(({ kind }) => kind === "cell");
  if (cells.length === 0) {
    throw libertyError(file, library.line, `library ${library.name} has no cells`, NO_LIBRARY);
  }
  const flipFlops = cells.filter(hasFlipFlop);
  for (const cell of cells) if (hasFlipFlop(cell) || hasFunction(cell)) areaOf(cell, file);
  const nand2 = smallestNand(cells, file);
  if (nand2 === undefined) {
    throw libertyError(
      file,
      library.line,
      `library ${library.name} has no two-input NAND among its ${cells.length} cells: gate equivalents cannot be counted`,
      "Give a library of logic cells; one of memories or pads alone does not do.",
    );
  }
  if (flipFlops.length === 0) {
    throw libertyError(
      file,
      library.line,
      `library ${library.name} has no flip-flop (no cell with an ff group) among its ${cells.length} cells`,
      "Give a library with flip-flops; some vendors ship them in a file of their own, which has to be merged.",
    );
  }
  const nand2Area = areaOf(nand2, file);
  if (nand2Area === 0) {
    throw libertyError(
      file,
      nand2.line,
      `the area of cell ${nand2.name}, one gate equivalent, is 0`,
      "Give a library with areas.",
    );
  }
  return {
    name: library.name,
    liberty: text,
    nand2Area,
    nand2: nand2.name,
    flipFlops: flipFlops.map(({ name }) => name),
    cells: cells.length,
  };
}

/** The area of a cell in the library's unit, which is µm² nearly everywhere. */
function areaOf(cell: LibertyGroup, file: string): number {
  const text = cell.attributes.get("area");
  const remedy = "Give a library whose cells of logic all have areas, or cut the cell out.";
  if (text === undefined) throw libertyError(file, cell.line, `cell ${cell.name} has no area`, remedy);
  const area = Number(text);
  if (text !== "" && area >= 0 && Number.isFinite(area)) return area;
  throw libertyError(file, cell.line, `the area of cell ${cell.name} must be a number, not "${text}"`, remedy);
}

const pins = (cell: LibertyGroup, direction: string): LibertyGroup[] =>
  cell.groups.filter(({ kind, attributes }) => kind === "pin" && attributes.get("direction") === direction);

const hasFlipFlop = (cell: LibertyGroup): boolean => cell.groups.some(({ kind }) => kind === "ff");

const hasFunction = (cell: LibertyGroup): boolean =>
  pins(cell, "output").some(({ attributes }) => attributes.has("function"));

function isNand(cell: LibertyGroup): boolean {
  const [a, b, ...more] = pins(cell, "input").map(({ name }) => name);
  const outputs = pins(cell, "output");
  const text = outputs[0]?.attributes.get("function");
  if (a === undefined || b === undefined || more.length > 0 || outputs.length !== 1 || text === undefined) return false;
  return isNand2(text, [a, b]);
}

/** `NAND2X1`, `NAND2_X1`, `nand2_1`, `NAND2x1_ASAP7_75t_R`, `ND2D1`: of drive 1 by its name. */
const DRIVE_1 = /2[a-z]*[xd_]1(?!\d)/i;

/** The smallest NAND of drive 1, or the smallest of all when no name tells a drive. */
function smallestNand(cells: readonly LibertyGroup[], file: string): LibertyGroup | undefined {
  const nands = cells.filter(isNand).sort((a, b) => areaOf(a, file) - areaOf(b, file));
  return nands.find(({ name }) => DRIVE_1.test(name)) ?? nands[0];
}
