import {
  bool,
  indexWidth,
  input,
  instance,
  module,
  mux,
  output,
  reg,
  select,
  times,
  uint,
  uintLit,
  when,
} from "../../../hdl/index.ts";
import type { Uint } from "../../../hdl/index.ts";
import type { Params } from "../../../config/index.ts";
import { slotBits } from "../../common/index.ts";
import { factorWriteShape } from "../pipeline.ts";
import { rowSumShape } from "../row-sums.ts";
import { isIbertLayerNorm, normFeatures, ROW_JOBS } from "../shape.ts";
import type { NormFeatures } from "../shape.ts";
import { RowMean } from "./row-mean.ts";
import { RowReciprocal } from "./row-reciprocal.ts";
import { RowRoot } from "./row-root.ts";
import { RowSigma, rowSigmaCycles } from "./row-sigma.ts";
import { COLUMN_BITS, RECIP_BITS, RECIP_SHIFT_BITS, rowTag, varianceBits } from "./row-stream.ts";
import { RowVariance, rowVarianceCycles } from "./row-variance.ts";

/** What is to be computed when a summing pass is over. */
export const rowJobShape = (p: Params) => ({
  softmax: bool,
  slot: uint(slotBits(p)),
  rows: uint(slotBits(p) + 1),
  columns: uint(COLUMN_BITS),
  recip: uint(RECIP_BITS),
  recipShift: uint(RECIP_SHIFT_BITS),
});

/** Cycles from entering each stage after `fetch` to leaving it, for a row of either kind; see the table of `RowUnit`. */
export function rowUnitCycles(f: NormFeatures): { readonly softmax: number[]; readonly layernorm: number[] } {
  if (!f.layernorm) return { softmax: [3, 7], layernorm: [] };
  const sums = [10, rowVarianceCycles(f)];
  if (!isIbertLayerNorm(f)) return { softmax: [1, 1, 3, 7], layernorm: [...sums, 11, 7] };
  const { softmax, layernorm } = rowSigmaCycles;
  return { softmax: [1, 1, softmax], layernorm: [...sums, layernorm] };
}

/**
 * The row unit works in the background: after a pass that summed it turns each row's sums into the factor that a later
 * pass multiplies by. Jobs are announced when their pass starts, in order, and run one after another once it is done.
 *
 * ```
 *   fetch ──► mean ──► variance ──► root ──► reciprocal ──► row factors
 *    2          10        14          11          7          cycles of a LayerNorm row
 *    2           1         1           3          7          cycles of a Softmax row
 * ```
 *
 * Every stage holds a row of its own: a LayerNorm row every 14 cycles, a Softmax row every 7. Without LayerNorm there
 * are no stages for mean and variance. Sums are read in cycles in which the pipeline reads none.
 *
 * With I-BERT's LayerNorm root and reciprocal are one stage, whose divider a LayerNorm row has for 40 cycles:
 *
 * ```
 *   fetch ──► mean ──► variance ──► sigma ──► row factors
 *    2          10        13          40       cycles of a LayerNorm row
 *    2           1         1           7       cycles of a Softmax row
 * ```
 */
