/** Scratchpad and accumulator: banked memories with arbitration. */
export { Accumulator } from "./accumulator.ts";
export { BankedMemory, type BankedMemoryParams } from "./banked-memory.ts";
export { Scratchpad } from "./scratchpad.ts";
