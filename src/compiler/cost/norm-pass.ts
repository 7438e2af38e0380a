/** A NORM pass as the norm unit's loops walk it, from its fields alone. */
import type { Params } from "../../config/index.ts";
import { rawParts, rawWords, ROW_SUM_DISTANCE } from "../../generators/norm/index.ts";
import type { NormFields } from "../../isa/index.ts";
import { normFunction, queuesRowJob, readsRowFactors, writesStream } from "../accesses.ts";

/** A slice of a pass takes a fixed pattern of cycles: parameter rows, rows, and empty cycles of passes that sum. */
export interface NormPass {
  readonly slices: number;
  /** Cycles of a slice that read parameter rows, that read rows, and all of them. */
  readonly parameterReads: number;
  readonly rowReads: number;
  readonly sliceCycles: number;
  readonly sums: boolean;
  readonly softmax: boolean;
  readonly rows: number;
  /** Row jobs, counted from the newest, that may be unfinished when the pass begins. */
  readonly pendingJobs: number;
  readonly preload: boolean;
  /** Row reads for each word of the stream (at least 1), 0 when nothing goes there. */
  readonly readsPerWord: number;
}

const parameterReads = (fields: NormFields): number => {
  switch (normFunction(fields)) {
    case "requantise":
    case "gelu":
    case "statistics":
      return fields.perChannel;
    case "normalise":
      return fields.perChannel + 2;
    case "preload":
      return fields.perChannel + 1;
    default:
      return 0;
  }
};

/** The pattern of a command's pass. The command must be one that does not fault. */
export function normPass(params: Params, fields: NormFields): NormPass {
  const name = normFunction(fields);
  const { rows, slices } = fields;
  const sums = queuesRowJob(fields);
  const raw = name === "raw";
  const reads = parameterReads(fields);
  const rowReads = rows * (raw ? rawWords(params) : 1);
  const maxJobs = sums ? 1 : Infinity;
  return {
    slices,
    parameterReads: reads,
    rowReads,
    sliceCycles: reads + (sums ? Math.max(rows, ROW_SUM_DISTANCE) : rowReads),
    sums,
    softmax: name === "exp",
    rows,
    pendingJobs: readsRowFactors(fields) ? fields.pendingRowJobs : maxJobs,
    preload: name === "preload",
    readsPerWord: !writesStream(fields) ? 0 : raw ? rawParts(params) : 1,
  };
}
