/** The GEMM engine: weight loader, activation issuer, operand readers, feeder, array, accumulation, row maxima. */
export { GemmEngine } from "./engine.ts";
