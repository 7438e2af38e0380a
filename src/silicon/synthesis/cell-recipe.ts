import { analyseTiming, type TimingLibrary } from "../timing/index.ts";
import type { CellLibrary, ModuleSynthesis } from "../types.ts";
import { GENERIC_CELLS, genericGenlib, genericLiberty } from "./cells.ts";
import type { Recipe } from "./recipe.ts";

/** ABC's `compress2rs`, spelt out: its aliases are in a file that the WebAssembly build does not have. */
const COMPRESS = [
  "balance,-l",
  "resub,-K,6,-l",
  "rewrite,-l",
  "resub,-K,6,-N,2,-l",
  "refactor,-l",
  "resub,-K,8,-l",
  "balance,-l",
  "resub,-K,8,-N,2,-l",
  "rewrite,-l",
  "resub,-K,10,-l",
  "rewrite,-z,-l",
  "resub,-K,10,-N,2,-l",
  "balance,-l",
  "resub,-K,12,-l",
  "refactor,-z,-l",
  "resub,-K,12,-N,2,-l",
  "rewrite,-z,-l",
  "balance,-l",
];

/** Equivalent nodes merged, the graph made smaller, then cells chosen for area. `ifraig` merges as much in ten times the time. */
const ABC_SCRIPT = `+${["strash", "&get,-n", "&fraig", "&put", ...COMPRESS, "dch,-f", "amap"].join(";")}`;

const LIBERTY = "cells.lib";
const GENLIB = "cells.genlib";

/** What the figures of a mapped module need to know of a library. */
export interface CellFigures {
  readonly ge: number;
  readonly flipFlop: boolean;
}

/** What a mapped module is read with. */
export interface CellTables {
  readonly figures: (cell: string) => CellFigures;
  readonly delays: TimingLibrary | undefined;
}

/** Raised whenever areas or timing of the same netlist come out otherwise: results in the cache are then made anew. */
const VERSION = 1;

/** Standard cells for area: Booth multipliers, then ABC. With the generic set when `library` has no Liberty text. */
export function cellRecipe(library: CellLibrary, { figures, delays }: CellTables): Recipe {
  const generic = library.liberty === undefined;
  const logic = generic ? `-genlib ${GENLIB}` : `-liberty ${LIBERTY}`;
  return {
    // `synth` without its own call of ABC, whose result ours would have to undo.
    script: (top) =>
      [
        `synth -booth -noabc -top ${top}`,
        `dfflibmap -liberty ${LIBERTY}`,
        `abc ${logic} -script ${ABC_SCRIPT}`,
        // Undone by nothing: a mapped constant is a bit, not a cell.
        "opt_clean",
        `read_liberty -lib -ignore_miss_func ${LIBERTY}`,
      ].join("\n"),
    files: {
      [LIBERTY]: library.liberty ?? genericLiberty(),
      ...(generic && { [GENLIB]: genericGenlib() }),
    },
    version: VERSION,
    figures: (cells) => figuresOf(cells, figures),
    timing: delays && ((netlist) => analyseTiming(netlist, delays)),
  };
}

function figuresOf(
  cells: Readonly<Record<string, number>>,
  figures: CellTables["figures"],
): Pick<ModuleSynthesis, "ge" | "flipFlops"> {
  let ge = 0;
  let flipFlops = 0;
  for (const [cell, count] of Object.entries(cells)) {
    const figure = figures(cell);
    ge += count * figure.ge;
    if (figure.flipFlop) flipFlops += count;
  }
  return { ge, flipFlops };
}

/** Figures of the generic set. Throws for another cell: the recipe left logic unmapped. */
export function genericFigures(cell: string): CellFigures {
  const found = GENERIC_CELLS.find(({ name }) => name === cell);
  if (found === undefined) throw new Error(`cell ${cell} is not in the library`);
  return { ge: found.ge, flipFlop: found.logic === undefined };
}
