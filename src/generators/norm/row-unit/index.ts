/** The row unit: from row sums to row factors, in the background. */
export { RowUnit, rowJobShape, rowUnitCycles } from "./row-unit.ts";
