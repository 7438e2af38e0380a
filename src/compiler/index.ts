/**
 * The compiler: operations as steps (linear, attention, residual-norm), tilings, emission, order, semaphores, and the
 * program with its file format, memory map and listing.
 */
export * from "./program.ts";
export * from "./program-file.ts";
export * from "./tensors.ts";
export * from "./compile.ts";
export * from "./kernels.ts";
export * from "./attention-kernel.ts";
export * from "./minimum.ts";
export * from "./host-steps.ts";
export * from "./execute.ts";
export * from "./cost/index.ts";
export * from "./encoder.ts";
export * from "./fusion.ts";
export * from "./mapping.ts";
export * from "./pass-kernels.ts";
export * from "./memory-map.ts";
export * from "./disassemble.ts";
