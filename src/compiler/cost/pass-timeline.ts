/** The NORM engine, cycle by cycle: what its RTL does with a sequence of passes. */
import type { Params } from "../../config/index.ts";
import {
  normFeatures,
  normStages,
  ROW_JOBS,
  ROW_SUM_DISTANCE,
  STREAM_DEPTH,
  treeCycles,
} from "../../generators/norm/index.ts";
import type { NormFields } from "../../isa/index.ts";
import type { GemmTimeline } from "./gemm-timeline.ts";
import { PassWalk } from "./pass-walk.ts";
import type { Operation } from "./pass-walk.ts";
import { RowJobs } from "./row-jobs.ts";

/** A preload's row on its way to its write. */
interface Write {
  readonly cycle: number;
  readonly target: number;
  readonly last: boolean;
  readonly place: number;
}

/** Cycles in which row sums are read by operations that are under way; more than the pipeline is long. */
const SUM_READS = 64;

/** Words of the stream to STORE: when NORM has a word there, and when STORE asks for it. */
export class WordStream {
  /** Cycle in which each word is pushed, in order. */
  readonly pushed: number[] = [];
  /** Cycle in which each word is asked for, as far as it is known. */
  readonly asked: number[] = [];
}

/**
 * Walks sequencer, loops, pipeline and writer. The pipeline never stops, so an operation's way is known when it enters;
 * what is walked cycle by cycle is the entering, which banks, the stream and the row unit can hold up.
 */
export class PassTimeline {
  /** Cycle of each command's retirement, in order. */
  readonly retired: number[] = [];
  readonly stream: WordStream;

  readonly #params: Params;
  readonly #gemm: GemmTimeline;
  readonly #rowUnit: RowJobs;
  readonly #output: number;
  /** Cycles from the entering of an operation that sums to the read of the row's sum, and to the write of the last one. */
  readonly #toSumRead: number;
  readonly #toPassDone: number;
  #state: "idle" | "check" | "run" = "idle";
  #fields: NormFields | undefined;
  /** The pass that waits to start, the one that is walked, and the one that operations belong to. */
  #next: PassWalk | undefined;
  #walk: PassWalk | undefined;
  #entering: PassWalk | undefined;
  #issue: Operation | undefined;
  /** Cycle of the last result of the pass in each of the two places; Infinity while it is not known. */
  readonly #ends = [-1, -1];
  #place = 0;
  #passPlace = 0;
  #afterPreload = false;
  #jobsStarted = 0;
  #gapGiven = false;
  readonly #sumReads = new Float64Array(SUM_READS).fill(-1);
  #writes: Write[] = [];
  #roomTaken = 0;
  #asked = 0;
  /** Cycles in which an operation was held up by a memory or by the stream. */
  memoryWait = 0;

  constructor(params: Params, gemm: GemmTimeline, stream: WordStream) {
    const features = normFeatures(params);
    const stages = normStages(features);
    this.#params = params;
    this.#gemm = gemm;
    this.stream = stream;
    this.#rowUnit = new RowJobs(params);
    this.#output = stages.output;
    this.#toSumRead = stages.affine + treeCycles(params.lanes) - 1;
    this.#toPassDone = this.#toSumRead + 2;
  }

  /** The next cycle to be walked after `now` when no command is offered; Infinity when nothing moves by itself. */
  nextCycle(now: number): number {
    return this.#state === "idle" ? Math.max(now + 1, this.#rowUnit.asksFrom) : now + 1;
  }

