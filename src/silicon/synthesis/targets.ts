import { fpgaRecipe } from "../fpga/recipe.ts";
import { parseLiberty } from "../technology/index.ts";
import { timingLibrary } from "../timing/index.ts";
import type { CellLibrary, SynthesisTarget } from "../types.ts";
import { cellRecipe, genericFigures, type CellFigures } from "./cell-recipe.ts";
import type { Recipe } from "./recipe.ts";

/** The recipe of a target. */
export function recipeFor(target: SynthesisTarget): Recipe {
  if (target.kind === "fpga") return fpgaRecipe(target.family);
  const { library } = target;
  const figures = library.liberty === undefined ? genericFigures : libertyFigures(library, library.liberty);
  return cellRecipe(library, { figures, delays: timingLibrary(library) });
}

function libertyFigures(library: CellLibrary, text: string): (cell: string) => CellFigures {
  const figures = new Map(
    parseLiberty({ text, file: library.name })
      .groups.filter(({ kind }) => kind === "cell")
      .map(({ name, attributes, groups }): [string, CellFigures] => {
        const area = Number(attributes.get("area") ?? 0);
        return [name, { ge: area / library.nand2Area, flipFlop: groups.some(({ kind }) => kind === "ff") }];
      }),
  );
  return (cell) => {
    const found = figures.get(cell);
    if (found === undefined) throw new Error(`cell ${cell} is not in library ${library.name}`);
    return found;
  };
}
