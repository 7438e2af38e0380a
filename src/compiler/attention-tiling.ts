/** Tilings of attention: rows of queries per job, keys and values in chunks. */
import type { Params } from "../config/index.ts";
import { roundUp, weightRowUnit } from "./builder.ts";
import { dmaCycles, fetchCycles, gemmCycles, normCycles } from "./cost/index.ts";
import type { MemoryModel } from "./cost/index.ts";
import { detailed, doublings, rowBlockSizes } from "./tiling.ts";
import type { DetailedCandidate } from "./tiling.ts";

/** A job is one head's scores, Softmax and context for `rows` queries. */
export interface AttentionTiling {
  readonly rows: number;
  /** Keys (and values) per chunk, a multiple of the word bytes. */
  readonly chunk: number;
  /** Chunks stay in the scratchpad for all jobs of a head. */
  readonly resident: boolean;
  /** The next job's scores are computed before this job's context, so that Softmax hides under them. */
  readonly interleaved: boolean;
}

/** The tiling in words. */
export const attentionLabel = ({ rows, chunk, resident, interleaved }: AttentionTiling): string =>
  `${rows} queries, ${chunk} keys at a time${resident ? ", which stay" : ""}${interleaved ? "" : ", job after job"}`;

export interface AttentionProblem {
  readonly sequences: number;
  readonly heads: number;
  /** Padded rows of a sequence. */
  readonly rows: number;
  /** Most keys of any sequence. */
  readonly keys: number;
  /** Words of a head's columns. */
  readonly headSlices: number;
  /** Passes of NORM over the scores. */
  readonly scorePasses: number;
}

/** Sizes that follow from a number of keys. */
export interface KeyExtent {
  /** N tiles of Q·Kᵀ. */
  readonly tiles: number;
  /** K steps of P·V. */
  readonly steps: number;
  /** Norm slices of the exponentials: all columns that P·V reads. */
  readonly slices: number;
  /** Words of a row of exponentials. */
  readonly words: number;
  /** Tiles of scores that the accumulator holds, masked ones included. */
  readonly scoreTiles: number;
}

export function keyExtent(params: Params, keys: number): KeyExtent {
  const tiles = Math.ceil(keys / params.cols);
  const steps = Math.ceil(keys / params.rows);
  const slices = Math.ceil((steps * params.rows) / params.lanes);
  return {
    tiles,
    steps,
    slices,
    words: Math.ceil((slices * params.lanes) / params.wordBytes),
    scoreTiles: Math.max(tiles, Math.ceil((slices * params.lanes) / params.cols)),
  };
}

const COMMAND_OVERHEAD = 4;
const ROW_JOB_CYCLES = 20;

/** Every tiling of attention. */
export function* attentionCandidates(
  params: Params,
  problem: AttentionProblem,
  memory: MemoryModel,
): Generator<DetailedCandidate<AttentionTiling>> {
  const unit = weightRowUnit(params);
  for (const rows of rowBlockSizes(params, problem.rows)) {
    for (const chunk of doublings(unit, roundUp(problem.keys, unit))) {
      for (const resident of [true, false]) {
        for (const interleaved of [true, false]) {
          yield evaluate(params, problem, { rows, chunk, resident, interleaved }, memory);
        }
      }
    }
  }
}

function evaluate(
  params: Params,
  problem: AttentionProblem,
  tiling: AttentionTiling,
  memory: MemoryModel,
): DetailedCandidate<AttentionTiling> {
  const { rows, chunk, resident, interleaved } = tiling;
  const { sequences, heads, keys, headSlices } = problem;
  const S = params.wordBytes;
  const extent = keyExtent(params, keys);
  const headSteps = headSlices * params.wordKSteps;
  const headTiles = headSlices * params.wordTiles;
  const chunks = Math.ceil(keys / chunk);
  const rowBlocks = Math.ceil(problem.rows / rows);
  const jobs = sequences * heads * rowBlocks;

  const query = rows * headSlices;
  const exps = rows * extent.words;
  const chunkWords = Math.min(chunk, roundUp(keys, weightRowUnit(params))) * headSlices;
  const head = 2 * chunks * chunkWords;
  const staging = params.lanes === S ? 0 : rows * headSlices;
  const held = resident ? head : chunkWords;
  const scores = rows * extent.scoreTiles;
  const context = rows * headTiles;
  const minimal = {
    scratchpadWords: (interleaved ? 2 : 1) * exps + query + held + staging,
    accumulatorRows: Math.max(scores, context),
    rowSlots: (interleaved ? 2 : 1) * rows,
  };
  const single = jobs === 1;
  const comfortable = {
    scratchpadWords:
      (single ? 1 : 2) * (exps + query) + (resident ? (single ? 1 : 1.5) * head : 4 * chunkWords) + staging,
    accumulatorRows: (single ? 1 : 2) * (scores + context),
    rowSlots: (single ? 1 : 3) * rows,
  };

  const read = (runs: number, bytes: number): number => dmaCycles(params, runs, bytes, params.outstandingReads, memory);
  const keyLoads = 2 * headSlices * read(chunks, Math.min(chunk, keys) * S);
  const loads = jobs * read(headSlices, rows * S) + (resident ? sequences * heads : jobs) * keyLoads;
  const stores = jobs * dmaCycles(params, headSlices, rows * S, params.outstandingWrites, memory);
  const compute =
    gemmCycles(params, rows, headSteps, extent.tiles, true) + gemmCycles(params, rows, extent.steps, headTiles, false);
  const exp = problem.scorePasses * normCycles(rows, extent.slices) + ROW_JOB_CYCLES * rows;
  const requantise = normCycles(rows, headSlices * params.wordSlices);
  const commands = 2 * chunks * COMMAND_OVERHEAD;
  const fetch = fetchCycles(
    params,
    jobs * (4 + 2 * chunks) + (resident ? sequences * heads : jobs) * 2 * chunks,
    memory,
  );
  const alone = interleaved ? 0 : exp;
  const parts = {
    compute: jobs * (compute + commands + alone),
    load: loads + fetch,
    store: stores,
    norm: jobs * (exp + requantise),
    latency: exp + requantise + keyLoads,
  };
  return detailed({ tiling, comfortable, minimal, parts });
}
