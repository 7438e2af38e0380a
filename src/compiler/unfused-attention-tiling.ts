/** Tilings of attention with Softmax through DRAM: one for the scores, one for Softmax and the context. */
import type { Params } from "../config/index.ts";
import { keyExtent } from "./attention-tiling.ts";
import { roundUp, weightRowUnit } from "./builder.ts";
import { dmaCycles, fetchCycles, gemmCycles, normCycles, ROW_JOB_CYCLES } from "./cost/index.ts";
import type { MemoryModel } from "./cost/index.ts";
import { detailed, doublings, rowBlockSizes } from "./tiling.ts";
import type { DetailedCandidate } from "./tiling.ts";

/** A job is `rows` rows of one head. */
export interface RowsTiling {
  readonly rows: number;
  /** Keys (or values) per chunk, a multiple of the word bytes. */
  readonly chunk: number;
  /** Chunks stay in the scratchpad for all jobs of a head. */
  readonly resident: boolean;
}

export interface UnfusedProblem {
  readonly sequences: number;
  readonly heads: number;
  /** Padded rows of a sequence. */
  readonly rows: number;
  /** Most keys of any sequence, in whole words. */
  readonly keys: number;
  /** Words of a head's columns. */
  readonly headSlices: number;
  /** Passes of NORM over the scores. */
  readonly scorePasses: number;
}

const COMMAND_OVERHEAD = 4;

/** Tilings of the scores: queries times keys, s32 to DRAM. */
export const scoresCandidates = (
  params: Params,
  problem: UnfusedProblem,
  memory: MemoryModel,
): Generator<DetailedCandidate<RowsTiling>> => candidates(params, problem, memory, evaluateScores);

/** Tilings of Softmax of s32 rows, exponentials to DRAM and back, times values. */
export const contextCandidates = (
  params: Params,
  problem: UnfusedProblem,
  memory: MemoryModel,
): Generator<DetailedCandidate<RowsTiling>> => candidates(params, problem, memory, evaluateContext);

/** The tiling in words. */
export const rowsLabel = ({ rows, chunk, resident }: RowsTiling): string =>
  `${rows} rows, ${chunk} keys at a time${resident ? ", which stay" : ""}`;

type Evaluate = (
  params: Params,
  problem: UnfusedProblem,
  tiling: RowsTiling,
  memory: MemoryModel,
) => DetailedCandidate<RowsTiling>;

function* candidates(
  params: Params,
  problem: UnfusedProblem,
  memory: MemoryModel,
  evaluate: Evaluate,
): Generator<DetailedCandidate<RowsTiling>> {
  const unit = weightRowUnit(params);
  for (const rows of rowBlockSizes(params, problem.rows)) {
    for (const chunk of doublings(unit, roundUp(problem.keys, unit))) {
      for (const resident of [true, false]) yield evaluate(params, problem, { rows, chunk, resident }, memory);
    }
  }
}

/** Words of keys or values in the scratchpad, and cycles of loading them all once. */
function keyBlocks(params: Params, problem: UnfusedProblem, { chunk, resident }: RowsTiling, memory: MemoryModel) {
  const chunks = Math.ceil(problem.keys / chunk);
  const chunkWords = Math.min(chunk, roundUp(problem.keys, weightRowUnit(params))) * problem.headSlices;
  const bytes = Math.min(chunk, problem.keys) * params.wordBytes;
  return {
    chunks,
    minimal: resident ? chunks * chunkWords : chunkWords,
    comfortable: resident ? 1.5 * chunks * chunkWords : 3 * chunkWords,
    load: problem.headSlices * dmaCycles(params, chunks, bytes, params.outstandingReads, memory),
  };
}

