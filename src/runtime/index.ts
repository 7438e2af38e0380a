/** Runs programs on the simulated accelerator: registers, counters, traces, hang and fault messages. */
export * from "./counters.ts";
export * from "./device.ts";
export * from "./hang.ts";
export * from "./traces.ts";
