import type { Params } from "../../config/index.ts";

/** The memory that schedules are made for: the same each way, in order, one burst after another. */
export interface MemoryModel {
  /** Cycles from a request to its first beat, and from the last write beat to the response. */
  readonly latencyCycles: number;
  /** Bytes it moves in a cycle; at most a DMA beat counts. */
  readonly bytesPerCycle: number;
}

/** Latency for which programs are compiled when nothing else is said. */
export const DEFAULT_LATENCY_CYCLES = 100;

/** The memory for which programs are compiled when nothing else is said: a DMA beat a cycle. */
export const defaultMemory = (params: Params): MemoryModel => ({
  latencyCycles: DEFAULT_LATENCY_CYCLES,
  bytesPerCycle: params.beatBytes,
});

/** Cycles from one beat to the next; 1 when the memory is as wide as the DMA. */
export const beatCycles = (params: Params, memory: MemoryModel): number =>
  Math.max(1, params.beatBytes / memory.bytesPerCycle);
