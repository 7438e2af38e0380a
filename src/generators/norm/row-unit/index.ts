/** The row unit: from row sums to row factors, in the background. */
export { RowUnit, rowJobShape } from "./row-unit.ts";
