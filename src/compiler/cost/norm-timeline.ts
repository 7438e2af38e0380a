/** The norm unit command by command: when each of a sequence of NORM commands starts, lets the next one start, and retires. */
import type { Params } from "../../config/index.ts";
import { STORE_WORDS } from "../../generators/common/index.ts";
import { normFeatures, normStages, ROW_JOBS, STREAM_DEPTH, treeCycles } from "../../generators/norm/index.ts";
import type { NormFields } from "../../isa/index.ts";
import { normPass } from "./norm-pass.ts";
import type { NormPass } from "./norm-pass.ts";
import { RowUnitTimeline } from "./norm-row-unit.ts";
import type { RowJob } from "./norm-row-unit.ts";

/** When STORE asks for the next word of the stream, for which it has a place from `free` on; called once a word, in order. */
export type AskForWord = (free: number) => number;

/** The life of a NORM command, in cycles. */
export interface NormTimes {
  /** The engine takes the command. */
  readonly start: number;
  /** Its waits for row jobs and earlier passes are over, and its pass begins. */
  readonly begin: number;
  /** The engine can take the next command. */
  readonly next: number;
  /** As the trace port shows it. */
  readonly retire: number;
}

/** From the cycle in which a pass begins to the first read. */
const FIRST_READ = 2;

/** A pass that sums, as far as the row unit may still meet it: its reads are one a cycle from `first` on, but for gaps. */
interface SummingPass {
  readonly pass: NormPass;
  readonly first: number;
  /** Cycles, ascending, in which a read was put off: so that the row unit could read a sum, or because the stream is full. */
  readonly gaps: number[];
}

/**
 * Walks through NORM commands one after the other. The times equal those of the RTL as long as both memories grant every
 * read and write at once; a refused one delays all that follows by a cycle. Time goes with the rows of row jobs, and with
 * the words of a stream whose pace is given.
 */
export class NormTimeline {
  readonly #params: Params;
  /** From a read to its result, and to the cycle that reads its row's sum. */
  readonly #output: number;
  readonly #sumRead: number;
  readonly #rowUnit: RowUnitTimeline;
  /** Jobs that may be unfinished, oldest first. */
  readonly #jobs: RowJob[] = [];
  /** When the row unit asks for its next sum, and whether the loops have left out a read for it. */
  #asks: { cycle: number; gapGiven: boolean } | undefined;
  /** Passes that sum whose reads may be in the pipeline, the newest last. */
  readonly #summing: SummingPass[] = [];
  #next = 0;
  #retired: readonly [beforeLast: number, last: number] = [0, 0];
  #afterPreload = false;
  /** Words of the stream so far; when the last ones were asked for, and when they were taken. */
  #word = 0;
  readonly #asked = new Array<number>(STREAM_DEPTH).fill(-1);
  readonly #taken = new Array<number>(STORE_WORDS).fill(-1);
  #lastAsk = -1;
  #lastTaken = -1;

  constructor(params: Params) {
    const features = normFeatures(params);
    const stages = normStages(features);
    this.#params = params;
    this.#output = stages.output;
    this.#sumRead = stages.affine + treeCycles(params.lanes) - 1;
    this.#rowUnit = new RowUnitTimeline(params);
  }

  /** First cycle in which the engine can take another command. */
  get next(): number {
    return this.#next;
  }

