/** The performance figures: bars as data, their measurement, and the table. */
export * from "./bars.ts";
export * from "./machine.ts";
export * from "./quantities.ts";
export * from "./result.ts";
export * from "./run.ts";
export * from "./table.ts";
