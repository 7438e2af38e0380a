/**
 * The functional machine: memories, the four engines as functions on them, and their sequential execution. The oracle for
 * the compiler and, tensor by tensor, for the hardware.
 */
export * from "./fault.ts";
export * from "./machine.ts";
export { parameterRows } from "./norm-check.ts";
export type { Dram } from "./dma.ts";
export type { MachineState, RowMemory } from "./state.ts";
