/** Whole programs: the four engines, fetch, dispatch and semaphores together, from event to event. */
import type { Params } from "../../config/index.ts";
import { ENGINES } from "../../isa/index.ts";
import type { Command } from "../../isa/index.ts";
import { ReadChannel, WriteChannel } from "./channels.ts";
import { FetchTimeline } from "./fetch-timeline.ts";
import { GemmTimeline } from "./gemm-timeline.ts";
import { LoadTimeline } from "./load-timeline.ts";
import type { MemoryModel } from "./memory.ts";
import { PassTimeline, WordStream } from "./pass-timeline.ts";
import { StoreTimeline } from "./store-timeline.ts";

/** What a program is expected to take. Cycles count from the first in which it runs. */
export interface Prediction {
  /** Cycles that the program's counter will show. */
  readonly cycles: number;
  /** Start and retirement of each command, as the trace port will show them. */
  readonly start: Float64Array;
  readonly retire: Float64Array;
}

export interface PredictOptions {
  /** Place of the program's first command in memory, in commands: fetches end at multiples of their length. */
  readonly firstCommand?: number;
}

const [LOAD, STORE, GEMM, NORM] = [0, 1, 2, 3] as const;

/** The first fetch is asked for in this cycle, before the program's first. */
const FIRST_FETCH = -1;

/**
 * Predicts a program on a memory that never stalls. `commands` must be a sequential schedule with its semaphores, as
 * every compiled program is. An error is thrown when it deadlocks.
 */
export function predictProgram(
  params: Params,
  commands: readonly Command[],
  memory: MemoryModel,
  { firstCommand = 0 }: PredictOptions = {},
): Prediction {
  return new ProgramTimeline(params, commands, memory, firstCommand).run();
}

/** Commands that wait in front of an engine. */
interface Queue {
  /** Numbers of the commands dispatched, the first cycle in which each is at the head, and how many have started. */
  readonly commands: number[];
  readonly from: number[];
  started: number;
  retired: number;
}

class ProgramTimeline {
  readonly #depths: readonly number[];
  readonly #commands: readonly Command[];
  readonly #fetch: FetchTimeline;
  readonly #load: LoadTimeline;
  readonly #store: StoreTimeline;
  readonly #gemm: GemmTimeline;
  readonly #norm: PassTimeline;
  readonly #queues: readonly Queue[] = ENGINES.map(() => ({ commands: [], from: [], started: 0, retired: 0 }));
  readonly #retirements: readonly (readonly number[])[];
  readonly #counts: Int32Array;
  readonly #engineOf: Uint8Array;
  readonly #start: Float64Array;
  readonly #retire: Float64Array;
  #words: WordStream;
  /** GEMM was offered the head of its queue. */
  #offered = false;
  #normFrom = Infinity;
  #left: number;

