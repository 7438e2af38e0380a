/** The GEMM engine: weight loader, activation issuer, operand readers, feeder, array, accumulation, row maxima. */
export { DRAINING_COMMANDS, GemmEngine, READ_LATENCY } from "./engine.ts";
export { gemmRetireLatency } from "./retirement.ts";
export { OPERAND_BUFFER_WORDS } from "./operand-reader.ts";
