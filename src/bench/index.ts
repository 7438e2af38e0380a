/** Benchmarks: kernels and layers with random data, run on the RTL and compared with the reference. */
export * from "./array-speed.ts";
export * from "./attention.ts";
export * from "./layer.ts";
export * from "./matmul.ts";
export * from "./passes.ts";
export * from "./run.ts";
export * from "./shape.ts";
export * from "./simulators.ts";
export * from "./testbench-speed.ts";
export * from "./workload.ts";
export * from "./workloads.ts";
