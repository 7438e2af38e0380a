/** The LOAD engine: when bursts are asked for, and when the data of each command have been written. */
import type { Params } from "../../config/index.ts";
import { startedLoads } from "../../generators/dma/index.ts";
import { LOAD_SPACES } from "../../isa/index.ts";
import type { LoadFields } from "../../isa/index.ts";
import { burstsOf } from "./bursts.ts";
import type { ReadChannel } from "./channels.ts";

/** Cycles from a request to the address on the bus, and from a beat on the bus to the engine. */
const ADDRESS_REGISTER = 1;
const BEAT_REGISTER = 1;
/** Cycles from the last write to retirement. */
const TO_RETIRE = 1;

/** Asks burst by burst; a burst's data are known when it is asked for, since the channel answers in order. */
export class LoadTimeline {
  /** Cycle of each command's retirement, in order; known when its last burst has been asked for. */
  readonly retired: number[] = [];
  readonly #params: Params;
  readonly #channel: ReadChannel;
  /** Cycle in which the last beat of each burst arrives. */
  readonly #arrived: number[] = [];
  /** Cycle in which each command's last word or row is written. */
  readonly #finished: number[] = [];
  #bursts: readonly number[] = [];
  #next = 0;
  #units = 1;
  #from = 0;
  #started = 0;

  constructor(params: Params, channel: ReadChannel) {
    this.#params = params;
    this.#channel = channel;
  }

  /** The next cycle in which a burst can be asked for; Infinity when there is none. */
  get asksFrom(): number {
    if (this.#next === this.#bursts.length) return Infinity;
    const slot = this.#arrived[this.#arrived.length - this.#params.outstandingReads];
    return Math.max(this.#from, slot === undefined ? 0 : slot + 1);
  }

  /** Asks for the next burst in cycle `now`, at `asksFrom` or later. */
  ask(now: number): void {
    const beats = this.#bursts[this.#next]!;
    this.#next++;
    this.#from = now + 1;
    const [, last] = this.#channel.read(now + ADDRESS_REGISTER, beats, this.#units);
    const arrives = last + BEAT_REGISTER;
    this.#arrived.push(arrives);
    if (this.#next < this.#bursts.length) return;
    const finished = arrives + this.#units - 1;
    this.#finished.push(finished);
    this.retired.push(finished + TO_RETIRE);
  }

  /** First cycle in which another command can start; Infinity while bursts have to be asked for before. */
  get readyFrom(): number {
    if (this.#next < this.#bursts.length) return Infinity;
    // Places in the FIFO of started commands: each leaves it when its predecessor's data are there.
    const waiting = this.#finished[this.#started - 1 - startedLoads(this.#params)];
    return waiting === undefined ? 0 : waiting + 1;
  }

  /** Starts a command in cycle `now`, at `readyFrom` or later. */
  start(now: number, fields: LoadFields): void {
    const { wordBytes, accumulatorRowBytes, beatBytes } = this.#params;
    const unitBytes = fields.space === LOAD_SPACES.accumulator ? accumulatorRowBytes : wordBytes;
    this.#bursts = burstsOf(this.#params, fields, unitBytes);
    this.#next = 0;
    this.#units = Math.max(1, beatBytes / unitBytes);
    this.#from = now + 1;
    this.#started++;
  }
}
