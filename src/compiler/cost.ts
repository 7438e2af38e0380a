/**
 * What a command costs, from its fields alone: cycles for which its engine is occupied, and cycles until its results are
 * there. Used to choose tilings and to order commands; correctness never depends on it.
 */
import type { Params } from "../config/index.ts";
import { COMMAND_BYTES } from "../isa/index.ts";
import type { Command } from "../isa/index.ts";
import { queuesRowJob } from "./accesses.ts";

/** The memory that schedules are made for. */
export interface MemoryModel {
  /** Cycles from a request to its first beat, and from the last write beat to the response. */
  readonly latencyCycles: number;
}

export const defaultMemory: MemoryModel = { latencyCycles: 100 };

export interface CommandCost {
  /** Cycles until the engine can begin the next command. */
  readonly occupied: number;
  /** Cycles from the start to the retirement; at least `occupied`. */
  readonly latency: number;
  /** Cycles of row jobs queued at the end; they run in the background, one after another. */
  readonly rowJob: number;
}

/** Beats of `runs` runs of `bytes`: a run shorter than what the outstanding bursts cover is bound by latency. */
export function dmaCycles(
  params: Params,
  runs: number,
  bytes: number,
  outstanding: number,
  memory: MemoryModel,
): number {
  const beats = Math.ceil(bytes / params.beatBytes);
  const bursts = Math.ceil(beats / 256);
  return runs * Math.max(beats, (bursts * memory.latencyCycles) / outstanding);
}

/** Cycles for which fetching `commands` commands occupies the read channel, which LOAD shares. */
export const fetchCycles = (params: Params, commands: number): number => (commands * COMMAND_BYTES) / params.beatBytes;

/** Cycles of GEMM tiles: a tile cannot be shorter than the load of the next tile's weights. */
export function gemmCycles(params: Params, rows: number, kTiles: number, nTiles: number, transpose: boolean): number {
  return kTiles * nTiles * Math.max(rows, transpose ? params.cols : params.rows);
}

/** Smallest distance in cycles between two accesses of a NORM pass to the same row. */
const NORM_ROW_DISTANCE = 4;
/** Cycles of the row unit for one row. */
const ROW_JOB_CYCLES = 20;
const GEMM_PIPELINE = 10;
const NORM_PIPELINE = 16;

export const normCycles = (rows: number, slices: number): number => Math.max(rows, NORM_ROW_DISTANCE) * slices;

/** Cost of one command. */
export function commandCost(params: Params, command: Command, memory: MemoryModel = defaultMemory): CommandCost {
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
