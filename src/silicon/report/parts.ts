import type { Design } from "../../hdl/index.ts";
import { DEFAULT_MACRO_RULE, flattenedUnit, GENERIC_LIBRARY, synthesise } from "../synthesis/index.ts";
import type { MacroCost } from "../types.ts";
import { Areas } from "./areas.ts";
import { measureDesign, type MeasureOptions } from "./measure.ts";

/** Logic of a design in gate equivalents, macros left out: summed over its modules, and synthesised as one piece. */
export interface SumOfParts {
  readonly parts: number;
  readonly whole: number;
}

/** Macros stand outside of both. */
const FREE: MacroCost = {
  ge: 0,
  um2: undefined,
  readPicojoules: 0,
  writePicojoules: 0,
  accessPicoseconds: 0,
  source: "left out",
};

/**
 * What module by module loses or gains against one piece: constants and unused outputs that only the whole shows. With the
 * generic cells. For small designs: one piece of 50,000 GE takes 40 CPU seconds, of 250,000 GE more than ten minutes.
 */
export async function sumOfParts(design: Design, options: Omit<MeasureOptions, "technology">): Promise<SumOfParts> {
  const { macroRule = DEFAULT_MACRO_RULE } = options;
  const technology = { library: GENERIC_LIBRARY };
  const { structure, modules } = await measureDesign(design, { ...options, technology });
  const parts = new Areas({ structure, modules, macroCost: () => FREE }).module(structure.top).ge;
  const target = { kind: "cells", library: GENERIC_LIBRARY } as const;
  const flattened = await synthesise([flattenedUnit(design, macroRule)], { ...options, target });
  return { parts, whole: flattened.modules.get(structure.top)!.ge };
}
