import type { Params } from "../../config/index.ts";
import { COMMAND_BYTES } from "../../isa/index.ts";
import { beatCycles } from "./memory.ts";
import type { MemoryModel } from "./memory.ts";

/** Longest AXI burst. */
const BURST_BEATS = 256;

/** Cycles of `runs` runs of `bytes`: a run shorter than what the outstanding bursts cover is bound by latency. */
export function dmaCycles(
  params: Params,
  runs: number,
  bytes: number,
  outstanding: number,
  memory: MemoryModel,
): number {
  const beats = Math.ceil(bytes / params.beatBytes);
  const bursts = Math.ceil(beats / BURST_BEATS);
  return runs * Math.max(beats * beatCycles(params, memory), (bursts * memory.latencyCycles) / outstanding);
}

/** Cycles for which fetching `commands` commands occupies the read channel, which LOAD shares. */
export const fetchCycles = (params: Params, commands: number, memory: MemoryModel): number =>
  ((commands * COMMAND_BYTES) / params.beatBytes) * beatCycles(params, memory);