  constructor(params: Params, commands: readonly Command[], memory: MemoryModel, firstCommand: number) {
    const reads = new ReadChannel(params, memory);
    const stream = new WordStream();
    this.#depths = ENGINES.map((engine) => params.queueDepths[engine]);
    this.#commands = commands;
    this.#words = stream;
    this.#fetch = new FetchTimeline(params, reads, commands.length, firstCommand, () =>
      Math.min(...ENGINES.map((_, e) => this.#room(e))),
    );
    this.#load = new LoadTimeline(params, reads);
    this.#store = new StoreTimeline(params, new WriteChannel(params, memory), stream);
    this.#gemm = new GemmTimeline(params);
    this.#norm = new PassTimeline(params, this.#gemm, stream);
    this.#retirements = [this.#load.retired, this.#store.retired, this.#gemm.retired, this.#norm.retired];
    this.#counts = new Int32Array(params.semaphores);
    this.#engineOf = Uint8Array.from(commands, ({ engine }) => ENGINES.indexOf(engine));
    this.#start = new Float64Array(commands.length);
    this.#retire = new Float64Array(commands.length);
    this.#left = commands.length;
  }

  run(): Prediction {
    let now = FIRST_FETCH;
    while (this.#left > 0) {
      this.#cycle(now);
      if (this.#left === 0) break;
      now = this.#walkNorm(now, this.#next(now));
      if (now === Infinity) throw new Error("the program never ends: no command that is left can start");
    }
    // One cycle after the last retirement everything is seen to be done; row jobs may go on for longer.
    for (let at = this.#norm.nextCycle(now); at < Infinity; at = this.#norm.nextCycle(at)) {
      this.#gemm.run(at + 1);
      this.#norm.step(at, undefined);
    }
    const cycles = Math.max(now + 1, this.#norm.idleFrom) + 1;
    return { cycles, start: this.#start, retire: this.#retire };
  }

  /** Everything that happens in cycle `now`. */
  #cycle(now: number): void {
    this.#post(now);
    const fetches = this.#fetch.asksFrom <= now;
    if (fetches) this.#fetch.ask(now);
    else if (this.#load.asksFrom <= now) this.#load.ask(now);
    this.#dispatch(now);
    if (this.#load.readyFrom <= now && this.#mayStart(LOAD, now)) {
      const fields = this.#begin(LOAD, now).fields;
      this.#load.start(now, fields as never);
    }
    if (this.#store.readyFrom <= now && this.#mayStart(STORE, now)) {
      const fields = this.#begin(STORE, now).fields;
      this.#store.start(now, fields as never);
    }
    this.#gemm.run(now);
    if (!this.#offered && this.#mayStart(GEMM, now)) {
      this.#offered = true;
      this.#gemm.offer(this.#head(GEMM).fields as never);
    }
    if (this.#gemm.run(now + 1) === now) this.#gemmStarts(now);
    if (this.#normFrom <= now || this.#mayStart(NORM, now)) this.#stepNorm(now);
  }

  #post(now: number): void {
    for (let e = 0; e < ENGINES.length; e++) {
      const queue = this.#queues[e]!;
      if (this.#retirements[e]![queue.retired] !== now) continue;
      const id = queue.commands[queue.retired]!;
      queue.retired++;
      this.#retire[id] = now;
      this.#left--;
      const { post } = this.#commands[id]!.fields;
      for (let mask = post; mask !== 0; mask &= mask - 1) this.#counts[31 - Math.clz32(mask & -mask)]!++;
    }
  }

  #dispatch(now: number): void {
    if (this.#fetch.offersFrom > now) return;
    const id = this.#fetch.next;
    const queue = this.#queues[this.#engineOf[id]!]!;
    if (!this.#hasPlace()) return;
    this.#fetch.give(now);
    queue.commands.push(id);
    queue.from.push(now + 1);
  }

  #head(engine: number): Command {
    const queue = this.#queues[engine]!;
    return this.#commands[queue.commands[queue.started]!]!;
  }

  /** The head of an engine's queue has its semaphores. */
  #mayStart(engine: number, now: number): boolean {
    const queue = this.#queues[engine]!;
    const from = queue.from[queue.started];
    if (from === undefined || from > now) return false;
    const { wait } = this.#head(engine).fields;
    for (let mask = wait; mask !== 0; mask &= mask - 1) {
      if (this.#counts[31 - Math.clz32(mask & -mask)]! === 0) return false;
    }
    return true;
  }

  #begin(engine: number, now: number): Command {
    const queue = this.#queues[engine]!;
    const id = queue.commands[queue.started]!;
    queue.started++;
    this.#start[id] = now;
    const command = this.#commands[id]!;
    for (let mask = command.fields.wait; mask !== 0; mask &= mask - 1) this.#counts[31 - Math.clz32(mask & -mask)]!--;
    return command;
  }

  #gemmStarts(now: number): void {
    this.#begin(GEMM, now);
    this.#offered = false;
  }

  #stepNorm(now: number): void {
    const offered = this.#mayStart(NORM, now) ? this.#head(NORM).fields : undefined;
    const pushed = this.#words.pushed.length;
    const taken = this.#norm.step(now, offered as never);
    if (this.#words.pushed.length > pushed) this.#store.advance();
    if (taken) this.#begin(NORM, now);
    this.#normFrom = taken ? now + 1 : this.#norm.nextCycle(now);
  }

  /** Walks NORM, and GEMM with it, for as long as nobody else does anything: gives the next cycle of all. */
  #walkNorm(now: number, next: number): number {
    let at = now;
    while (this.#normFrom < next) {
      const known = this.#eventsKnown();
      const until = this.#runGemm(at + 1, this.#normFrom);
      if (until < this.#normFrom || this.#eventsKnown() > known) return until;
      at = until;
      if (this.#gemm.run(at + 1) === at) this.#gemmStarts(at);
      this.#stepNorm(at);
      if (this.#eventsKnown() > known) return at + 1;
    }
    return this.#runGemm(at + 1, next);
  }

  /** Grows whenever a command of GEMM or NORM starts, a retirement becomes known, or STORE comes closer to its next. */
  #eventsKnown(): number {
    const [, store, gemm, norm] = this.#retirements;
    const started = this.#queues[GEMM]!.started + this.#queues[NORM]!.started + this.#store.progress;
    return started + store!.length + gemm!.length + norm!.length;
  }

  /** The next cycle in which something happens, NORM's walk and GEMM's aside. */
  #next(now: number): number {
    const soon = now + 1;
    let next = Math.min(this.#fetch.asksFrom, this.#load.asksFrom);
    const { offersFrom } = this.#fetch;
    if (offersFrom < next && this.#hasPlace()) next = offersFrom;
    for (let e = 0; e < ENGINES.length; e++) {
      const queue = this.#queues[e]!;
      const retires = this.#retirements[e]![queue.retired];
      if (retires !== undefined && retires < next) next = retires;
      const from = queue.from[queue.started];
      if (from === undefined || from >= next || (e === GEMM && this.#offered)) continue;
      if (from > now) next = from;
      else if (this.#mayStart(e, soon)) {
        if (e === NORM) {
          this.#normFrom = Math.min(this.#normFrom, soon);
          continue;
        }
        const ready = e === LOAD ? this.#load.readyFrom : e === STORE ? this.#store.readyFrom : soon;
        if (ready < next) next = ready;
      }
    }
    return Math.max(next, soon);
  }

  /** Places in the queue of an engine. */
  #room(engine: number): number {
    const { commands, started } = this.#queues[engine]!;
    return this.#depths[engine]! - (commands.length - started);
  }

  #hasPlace(): boolean {
    return this.#room(this.#engineOf[this.#fetch.next]!) > 0;
  }

  /** Walks GEMM ahead to `next`, or to an event of its own before it: gives the cycle after that event. */
  #runGemm(soon: number, next: number): number {
    const gemm = this.#gemm;
    const known = gemm.retired.length;
    while (gemm.time < next && (this.#offered || gemm.busy)) {
      if (gemm.advance(next)) {
        this.#gemmStarts(gemm.time - 1);
        return Math.max(soon, gemm.time);
      }
      if (gemm.retired.length > known) return Math.max(soon, Math.min(next, gemm.time, gemm.retired[known]!));
    }
    return next;
  }
}
