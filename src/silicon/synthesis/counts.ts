/** How many cells of each type a mapped module has, as Yosys counts them. */
import { z } from "zod";
import { CONSTANTS } from "./netlist.ts";

/** A number, or of newer versions an object with it. */
const count = z.union([
  z.number().int(),
  z.object({ count: z.coerce.number().int() }).transform(({ count: number }) => number),
]);
const fileSchema = z.object({
  modules: z.record(z.string(), z.object({ num_cells_by_type: z.record(z.string(), count) })),
});

/**
 * Cells of the module `top` in what Yosys' `stat -json` wrote, without instances of the modules named in `blackBoxes`. Throws
 * when the text is no such count.
 */
export function readCounts(json: string, top: string, blackBoxes: ReadonlySet<string>): Record<string, number> {
  const { modules } = fileSchema.parse(JSON.parse(json));
  const module = modules[`\\${top}`] ?? modules[top];
  if (module === undefined) throw new Error(`no count of module ${top}`);
  return Object.fromEntries(
    Object.entries(module.num_cells_by_type).filter(([type]) => !CONSTANTS.has(type) && !blackBoxes.has(type)),
  );
}
