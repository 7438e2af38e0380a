import type { Params } from "../config/index.ts";

/** What the norm unit keeps for each row slot. */
export interface RowMemory {
  /** Written by GEMM with trackMax, s32. */
  readonly max: Int32Array;
  /** Σ exp (u28) or Σ x (s27). */
  readonly sum: Float64Array;
  /** Σ x², u41. */
  readonly squares: Float64Array;
  /** Factors written by row jobs: r u11, shift u5, mean s19; of I-BERT's LayerNorm r u14 and mean s15. */
  readonly r: Int32Array;
  readonly shift: Uint8Array;
  readonly mean: Int32Array;
  /** Number of the last row job of the slot, counted from 1; 0 when there was none. */
  readonly job: Float64Array;
}

/** All memories of the machine. They keep their contents from one program to the next, as the hardware's do. */
export interface MachineState {
  /** Words of `wordBytes`, one after the other. */
  readonly scratchpad: Uint8Array;
  /** Rows of `cols` elements. */
  readonly accumulator: Int32Array;
  /** The same memory as bytes, little endian, for DMA. */
  readonly accumulatorBytes: Uint8Array;
  readonly rows: RowMemory;
  /** Bytes from NORM to STORE that STORE has not taken yet, oldest first. */
  readonly stream: StreamFifo;
  readonly semaphores: Uint8Array;
  /** Row jobs queued so far, and how many of them are known to have finished. */
  jobsQueued: number;
  jobsFinished: number;
}

/** A first-in first-out store of bytes; remembers which command supplied the oldest byte. */
class StreamFifo {
  #chunks: { readonly bytes: Uint8Array; readonly command: number }[] = [];
  #taken = 0;
  #length = 0;

  /** Bytes waiting. */
  get length(): number {
    return this.#length;
  }

  /** Index of the command that supplied the oldest byte, or -1. */
  get oldestCommand(): number {
    return this.#chunks[0]?.command ?? -1;
  }

  push(bytes: Uint8Array, command: number): void {
    if (bytes.length === 0) return;
    this.#chunks.push({ bytes, command });
    this.#length += bytes.length;
  }

  /** Moves the oldest `target.length` bytes into `target`; false, and nothing moved, when there are fewer. */
  take(target: Uint8Array): boolean {
    if (target.length > this.#length) return false;
    let filled = 0;
    while (filled < target.length) {
      const { bytes } = this.#chunks[0]!;
      const count = Math.min(bytes.length - this.#taken, target.length - filled);
      target.set(bytes.subarray(this.#taken, this.#taken + count), filled);
      filled += count;
      this.#taken += count;
      if (this.#taken === bytes.length) {
        this.#chunks.shift();
        this.#taken = 0;
      }
    }
    this.#length -= target.length;
    return true;
  }

  clear(): void {
    this.#chunks = [];
    this.#taken = 0;
    this.#length = 0;
  }
}

/**
 * Fresh memories: zero, or random from `poison`. A correct program gives the same DRAM image for every poison, because
 * it never lets a word it has not written reach a result.
 */
export function createState(params: Params, poison: number | undefined): MachineState {
  const accumulator = new Int32Array(params.accumulatorRows * params.cols);
  const slots = params.rowSlots;
  const state: MachineState = {
    scratchpad: new Uint8Array(params.scratchpadWords * params.wordBytes),
    accumulator,
    accumulatorBytes: new Uint8Array(accumulator.buffer),
    rows: {
      max: new Int32Array(slots),
      sum: new Float64Array(slots),
      squares: new Float64Array(slots),
      r: new Int32Array(slots),
      shift: new Uint8Array(slots),
      mean: new Int32Array(slots),
      job: new Float64Array(slots),
    },
    stream: new StreamFifo(),
    semaphores: new Uint8Array(params.semaphores),
    jobsQueued: 0,
    jobsFinished: 0,
  };
  if (poison !== undefined) poisonState(state, poison);
  return state;
}

/** Fills scratchpad, accumulator and row maxima with noise (xorshift32). */
function poisonState(state: MachineState, seed: number): void {
  let x = (seed ^ 0x9e3779b9) | 1;
  const next = (): number => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return x;
  };
  for (let i = 0; i < state.scratchpad.length; i++) state.scratchpad[i] = next() >>> 11;
  for (let i = 0; i < state.accumulator.length; i++) state.accumulator[i] = next();
  for (let i = 0; i < state.rows.max.length; i++) state.rows.max[i] = next();
}
