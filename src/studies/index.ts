/** Studies: many benchmarks in a row, with what they are held against. */
export * from "./measure.ts";
export * from "./accuracy/index.ts";
export * from "./area/index.ts";
export * from "./figures/index.ts";
export * from "./sweep/index.ts";
