/** The area study: what variants cost in area, and a layer on them in energy. */
export * from "./fpga.ts";
export * from "./measure.ts";
export * from "./operands.ts";
export * from "./picture.ts";
export { areaStudyPage } from "./page.ts";
export * from "./points.ts";
export * from "./result.ts";
export * from "./run.ts";
export * from "./table.ts";
