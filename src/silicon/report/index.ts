/**
 * The cost report: what a configuration takes of area and time, and where.
 *
 * - measure: a configuration → its report.
 * - areas, rows, timing, build: sums over the tree of instances.
 * - terminal: the report as text.
 * - schema: the report as data.
 */
export { measureCost, measureDesign, requantiserDesign, um2PerGe } from "./measure.ts";
export type { MeasuredDesign, MeasureOptions, Technology } from "./measure.ts";
export { Areas, type Area, type DesignParts } from "./areas.ts";
export { PUBLISHED_BLOCKS } from "./published.ts";
export * from "./schema.ts";
export { renderCostTerminal } from "./terminal.ts";
