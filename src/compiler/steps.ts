/**
 * Steps: a program before addresses are known. Operations describe their work as a list of steps in plain sequential order,
 * each naming the buffers it touches; emit.ts chooses when to allocate them and how early to fetch.
 */
import type { EngineName, PartialFields } from "../isa/index.ts";
import type { Placement } from "./pool.ts";
import type { BufferRecord } from "./program.ts";

export type LocalSpace = BufferRecord["space"];

/** A stretch of a local memory with one content: alive from the first step that names it to the last. */
export interface Buffer {
  readonly name: string;
  readonly space: LocalSpace;
  /** Scratchpad words, accumulator rows, or row slots. */
  readonly size: number;
  readonly placement: Placement;
  /** Valid while the buffer is allocated, -1 before. */
  address: number;
}

/** A new buffer; parameters and other long-lived contents go `"high"`. */
export function buffer(space: LocalSpace, name: string, size: number, placement: Placement = "low"): Buffer {
  return { name, space, size, placement, address: -1 };
}

/** A stretch of DRAM with a name; its offset is fixed when all are known. */
export interface RegionDraft {
  readonly name: string;
  readonly kind: "weights" | "parameters" | "host" | "activations";
  readonly bytes: number;
  offset: number;
  /** Fills the region of a fresh image, which is zero. */
  readonly fill?: (bytes: Uint8Array) => void;
}

/** `runs` runs of `runBytes` from `offset` inside a region, `stride` bytes apart. */
export interface DramRuns {
  readonly region: RegionDraft;
  readonly offset: number;
  readonly stride: number;
  readonly runs: number;
  readonly runBytes: number;
}

/** One command to be. `build` is called when all `buffers` have addresses. */
export type Step = {
  readonly [Engine in EngineName]: {
    readonly engine: Engine;
    readonly operation: number;
    /** May be issued ahead of its place, as soon as its buffers can be allocated and what it reads is there. */
    readonly prefetch: boolean;
    readonly buffers: readonly Buffer[];
    /** The one of `buffers` that the step fills, for other prefetched steps that read it. */
    readonly fills?: Buffer;
    readonly dram?: DramRuns;
    readonly build: () => PartialFields<Engine>;
  };
}[EngineName];