  /**
   * The engine takes a command in cycle `at`, or as soon after that as it can. `ask` is asked when STORE asks for each
   * word of the stream; default: at once.
   */
  issue(fields: NormFields, at: number, ask?: AskForWord): NormTimes {
    const pass = normPass(this.#params, fields);
    const start = Math.max(at, this.#next);
    const [beforeLast, last] = this.#retired;
    const begin = Math.max(
      start + 1,
      pass.preload || this.#afterPreload ? last : beforeLast,
      this.#finishJobs(pass.pendingJobs) + 1,
    );
    const { lastRead, next } = this.#walk(pass, begin + FIRST_READ, ask);
    const retire = lastRead + this.#output + 1;
    this.#next = next;
    this.#retired = [last, retire];
    this.#afterPreload = pass.preload;
    return { start, begin, next, retire };
  }

  /** The cycle in which the last row factor of the last job is written, -1 without jobs. Nothing may be issued after it. */
  finish(): number {
    return this.#finishJobs(0);
  }

  /** Reads of a pass from cycle `first` on, and the first cycle in which the loops are done. */
  #walk(pass: NormPass, first: number, ask: AskForWord | undefined): { lastRead: number; next: number } {
    const streams = pass.readsPerWord > 0;
    if (pass.sums) return this.#walkSums(pass, first, ask);
    // Places for what is in the pipeline, and for the word that comes and the one that is asked for in its place, never hold
    // up a pass whose words are asked for at once.
    if (streams && (ask !== undefined || STREAM_DEPTH + STORE_WORDS < this.#output + 2)) {
      return this.#walkStream(pass, first, ask);
    }
    // A preload begins a slice when all rows of the one before have been written.
    const written = pass.preload ? this.#output + 2 : 0;
    const lastRead = first + pass.slices * pass.sliceCycles + (pass.slices - 1) * written - 1;
    return { lastRead, next: lastRead + Math.max(1, written) };
  }

  #walkStream(pass: NormPass, first: number, ask: AskForWord | undefined): { lastRead: number; next: number } {
    let cycle = first;
    let parts = 0;
    for (let slice = 0; slice < pass.slices; slice++) {
      cycle += pass.parameterReads;
      for (let read = 0; read < pass.rowReads; read++) {
        if (parts === 0) cycle = Math.max(cycle, this.#asked[this.#word % STREAM_DEPTH]! + 1);
        parts++;
        if (parts === pass.readsPerWord) {
          this.#takeWord(cycle + this.#output, ask);
          parts = 0;
        }
        cycle++;
      }
    }
    return { lastRead: cycle - 1, next: cycle };
  }

  #takeWord(offered: number, ask: AskForWord | undefined): void {
    const place = this.#word % STORE_WORDS;
    const free = Math.max(this.#lastAsk, this.#taken[place]!) + 1;
    this.#lastAsk = Math.max(free, ask?.(free) ?? free);
    this.#lastTaken = Math.max(offered, this.#lastAsk, this.#lastTaken + 1);
    this.#asked[this.#word % STREAM_DEPTH] = this.#lastAsk;
    this.#taken[place] = this.#lastTaken;
    this.#word++;
  }

  #walkSums(pass: NormPass, first: number, ask: AskForWord | undefined): { lastRead: number; next: number } {
    const summing: SummingPass = { pass, first, gaps: [] };
    // The job before the last has finished: what it summed is no longer in the pipeline.
    if (this.#summing.push(summing) > ROW_JOBS) this.#summing.shift();
    const cycles = pass.slices * pass.sliceCycles;
    if (pass.readsPerWord > 0 && ask !== undefined) this.#streamWhileSumming(summing, ask);
    this.#fetchRows(undefined, () => first + cycles + summing.gaps.length);
    const empty = pass.sliceCycles - pass.parameterReads - pass.rowReads;
    const end = first + cycles + summing.gaps.length;
    const lastRead = end - empty - 1;
    const passDone = lastRead + this.#sumRead + 2;
    this.#jobs.push({ softmax: pass.softmax, rows: pass.rows, passDone, fetched: 0, done: Infinity });
    return { lastRead, next: empty > 0 ? end - 1 : end };
  }

  /** Finds the gaps of a pass that the stream holds up as well. */
  #streamWhileSumming({ pass, first, gaps }: SummingPass, ask: AskForWord): void {
    for (let at = 0; at < pass.slices * pass.sliceCycles; at++) {
      const isRow = at % pass.sliceCycles < pass.rowReads;
      for (;;) {
        const cycle = first + at + gaps.length;
        this.#fetchRows(undefined, () => cycle + 1);
        if (gaps.at(-1) === cycle) continue;
        if (isRow && this.#asked[this.#word % STREAM_DEPTH]! >= cycle) gaps.push(cycle);
        else break;
      }
      if (isRow) this.#takeWord(first + at + gaps.length + this.#output, ask);
    }
  }

  /** Finishes all jobs but the newest `pending`; returns when the last of them is done, -1 when none was left. */
  #finishJobs(pending: number): number {
    let done = -1;
    while (this.#jobs.length > pending) {
      const job = this.#jobs[0]!;
      this.#fetchRows(job, () => Infinity);
      done = job.done;
      this.#jobs.shift();
    }
    return done;
  }

  /** The row unit fetches rows of sums up to a cycle that gaps may still put off, or until all those of `upTo`. */
  #fetchRows(upTo: RowJob | undefined, until: () => number): void {
    for (;;) {
      const job = this.#jobs.find(({ rows, fetched }) => fetched < rows);
      if (job === undefined || (upTo !== undefined && upTo.fetched === upTo.rows)) return;
      const asks = (this.#asks ??= { cycle: this.#rowUnit.nextFetch(job), gapGiven: false });
      if (asks.cycle >= until()) return;
      if (!this.#readsSum(asks.cycle)) {
        this.#rowUnit.fetch(job, asks.cycle);
        this.#asks = undefined;
        continue;
      }
      const issuing = this.#summing.at(-1)!;
      if (!asks.gapGiven && readAt(issuing, asks.cycle) !== undefined) {
        issuing.gaps.push(asks.cycle);
        asks.gapGiven = true;
      }
      asks.cycle++;
    }
  }

  /** Whether an operation of the pipeline reads a row's sum in `cycle`. */
  #readsSum(cycle: number): boolean {
    return this.#summing.some((summing) => readAt(summing, cycle - this.#sumRead) === "row");
  }
}

/** What a pass reads in a cycle that is not later than its last gap or the next read. */
function readAt({ pass, first, gaps }: SummingPass, cycle: number): "row" | "parameter" | undefined {
  let before = gaps.length;
  while (before > 0 && gaps[before - 1]! > cycle) before--;
  if (gaps[before - 1] === cycle) return undefined;
  const at = cycle - first - before;
  if (at < 0 || at >= pass.slices * pass.sliceCycles) return undefined;
  const inSlice = (at % pass.sliceCycles) - pass.parameterReads;
  if (inSlice < 0) return "parameter";
  return inSlice < pass.rowReads ? "row" : undefined;
}

/** A NORM command alone on an idle engine; cycles from its start. */
export interface NormTiming {
  /** Until the engine can take the next command. */
  readonly occupied: number;
  /** Until it retires. */
  readonly latency: number;
  /** From there until the row factors of all its rows are written, in the background; 0 without row jobs. */
  readonly rowJob: number;
}

/** What the command costs by itself, from its fields alone, as NormTimeline counts. */
export function normTiming(params: Params, fields: NormFields): NormTiming {
  const timeline = new NormTimeline(params);
  const { next, retire } = timeline.issue(fields, 0);
  return { occupied: next, latency: retire, rowJob: Math.max(0, timeline.finish() - retire) };
}
