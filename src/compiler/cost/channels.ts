/** The memory's two data channels, burst by burst: latency, bandwidth, order. */
import type { Params } from "../../config/index.ts";
import type { MemoryModel } from "./memory.ts";

/**
 * Beats of one direction. The bandwidth below a beat a cycle is an allowance that grows by `bytesPerCycle` and of which
 * a beat takes its bytes; it is never more than a beat and a cycle's growth.
 */
class BeatChannel {
  readonly #beatBytes: number;
  readonly #rate: number;
  #allowance: number;
  #counted = 0;

  constructor(params: Params, { bytesPerCycle }: MemoryModel) {
    this.#beatBytes = params.beatBytes;
    this.#rate = bytesPerCycle;
    this.#allowance = this.#rate + this.#beatBytes;
  }

  /** Cycles of the first and last of `beats` beats that could begin in `from`, `interval` cycles apart at least. */
  move(beats: number, from: number, interval: number): readonly [first: number, last: number] {
    const rate = this.#rate;
    const bytes = this.#beatBytes;
    if (rate >= bytes) return [from, from + (beats - 1) * interval];
    const most = rate + bytes;
    const allowance = Math.min(most, this.#allowance + (from - this.#counted) * rate);
    const wait = Math.max(0, Math.ceil((bytes - allowance) / rate));
    const first = from + wait;
    const atFirst = Math.min(most, allowance + wait * rate);
    const last = first + Math.max((beats - 1) * interval, Math.ceil((beats * bytes - atFirst) / rate));
    this.#allowance = Math.min(most, atFirst + (last - first) * rate - (beats - 1) * bytes) - bytes;
    this.#counted = last;
    return [first, last];
  }
}

/** Reads: bursts are answered in the order in which they were asked for. */
export class ReadChannel {
  readonly #beats: BeatChannel;
  readonly #latency: number;
  #free = 0;

  constructor(params: Params, memory: MemoryModel) {
    this.#beats = new BeatChannel(params, memory);
    this.#latency = memory.latencyCycles;
  }

  /** A burst whose address is taken in `cycle`; gives the cycles of its first and last beat on the bus. */
  read(cycle: number, beats: number, interval: number): readonly [first: number, last: number] {
    const [first, last] = this.#beats.move(beats, Math.max(cycle + 1 + this.#latency, this.#free), interval);
    this.#free = last + interval;
    return [first, last];
  }
}

/** Writes: a response follows the last beat of its burst. */
export class WriteChannel {
  readonly #beats: BeatChannel;
  readonly #latency: number;
  #answered = -1;

  constructor(params: Params, memory: MemoryModel) {
    this.#beats = new BeatChannel(params, memory);
    this.#latency = memory.latencyCycles;
  }

  /** The cycle in which a beat is taken that is on the bus from `cycle` on. */
  write(cycle: number): number {
    return this.#beats.move(1, cycle, 1)[1];
  }

  /** The cycle of the response to a burst whose last beat is taken in `cycle`. */
  respond(cycle: number): number {
    this.#answered = Math.max(cycle + 1 + this.#latency, this.#answered + 1);
    return this.#answered;
  }
}