function evaluateScores(
  params: Params,
  problem: UnfusedProblem,
  tiling: RowsTiling,
  memory: MemoryModel,
): DetailedCandidate<RowsTiling> {
  const { rows, resident } = tiling;
  const { headSlices } = problem;
  const S = params.wordBytes;
  const tiles = problem.keys / params.cols;
  const heads = problem.sequences * problem.heads;
  const jobs = heads * Math.ceil(problem.rows / rows);
  const keys = keyBlocks(params, problem, tiling, memory);
  const query = rows * headSlices;
  const minimal = { scratchpadWords: query + keys.minimal, accumulatorRows: rows * tiles, rowSlots: 0 };
  const comfortable = {
    scratchpadWords: 2 * query + keys.comfortable,
    accumulatorRows: 2 * rows * tiles,
    rowSlots: 0,
  };
  const query1 = dmaCycles(params, headSlices, rows * S, params.outstandingReads, memory);
  const keyLoads = (resident ? heads : jobs) * keys.load;
  const commands = jobs * (3 + keys.chunks) + (resident ? heads : jobs) * keys.chunks;
  const loads = jobs * query1 + keyLoads + fetchCycles(params, commands, memory);
  const store = dmaCycles(params, tiles, rows * params.accumulatorRowBytes, params.outstandingWrites, memory);
  const steps = headSlices * params.wordKSteps;
  const compute = jobs * (gemmCycles(params, rows, steps, tiles, true) + keys.chunks * COMMAND_OVERHEAD);
  const parts = {
    compute,
    load: loads,
    store: jobs * store,
    norm: jobs * normCycles(rows, tiles),
    latency: query1 + keys.load + store,
  };
  return detailed({ tiling, minimal, comfortable, parts });
}

function evaluateContext(
  params: Params,
  problem: UnfusedProblem,
  tiling: RowsTiling,
  memory: MemoryModel,
): DetailedCandidate<RowsTiling> {
  const { rows, resident } = tiling;
  const { headSlices, scorePasses } = problem;
  const S = params.wordBytes;
  const extent = keyExtent(params, problem.keys);
  const tiles = problem.keys / params.cols;
  const headTiles = headSlices * params.wordTiles;
  const heads = problem.sequences * problem.heads;
  const jobs = heads * Math.ceil(problem.rows / rows);
  const values = keyBlocks(params, problem, tiling, memory);
  const weights = rows * extent.words;
  const staging = params.lanes === S ? 0 : Math.max(weights, rows * headSlices);
  const zeros = Math.max(rows, params.rows);
  const minimal = {
    scratchpadWords: zeros + weights + values.minimal + 2 * staging,
    accumulatorRows: rows * Math.max(scorePasses * tiles, headTiles),
    rowSlots: (1 + scorePasses) * rows,
  };
  const comfortable = {
    scratchpadWords: zeros + 2 * weights + values.comfortable + 2 * staging,
    accumulatorRows: rows * ((1 + scorePasses) * tiles + 2 * headTiles),
    rowSlots: (2 + scorePasses) * rows,
  };
  const read = (runs: number, bytes: number): number => dmaCycles(params, runs, bytes, params.outstandingReads, memory);
  const write = (runs: number): number => dmaCycles(params, runs, rows * S, params.outstandingWrites, memory);
  const scores = read(tiles, rows * params.accumulatorRowBytes);
  const commands = jobs * (8 + values.chunks) + (resident ? heads : jobs) * values.chunks;
  const loads =
    jobs * (scores + read(extent.words, rows * S)) +
    (resident ? heads : jobs) * values.load +
    fetchCycles(params, commands, memory);
  const store = write(extent.words) + write(headSlices);
  const compute =
    gemmCycles(params, rows, 1, extent.tiles, false) +
    gemmCycles(params, rows, extent.steps, headTiles, false) +
    (1 + values.chunks) * COMMAND_OVERHEAD;
  const softmax = scorePasses * normCycles(rows, extent.words * params.wordSlices);
  const norm = softmax + normCycles(rows, headSlices * params.wordSlices);
  const roundTrip = 2 * memory.latencyCycles + ROW_JOB_CYCLES * rows;
  const parts = {
    compute: jobs * compute,
    load: loads,
    store: jobs * store,
    norm: jobs * norm,
    latency: scores + compute + norm + roundTrip,
  };
  return detailed({ tiling, minimal, comfortable, parts });
}
