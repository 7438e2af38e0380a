/** The cost model: what commands and programs cost in cycles. Correctness never depends on it. */
export * from "./memory.ts";
export * from "./dma.ts";
export * from "./gemm.ts";
export * from "./norm.ts";
export * from "./simulate.ts";
export * from "./gemm-timeline.ts";
export * from "./norm-timeline.ts";
export * from "./predict.ts";
