/** Runs programs on the simulated accelerator: registers, counters, traces, comparison, hang and fault messages. */
export * from "./compare.ts";
export * from "./counters.ts";
export * from "./device.ts";
export * from "./encoder.ts";
export * from "./hang.ts";
export * from "./program.ts";
export * from "./reference.ts";
