/**
 * The cost report: what a configuration takes of area and time, and where.
 *
 * - measure: a configuration → its report.
 * - parts: the sum over the modules against the design as one piece.
 * - areas, rows, timing, build: sums over the tree of instances.
 * - terminal, compare-terminal: one report, or two side by side, as text.
 * - html: the same as pages, and the areas as a picture.
 * - schema, load: the report as data.
 */
export { renderCostComparison } from "./compare-terminal.ts";
export { differences, type Difference } from "./differences.ts";
export { renderComparisonPage } from "./html-compare.ts";
export { renderAreaPicture } from "./html-picture.ts";
export { renderCostPage } from "./html.ts";
export { isCostReport, loadCostReport } from "./load.ts";
export { measureCost, measureDesign, requantiserDesign, um2PerGe } from "./measure.ts";
export type { CostOptions, EnergyWish, MeasuredDesign, MeasureOptions, Technology } from "./options.ts";
export { Areas, type Area, type DesignParts } from "./areas.ts";
export { flattenedLogic } from "./parts.ts";
export { PUBLISHED_BLOCKS } from "./published.ts";
export * from "./schema.ts";
export { renderCostTerminal } from "./terminal.ts";
