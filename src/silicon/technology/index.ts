/**
 * What silicon is made of: technology nodes, the areas, energies and access times of memory macros by a model or by the user's
 * table, and Liberty files.
 *
 * - figures: a constant with its source, and of what kind that is.
 * - nodes: µm² of a gate and of a bit, delays and energies at 130, 45, 28, 22, 16 and 7 nm, each with its source.
 * - macro-model: a memory's shape → its cost at a node.
 * - macro-table: a memory's shape → its cost by the user's macros.
 * - liberty: a Liberty file, read and checked.
 */
export { BASES, REFERENCES, SOURCES, type Basis, type Figure } from "./figures.ts";
export { parseLiberty, type LibertyGroup } from "./liberty-parse.ts";
export { checkLiberty, loadLiberty, type LibertyLibrary } from "./liberty.ts";
export { ACCESS_ENERGY, AREA_FITS, macroCost } from "./macro-model.ts";
export { loadMacroTable, macroTableSchema, tableCost, type MacroTable } from "./macro-table.ts";
export {
  nodeNames,
  REFERENCE_NODE,
  TECHNOLOGY_NODES,
  technologyNode,
  type NodeName,
  type TechnologyNode,
} from "./nodes.ts";
