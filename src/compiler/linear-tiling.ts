/** Tilings of a product whose blocks need not span whole rows: QKV, FFN1, and everything that leaves as raw s32. */
import type { Params } from "../config/index.ts";
import { parameterUnit, roundUp, weightRowUnit } from "./builder.ts";
import { dmaCycles, fetchCycles, gemmCycles, normCycles } from "./cost/index.ts";
import type { MemoryModel } from "./cost/index.ts";
import { detailed, doublings, evenParts, rowBlockSizes } from "./tiling.ts";
import type { DetailedCandidate } from "./tiling.ts";

/** Output blocks of `rows` x `slices` words of columns; K in panels of `panel` elements. */
export interface LinearTiling {
  readonly rows: number;
  readonly slices: number;
  readonly panel: number;
  /** Outer loop; the operand of the outer dimension is kept in the scratchpad while the inner loop runs if `keep`. */
  readonly outer: "rows" | "columns";
  readonly keep: boolean;
}

/** The tiling in words, `columns` to a slice. */
export function linearLabel({ rows, slices, panel, outer, keep }: LinearTiling, columns: number): string {
  const stays = keep ? `, ${outer === "rows" ? "activations" : "weights"} stay` : "";
  return `${rows} x ${slices * columns} blocks, K panels of ${panel}${stays}`;
}

/** Rounds of the outer loop. */
export const linearUnits = ({ rows, slices, outer }: LinearTiling, problem: LinearProblem): number =>
  outer === "rows" ? Math.ceil(problem.rows / rows) : Math.ceil(problem.slices / slices);

/** The product: `rows` padded rows, `kTiles` K steps, `slices` words of output columns. */
export interface LinearProblem {
  readonly rows: number;
  readonly kTiles: number;
  readonly slices: number;
  /** Parameter rows per tile. */
  readonly parameterRows: number;
  /** Bytes of an output element. */
  readonly outputBytes: 1 | 4;
  /** Words per row and slice of residual in the scratchpad. */
  readonly residual: boolean;
}

/** Cycles that every further command costs. */
const COMMAND_OVERHEAD = 4;

/** Every tiling of the product. */
export function* linearCandidates(
  params: Params,
  problem: LinearProblem,
  memory: MemoryModel,
): Generator<DetailedCandidate<LinearTiling>> {
  const inner = roundUp(problem.kTiles * params.rows, weightRowUnit(params));
  for (const rows of rowBlockSizes(params, problem.rows)) {
    for (const slices of evenParts(problem.slices)) {
      for (const panel of doublings(weightRowUnit(params), inner)) {
        for (const outer of ["rows", "columns"] as const) {
          for (const keep of [false, true]) {
            // When nothing stays, the order of the loops is all the same.
            if (!keep && outer === "columns") continue;
            yield evaluate(params, problem, { rows, slices, panel, outer, keep }, inner, memory);
          }
        }
      }
    }
  }
}

function evaluate(
  params: Params,
  problem: LinearProblem,
  tiling: LinearTiling,
  inner: number,
  memory: MemoryModel,
): DetailedCandidate<LinearTiling> {
  const { rows, slices, panel, outer, keep } = tiling;
  const S = params.wordBytes;
  const tiles = slices * params.wordTiles;
  const rowBlocks = Math.ceil(problem.rows / rows);
  const columnBlocks = Math.ceil(problem.slices / slices);
  const panels = Math.ceil(inner / panel);

  // Words of one panel, and of all panels of the operand that is kept.
  const aPanel = rows * Math.ceil(panel / S);
  const wPanel = panel * slices;
  const aWhole = rows * Math.ceil(inner / S);
  const wWhole = inner * slices;
  const keptWhole = outer === "rows" ? aWhole : wWhole;
  const streamedPanel = outer === "rows" ? wPanel : aPanel;
  const parameters = roundUp(problem.parameterRows * tiles, parameterUnit(params));
  const streams = problem.outputBytes === 4 || params.lanes === S;
  const staging = streams ? 0 : rows * slices;
  const residual = problem.residual ? rows * slices : 0;
  const minimal = {
    scratchpadWords: (keep ? keptWhole + streamedPanel : aPanel + wPanel) + staging + residual,
    accumulatorRows: rows * tiles + parameters,
    rowSlots: 0,
  };
  const single = rowBlocks * columnBlocks === 1;
  const comfortable = {
    scratchpadWords:
      single && keep
        ? minimal.scratchpadWords
        : (keep
            ? keptWhole * (outerBlocks(outer, rowBlocks, columnBlocks) > 1 ? 1.5 : 1) + 3 * streamedPanel
            : 3 * (aPanel + wPanel)) +
          2 * staging +
          2 * residual,
    accumulatorRows: single ? minimal.accumulatorRows : 2 * minimal.accumulatorRows,
    rowSlots: 0,
  };

  const aTimes = keep && outer === "rows" ? 1 : columnBlocks;
  const wTimes = keep && outer === "columns" ? 1 : rowBlocks;
  const rowRuns = (total: number, bytes: number): number =>
    dmaCycles(params, total, bytes, params.outstandingReads, memory);
  const loads =
    aTimes * rowBlocks * rowRuns(Math.ceil(inner / S), rows * S) +
    wTimes * panels * rowRuns(problem.slices, panel * S) +
    rowBlocks * columnBlocks * rowRuns(1, parameters * params.accumulatorRowBytes);
  const outputRuns = problem.slices * (problem.outputBytes === 4 ? params.wordSlices : 1);
  const outputBytes = rows * (problem.outputBytes === 4 ? 4 * params.lanes : S);
  const stores = rowBlocks * dmaCycles(params, outputRuns, outputBytes, params.outstandingWrites, memory);
  const lastRows = problem.rows - (rowBlocks - 1) * rows;
  const totalTiles = problem.slices * params.wordTiles;
  const compute =
    (rowBlocks - 1) * gemmCycles(params, rows, problem.kTiles, totalTiles, false) +
    gemmCycles(params, lastRows, problem.kTiles, totalTiles, false);
  const norm = rowBlocks * normCycles(rows, problem.slices * params.wordSlices);
  const blocks = rowBlocks * columnBlocks;
  const operandLoads = blocks * panels + (keep ? outerBlocks(outer, rowBlocks, columnBlocks) : blocks) * panels;
  const fetch = fetchCycles(params, blocks * (panels + 3) + operandLoads, memory);
  const commands = blocks * panels * COMMAND_OVERHEAD;
  // The first panel and the last block's results are not overlapped with anything.
  const head = rowRuns(Math.ceil(panel / S), rows * S) + rowRuns(slices, panel * S);
  const tail = Math.max(
    normCycles(rows, slices * params.wordSlices),
    dmaCycles(params, (outputRuns * slices) / problem.slices, outputBytes, params.outstandingWrites, memory),
  );
  const parts = { compute: compute + commands, load: loads + fetch, store: stores, norm, latency: head + tail };
  return detailed({ tiling, comfortable, minimal, parts });
}

const outerBlocks = (outer: LinearTiling["outer"], rowBlocks: number, columnBlocks: number): number =>
  outer === "rows" ? rowBlocks : columnBlocks;
