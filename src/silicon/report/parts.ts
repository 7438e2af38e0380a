import type { Design } from "../../hdl/index.ts";
import { DEFAULT_MACRO_RULE, flattenedUnit, synthesise } from "../synthesis/index.ts";
import { Areas } from "./areas.ts";
import type { MeasuredDesign, MeasureOptions } from "./options.ts";
import type { FlattenedReport } from "./schema.ts";

/**
 * A design that was measured module by module, synthesised as one piece; macros stay outside of both. What the sum has too
 * much are constants, unused outputs and equal registers that only the whole shows. For small designs: time and memory grow
 * faster than size. Errors: those of `synthesise`.
 */
export async function flattenedLogic(
  design: Design,
  { structure, modules, macroCost }: MeasuredDesign,
  options: MeasureOptions,
): Promise<FlattenedReport> {
  const { technology, macroRule = DEFAULT_MACRO_RULE } = options;
  const target = { kind: "cells", library: technology.library } as const;
  const flattened = await synthesise([flattenedUnit(design, macroRule)], { ...options, target });
  const { ge: logicGe, flipFlops } = flattened.modules.get(structure.top)!;
  const { ge, sramGe } = new Areas({ structure, modules, macroCost }).module(structure.top);
  return { logicGe, flipFlops, difference: (ge - sramGe) / logicGe - 1 };
}