export const RowUnit = module(
  "norm_row_unit",
  (p: Params) => ({
    /** A summing pass starts: its job. There must be room: at most ROW_JOBS jobs unfinished. */
    job: input({ valid: bool, job: rowJobShape(p) }),
    /** The oldest pass announced and not yet done is done: its job may run. */
    passDone: input(bool),
    read: { valid: output(bool), slot: output(uint(slotBits(p))), ready: input(bool) },
    row: input(rowSumShape),
    factor: output(factorWriteShape(p)),
    jobDone: output(bool),
  }),
  (io, p) => {
    const countBits = indexWidth(ROW_JOBS + 1);
    const jobs = times(ROW_JOBS, () => reg(rowJobShape(p), { reset: false }));
    const head = reg(uint(indexWidth(ROW_JOBS)));
    const tail = reg(uint(indexWidth(ROW_JOBS)));
    const runnable = reg(uint(countBits));
    const job = select(head, jobs);
    when(io.job.valid, () => {
      jobs.forEach((place, i) => {
        when(tail.eq(i), () => {
          place.next = io.job.job;
        });
      });
      tail.next = following(tail);
    });

    const { layernorm } = normFeatures(p);
    const rowMean = layernorm ? instance(RowMean, p) : undefined;
    const rowVariance = layernorm ? instance(RowVariance, p) : undefined;
    const factors = isIbertLayerNorm(normFeatures(p)) ? sigmaStage(p) : rootStages(p);

    // Fetch: a row's sums are on `row` for one cycle after the read was granted, and go straight to the first stage.
    const offset = reg(uint(slotBits(p)));
    const fetched = reg(bool);
    const firstReady = rowMean === undefined ? factors.from.ready : rowMean.from.ready;
    const read = runnable.ne(0).and(fetched.not()).and(firstReady);
    const granted = read.and(io.read.ready);
    const slot = job.slot.add(offset).wrap(slotBits(p));
    const last = offset.add(1).eq(job.rows);
    io.read.valid.set(read);
    io.read.slot.set(slot);
    fetched.next = granted;

    // What the row's job says stays where it is until all its factors are written.
    const tag = reg(rowTag(p), { reset: false });
    const fetchedFrom = reg(uint(indexWidth(ROW_JOBS)), { reset: false });
    const { columns, recip, recipShift } = select(fetchedFrom, jobs);
    when(granted, () => {
      tag.next = { slot, softmax: job.softmax, last };
      fetchedFrom.next = head;
      offset.next = offset.add(1).wrap(slotBits(p));
    });
    const fetchedLast = granted.and(last);
    when(fetchedLast, () => {
      offset.next = 0;
      head.next = following(head);
    });
    when(io.passDone.and(fetchedLast.not()), () => {
      runnable.next = runnable.add(1).wrap(countBits);
    }).elsewhen(fetchedLast.and(io.passDone.not()), () => {
      runnable.next = runnable.sub(1).wrap(countBits);
    });

    if (rowMean === undefined || rowVariance === undefined) {
      factors.from.valid.set(fetched);
      factors.from.payload.set({ tag, value: io.row.sum.extend(varianceBits(p)), mean: 0 });
    } else {
      rowMean.from.valid.set(fetched);
      rowMean.from.payload.set({ tag, ...io.row, columns, recip, recipShift });
      rowVariance.from.valid.set(rowMean.to.valid);
      rowVariance.from.payload.set(rowMean.to.payload);
      rowMean.to.ready.set(rowVariance.from.ready);
      factors.from.valid.set(rowVariance.to.valid);
      factors.from.payload.set(rowVariance.to.payload);
      rowVariance.to.ready.set(factors.from.ready);
    }
    io.factor.set(factors.factor);
    io.jobDone.set(factors.jobDone);
  },
);

/** Where V or a Softmax row's sum enters, and the factors that are made of it. */
type FactorStages = Pick<ReturnType<typeof sigmaStage>, "from" | "factor" | "jobDone">;

function sigmaStage(p: Params) {
  const rowSigma = instance(RowSigma, p);
  return rowSigma;
}

function rootStages(p: Params): FactorStages {
  const rowRoot = instance(RowRoot, p);
  const rowReciprocal = instance(RowReciprocal, p);
  rowReciprocal.from.valid.set(rowRoot.to.valid);
  rowReciprocal.from.payload.set(rowRoot.to.payload);
  rowRoot.to.ready.set(rowReciprocal.from.ready);
  return { from: rowRoot.from, factor: rowReciprocal.factor, jobDone: rowReciprocal.jobDone };
}

/** The place after `place` in the ring of jobs. */
const following = (place: Uint): Uint =>
  mux(place.eq(ROW_JOBS - 1), uintLit(0, place.width), place.add(1).wrap(place.width));
