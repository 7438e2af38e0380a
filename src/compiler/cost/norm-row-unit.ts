/** The row unit, row by row: when each row of a job is fetched, and when its factor is written. */
import type { Params } from "../../config/index.ts";
import { normFeatures, rowUnitCycles } from "../../generators/norm/index.ts";

/** A job from the moment its pass starts. */
export interface RowJob {
  readonly softmax: boolean;
  readonly rows: number;
  /** Cycle in which the last sum of the pass is written; infinite until that is known. */
  passDone: number;
  /** Rows fetched, and the cycle in which the last factor is written; infinite until that is known. */
  fetched: number;
  done: number;
}

/**
 * The stages of the row unit hold a row each and hand it on when the next one is free, so a row's times follow from those
 * of the row before it. See `RowUnit` for the cycles of each stage.
 */
export class RowUnitTimeline {
  readonly #latencies: { readonly softmax: readonly number[]; readonly layernorm: readonly number[] };
  /** When the row before left each stage. */
  readonly #left: number[];
  #lastFetch = -Infinity;

  constructor(params: Params) {
    this.#latencies = rowUnitCycles(normFeatures(params));
    this.#left = this.#latencies.softmax.map(() => -Infinity);
  }

  /** First cycle in which the unit asks for the sums of the job's next row. */
  nextFetch(job: RowJob): number {
    return Math.max(job.passDone + 1, this.#left[0]!, this.#lastFetch + 2);
  }

  /** The sums of the job's next row are granted in `cycle`. */
  fetch(job: RowJob, cycle: number): void {
    const left = this.#left;
    const latencies = job.softmax ? this.#latencies.softmax : this.#latencies.layernorm;
    this.#lastFetch = cycle;
    let entered = cycle + 1;
    latencies.forEach((latency, stage) => {
      const free = left[stage + 1] ?? -Infinity;
      entered = Math.max(entered + latency, free);
      left[stage] = entered;
    });
    job.fetched++;
    if (job.fetched === job.rows) job.done = entered;
  }
}
