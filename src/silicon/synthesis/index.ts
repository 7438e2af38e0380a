/**
 * Synthesis: a design cut into its distinct modules, each mapped by itself with Yosys, in parallel and once only.
 *
 * - structure: what a module has inside, and which memories are macros.
 * - units: the pieces that are synthesised.
 * - recipe, targets: how a piece is mapped to cells or to an FPGA.
 * - netlist: a mapped piece, typed.
 * - synthesise: workers and cache.
 */
export { GENERIC_CELLS, GENERIC_LIBRARY, type GenericCell } from "./cells.ts";
export type { Bit, Netlist, NetlistCell, NetlistNet, NetlistPin, NetlistPort } from "./netlist.ts";
export { countCells, readNetlist } from "./netlist.ts";
export type { Recipe } from "./recipe.ts";
export {
  DEFAULT_MACRO_RULE,
  designStructure,
  isMacro,
  NO_MACROS,
  type ChildInstance,
  type DesignStructure,
  type MacroRule,
  type MemoryInstance,
  type ModuleStructure,
} from "./structure.ts";
export { synthesise, type Synthesis, type SynthesisOptions, type SynthesisProgress } from "./synthesise.ts";
export { flattenedUnit, fpgaUnits, synthesisUnits, type SynthesisUnit } from "./units.ts";
