/**
 * What a command costs, from its fields alone: cycles for which its engine is occupied, and cycles until its results are
 * there. Used to choose tilings and to order commands; correctness never depends on it.
 */
import type { Params } from "../../config/index.ts";
import type { Command } from "../../isa/index.ts";
import { queuesRowJob } from "../accesses.ts";
import { dmaCycles } from "./dma.ts";
import { gemmCycles } from "./gemm.ts";
import { defaultMemory } from "./memory.ts";
import type { MemoryModel } from "./memory.ts";
import { normCycles, ROW_JOB_CYCLES } from "./norm.ts";

export interface CommandCost {
  /** Cycles until the engine can begin the next command. */
  readonly occupied: number;
  /** Cycles from the start to the retirement; at least `occupied`. */
  readonly latency: number;
  /** Cycles of row jobs queued at the end; they run in the background, one after another. */
  readonly rowJob: number;
}

const GEMM_PIPELINE = 10;
const NORM_PIPELINE = 16;

/** Cost of one command. */
export function commandCost(
  params: Params,
  command: Command,
  memory: MemoryModel = defaultMemory(params),
): CommandCost {
  switch (command.engine) {
    case "load": {
      const { runs, runLength, space } = command.fields;
      const bytes = runLength * (space === 1 ? params.accumulatorRowBytes : params.wordBytes);
      const occupied = dmaCycles(params, runs, bytes, params.outstandingReads, memory);
      return { occupied, latency: occupied + memory.latencyCycles, rowJob: 0 };
    }
    case "store": {
      const { runs, runLength } = command.fields;
      const bytes = runLength * params.wordBytes;
      const occupied = dmaCycles(params, runs, bytes, params.outstandingWrites, memory);
      return { occupied, latency: occupied + memory.latencyCycles, rowJob: 0 };
    }
    case "gemm": {
      const { rows, kTiles, nTiles, transpose } = command.fields;
      const occupied = gemmCycles(params, rows, kTiles, nTiles, transpose === 1);
      return { occupied, latency: occupied + params.rows + params.cols + GEMM_PIPELINE, rowJob: 0 };
    }
    case "norm": {
      const { rows, slices } = command.fields;
      const occupied = normCycles(rows, slices);
      const rowJob = queuesRowJob(command.fields) ? rows * ROW_JOB_CYCLES : 0;
      return { occupied, latency: occupied + NORM_PIPELINE, rowJob };
    }
  }
}
