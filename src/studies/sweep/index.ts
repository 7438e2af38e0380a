/** Sweeps over memory sizes and fusions: grid, points, tables, heat maps. */
export * from "./grid.ts";
export * from "./heatmap.ts";
export * from "./page.ts";
export * from "./result.ts";
export * from "./run.ts";
export * from "./store.ts";
export * from "./table.ts";