  /** First cycle in which nothing is left to do; valid when nothing moves any more. */
  get idleFrom(): number {
    return Math.max(0, (this.#rowUnit.done.at(-1) ?? -1) + 1, this.#ends[0]! + 1, this.#ends[1]! + 1);
  }

  /** Walks cycle `now`; whether the offered command is taken in it. GEMM must have been walked to the end of `now`. */
  step(now: number, offered: NormFields | undefined): boolean {
    const sumReadWaits = this.#stepRowUnit(now);
    const walk = this.#walk;
    const done = walk === undefined && this.#issue === undefined;
    const takes = offered !== undefined && (this.#state === "idle" || (this.#state === "run" && done));
    const starts = this.#state === "check" && this.#mayStart(now);

    const issue = this.#issue;
    const fires = issue !== undefined && this.#mayEnter(now, issue, sumReadWaits);
    if (fires) this.#enter(now, issue);
    if (fires) this.#issue = undefined;
    if (walk !== undefined) this.#walkOn(now, walk);
    if (this.#state === "run" && done) this.#state = "idle";
    if (starts) this.#start();
    if (takes) {
      this.#fields = offered;
      this.#state = "check";
    }
    return takes;
  }

  #stepRowUnit(now: number): boolean {
    if (this.#rowUnit.asksFrom > now) {
      this.#gapGiven = false;
      return false;
    }
    if (this.#sumReads[now % SUM_READS] === now) return true;
    this.#rowUnit.read(now);
    this.#gapGiven = false;
    return false;
  }

  #mayStart(now: number): boolean {
    const { readsFactors, sums, preload } = this.#pending().traits;
    let jobs = this.#jobsStarted;
    for (let i = this.#rowUnit.done.length - 1; i >= 0; i--) {
      if (this.#rowUnit.done[i]! < now) {
        jobs -= i + 1;
        break;
      }
    }
    const waits =
      this.#ends[this.#place]! >= now ||
      (readsFactors && jobs > this.#fields!.pendingRowJobs) ||
      (sums && jobs === ROW_JOBS) ||
      ((preload || this.#afterPreload) && (this.#ends[0]! >= now || this.#ends[1]! >= now));
    return !waits;
  }

  /** The pass of the command that was taken and has not started. */
  #pending(): PassWalk {
    this.#next ??= new PassWalk(this.#params, this.#fields!, ROW_SUM_DISTANCE);
    return this.#next;
  }

  #start(): void {
    const walk = this.#pending();
    const { sums, preload, name } = walk.traits;
    this.#next = undefined;
    this.#walk = walk;
    this.#entering = walk;
    this.#state = "run";
    if (sums) {
      this.#jobsStarted++;
      this.#rowUnit.announce(this.#fields!.rows, name === "exp");
    }
    this.#passPlace = this.#place;
    this.#ends[this.#place] = Infinity;
    this.#place = 1 - this.#place;
    this.#afterPreload = preload;
  }

  #mayEnter(now: number, issue: Operation, sumReadWaits: boolean): boolean {
    const { traits } = this.#entering!;
    const gap = traits.sums && sumReadWaits && !this.#gapGiven;
    this.#gapGiven ||= gap;
    if (issue.takesRoom && !this.#hasRoom(now)) {
      this.memoryWait++;
      return false;
    }
    if (gap) return false;
    const { activationAddress, weightAddress, reads } = this.#gemm;
    const denied =
      traits.preload && issue.isRow
        ? this.#sameBank(activationAddress, issue.address) || this.#sameBank(weightAddress, issue.address)
        : reads.uses(now, issue.address);
    if (denied) this.memoryWait++;
    return !denied;
  }

  /** Whether a scratchpad word, if there is one, is in the bank of another. */
  #sameBank(word: number, other: number): boolean {
    return word >= 0 && ((word ^ other) & (this.#params.scratchpadBanks - 1)) === 0;
  }

  #hasRoom(now: number): boolean {
    const { asked } = this.stream;
    while (this.#asked < asked.length && asked[this.#asked]! < now) this.#asked++;
    return this.#roomTaken - this.#asked < STREAM_DEPTH;
  }

  #enter(now: number, issue: Operation): void {
    const { sums, preload } = this.#entering!.traits;
    if (issue.takesRoom) this.#roomTaken++;
    if (issue.pushes) this.stream.pushed.push(now + this.#output);
    if (!issue.isRow) return;
    if (sums) {
      const read = now + this.#toSumRead;
      this.#sumReads[read % SUM_READS] = read;
      if (issue.last) this.#rowUnit.passDone(now + this.#toPassDone);
    }
    if (preload) {
      const { target, last } = issue;
      this.#writes.push({ cycle: now + this.#output, target, last, place: this.#passPlace });
    } else if (issue.last) this.#end(now + this.#output, this.#passPlace);
  }

  #end(cycle: number, place: number): void {
    this.#ends[place] = cycle;
    this.retired.push(cycle + 1);
  }

  #walkOn(now: number, walk: PassWalk): void {
    const { preload } = walk.traits;
    const among = walk.amongRows;
    const complete = preload && among && walk.written === this.#fields!.rows;
    if (this.#issue === undefined) this.#issue = walk.step();
    if (preload && among) {
      const write = this.#writes[0]?.cycle === now ? this.#writes.shift()! : undefined;
      if (write !== undefined && this.#gemm.writes.uses(now, write.target)) {
        walk.goBack();
        this.#issue = undefined;
        this.#writes = [];
        return;
      }
      if (write !== undefined) {
        walk.written++;
        if (write.last) this.#end(now, write.place);
      }
      if (complete) walk.nextSlice();
    }
    if (walk.ended) this.#walk = undefined;
  }
}
