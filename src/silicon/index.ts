/**
 * What a variant costs in silicon.
 *
 * - synthesis: distinct modules mapped to cells with Yosys.
 * - technology: nodes, memory macros, Liberty files.
 * - fpga: distinct modules mapped to the cells of FPGAs.
 * - timing: the longest paths, estimated.
 * - energy: a workload's energy, from what changes in a run of the RTL.
 * - report: everything summed up.
 */
export * from "./energy/index.ts";
export * from "./fpga/index.ts";
export * from "./report/index.ts";
export * from "./synthesis/index.ts";
export * from "./technology/index.ts";
export type * from "./types.ts";
