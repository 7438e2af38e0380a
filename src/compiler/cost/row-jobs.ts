/** The row jobs of a sequence of passes: whose sums the row unit reads next, and which jobs are done. */
import type { Params } from "../../config/index.ts";
import { RowUnitTimeline } from "./norm-row-unit.ts";
import type { RowJob } from "./norm-row-unit.ts";

/** Jobs in the order of their passes. */
export class RowJobs {
  /** Cycle of each job's end, in order; known as soon as its last row has been read. */
  readonly done: number[] = [];
  readonly #unit: RowUnitTimeline;
  readonly #jobs: RowJob[] = [];
  #summed = 0;

  constructor(params: Params) {
    this.#unit = new RowUnitTimeline(params);
  }

  /** Announces the job of a summing pass that starts. */
  announce(rows: number, softmax: boolean): void {
    this.#jobs.push({ rows, softmax, passDone: Infinity, fetched: 0, done: Infinity });
  }

  /** The oldest pass that is still summing writes its last sum in `cycle`. */
  passDone(cycle: number): void {
    this.#jobs[this.#summed]!.passDone = cycle;
    this.#summed++;
  }

  /** First cycle in which the unit asks for a row's sums; Infinity when there is nothing to read. */
  get asksFrom(): number {
    const job = this.#jobs[this.done.length];
    return job === undefined ? Infinity : this.#unit.nextFetch(job);
  }

  /** A row's sums are read in `cycle`. */
  read(cycle: number): void {
    const job = this.#jobs[this.done.length]!;
    this.#unit.fetch(job, cycle);
    if (job.fetched === job.rows) this.done.push(job.done);
  }
}
