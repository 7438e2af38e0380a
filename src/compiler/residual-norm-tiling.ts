/** Tilings of a product that ends in LayerNorm: a block spans whole rows, for the row's statistics need all of them. */
import type { Params } from "../config/index.ts";
import { parameterUnit, roundUp, weightRowUnit } from "./builder.ts";
import { dmaCycles, fetchCycles, gemmCycles, normCycles } from "./cost/index.ts";
import type { MemoryModel } from "./cost/index.ts";
import { detailed, doublings, rowBlockSizes } from "./tiling.ts";
import type { DetailedCandidate } from "./tiling.ts";

/** Row blocks of `rows`; K in panels of `panel` elements; the residual in chunks of `residualSlices` words of columns. */
export interface ResidualNormTiling {
  readonly rows: number;
  readonly panel: number;
  readonly residualSlices: number;
}

/** The tiling in words, `columns` to a slice. */
export const residualNormLabel = ({ rows, panel, residualSlices }: ResidualNormTiling, columns: number): string =>
  `${rows} whole rows, K panels of ${panel}, residual in ${residualSlices * columns} columns`;

export interface ResidualNormProblem {
  readonly rows: number;
  readonly kTiles: number;
  readonly slices: number;
  /** Parameter rows per tile, all passes together. */
  readonly parameterRows: number;
}

const COMMAND_OVERHEAD = 4;
/** Passes over the accumulator: preload, statistics, normalise. */
const PASSES = 3;

/** Every tiling of the product. */
export function* residualNormCandidates(
  params: Params,
  problem: ResidualNormProblem,
  memory: MemoryModel,
): Generator<DetailedCandidate<ResidualNormTiling>> {
  const inner = roundUp(problem.kTiles * params.rows, weightRowUnit(params));
  for (const rows of rowBlockSizes(params, problem.rows)) {
    for (const panel of doublings(weightRowUnit(params), inner)) {
      for (const residualSlices of doublings(1, problem.slices)) {
        yield evaluate(params, problem, { rows, panel, residualSlices }, inner, memory);
      }
    }
  }
}

function evaluate(
  params: Params,
  problem: ResidualNormProblem,
  tiling: ResidualNormTiling,
  inner: number,
  memory: MemoryModel,
): DetailedCandidate<ResidualNormTiling> {
  const { rows, panel, residualSlices } = tiling;
  const S = params.wordBytes;
  const tiles = problem.slices * params.wordTiles;
  const blocks = Math.ceil(problem.rows / rows);
  const panels = Math.ceil(inner / panel);
  const panelWords = rows * Math.ceil(panel / S) + panel * problem.slices;
  const residual = rows * residualSlices;
  const staging = params.lanes === S ? 0 : rows * problem.slices;
  const parameters = roundUp(problem.parameterRows * tiles, parameterUnit(params));
  const minimal = {
    scratchpadWords: Math.max(panelWords, residual, staging),
    accumulatorRows: rows * tiles + parameters,
    rowSlots: rows,
  };
  const single = blocks === 1;
  const comfortable = {
    scratchpadWords: 3 * panelWords + (single ? residual : 2 * residual) + staging,
    accumulatorRows: (single ? 1 : 2) * rows * tiles + parameters,
    rowSlots: (single ? 1 : 2) * rows,
  };
  const read = (runs: number, bytes: number): number => dmaCycles(params, runs, bytes, params.outstandingReads, memory);
  const loads =
    blocks *
    (read(Math.ceil(inner / S), rows * S) + panels * read(problem.slices, panel * S) + read(problem.slices, rows * S));
  const stores = blocks * dmaCycles(params, problem.slices, rows * S, params.outstandingWrites, memory);
  const lastRows = problem.rows - (blocks - 1) * rows;
  const compute =
    (blocks - 1) * gemmCycles(params, rows, problem.kTiles, tiles, false) +
    gemmCycles(params, lastRows, problem.kTiles, tiles, false);
  const norm = PASSES * normCycles(rows, problem.slices * params.wordSlices);
  const chunks = Math.ceil(problem.slices / residualSlices);
  const fetch = fetchCycles(params, blocks * (3 * panels + 2 * chunks + 3), memory);
  const commands = blocks * (panels + 0.1 * chunks) * COMMAND_OVERHEAD;
  // The first panel and preload, and the last block's passes, row jobs and results, are not overlapped with anything.
  const head = read(problem.slices, panel * S) + norm / PASSES;
  const tail = norm + stores / blocks + 20 * rows;
  const parts = {
    compute: compute + commands,
    load: loads + fetch,
    store: stores,
    norm: blocks * norm,
    latency: head + tail,
  };
  return detailed({ tiling, comfortable, minimal, parts });
}
