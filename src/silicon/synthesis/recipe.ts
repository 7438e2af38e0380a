import type { ModuleSynthesis } from "../types.ts";
import type { Netlist } from "./netlist.ts";

/**
 * How one module is synthesised for a target, and what is read off the result. Plain functions of the target, so that
 * every worker makes its own.
 */
export interface Recipe {
  /**
   * Yosys commands from the module's sources to its mapped cells. Before them the module, the black boxes of its children
   * and nothing else have been read in, and the hierarchy's top is `top`; after them the netlist is written out. All of it is
   * part of the cache key.
   */
  readonly script: (top: string) => string;
  /** Only what is selected at the end of the script is written out: no black boxes. */
  readonly selected?: boolean;
  /** Libraries the script names, by file name: in Yosys' working directory, and part of the cache key. */
  readonly files: Readonly<Record<string, string>>;
  /** Part of the cache key: raised when `read` changes its result. */
  readonly version: number;
  /** What is kept of a mapped module; of a design in one piece (`flat`) no timing. Runs in the worker. */
  readonly read: (netlist: Netlist, flat: boolean) => ModuleSynthesis;
}
