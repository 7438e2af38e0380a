import type { ModuleSynthesis, ModuleTiming } from "../types.ts";
import type { Netlist } from "./netlist.ts";

/**
 * How one module is synthesised for a target, and what is read off the result. Plain functions of the target, so that
 * every worker makes its own.
 */
export interface Recipe {
  /**
   * Yosys commands from the module's sources to its mapped cells. Before them the module, the black boxes of its children
   * and nothing else have been read in, and the hierarchy's top is `top`; after them its cells are counted, or its netlist is
   * written out. All of it is part of the cache key.
   */
  readonly script: (top: string) => string;
  /** Libraries the script names, by file name: in Yosys' working directory, and part of the cache key. */
  readonly files: Readonly<Record<string, string>>;
  /** Part of the cache key: raised when `figures` or `timing` change their results. */
  readonly version: number;
  /** What a module costs that has these cells, by type. Runs in the worker. */
  readonly figures: (cells: Readonly<Record<string, number>>) => Pick<ModuleSynthesis, "ge" | "flipFlops">;
  /** Static timing of a mapped module; without it nothing but the cells' numbers is kept. Runs in the worker. */
  readonly timing: ((netlist: Netlist) => ModuleTiming) | undefined;
}
