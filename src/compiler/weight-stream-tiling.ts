/**
 * Tilings of a product of few rows, whose weights take longer to come than to be used: all sums stay in the accumulator, and
 * every weight passes by once, in chunks that are used as soon as they are there.
 */
import type { Params } from "../config/index.ts";
import { parameterUnit, roundUp, weightRowUnit } from "./builder.ts";
import { beatCycles, dmaCycles, fetchCycles, gemmCycles, normCycles } from "./cost/index.ts";
import type { MemoryModel } from "./cost/index.ts";
import type { LinearProblem } from "./linear-tiling.ts";
import { detailed } from "./tiling.ts";
import type { DetailedCandidate } from "./tiling.ts";

/**
 * The inner dimension in panels of at most `panel` elements, the last of `lastPanel`, and each panel in chunks of columns.
 * `last`: cycles that the array takes for each of the last chunks.
 */
export interface WeightStreamTiling {
  readonly last: number;
  readonly lastPanel: number;
  readonly panel: number;
}

/** Weights that come with one LOAD and are used by one GEMM: `size` K elements from `k` on, `slices` words of columns. */
export interface WeightChunk {
  readonly k: number;
  readonly size: number;
  readonly slice: number;
  readonly slices: number;
}

/** Columns that leave together, when chunk number `after` has been added. */
export interface ResultGroup {
  readonly after: number;
  readonly slice: number;
  readonly slices: number;
}

/** Everything in order. What the results' passes read is loaded before chunk number `passParameters`. */
export interface WeightStream {
  readonly chunks: readonly WeightChunk[];
  readonly groups: readonly ResultGroup[];
  readonly passParameters: number;
}

/** A group of results is as large as all columns after it, times this, less one. */
const GROUP_GROWTH = 3;
/** The commands of so many of the last chunks have been fetched before the weights of any of them come. */
const FETCHED_AHEAD = 6;
/** Words of columns that a chunk has at least, so that its size can be what is wanted. */
const LEAST_COLUMNS = 4;
/** Sizes to choose from, in units: of what the array takes for one tile, and of the least length of a panel. */
const LAST_TILES = [2, 4, 6, 8];
const LAST_PANELS = [1, 2, 4];
const PANELS = [3, 4, 5, 6, 8, 10, 12, 16];

/** The tiling in words. */
export const weightStreamLabel = ({ last, lastPanel, panel }: WeightStreamTiling): string =>
  `weights once: K panels up to ${panel}, the last ${lastPanel}, chunks down to ${last} cycles`;

/** Cycles of a word of weights in the array. */
const wordCycles = (params: Params, rows: number): number =>
  gemmCycles(params, rows, 1, params.wordTiles, false) / params.rows;

/**
 * Lays the chunks out, from the last one backwards. Where memory and array take weights at the same pace, what the array
 * lags behind by when a chunk has come, which is that chunk at least, it makes up only while something else than weights
 * comes: commands, activations, parameters. So a chunk may be as large as the last one and all that comes after it.
 */
export function layOutStream(
  params: Params,
  problem: LinearProblem,
  tiling: WeightStreamTiling,
  memory: MemoryModel,
): WeightStream {
  const { rows, slices } = problem;
  const unit = weightRowUnit(params);
  const inner = problem.kTiles * params.rows;
  const perWord = wordCycles(params, rows);
  const beat = beatCycles(params, memory);
  const memoryPerWord = (params.wordBytes / params.beatBytes) * beat;
  const most = mostWords(params, rows, tiling);
  const chunks: WeightChunk[] = [];
  const ends: number[] = [];
  let passParameters = 0;
  let slack = 0;
  const wanted = (): number => {
    const fetched = fetchCycles(params, 2 * Math.max(0, chunks.length - FETCHED_AHEAD), memory);
    return Math.min(most, Math.max(tiling.last, tiling.last + slack + fetched) / perWord);
  };
  for (let end = inner; end > 0;) {
    const ideal = end === inner ? tiling.lastPanel : bestPanel(tiling.panel, unit, slices, wanted());
    const k = Math.max(0, Math.floor((end - ideal) / unit) * unit);
    const size = end - k;
    for (let left = slices; left > 0;) {
      const taken = Math.ceil(left / pieces(left, size, wanted()));
      left -= taken;
      chunks.push({ k, size, slice: left, slices: taken });
      slack += Math.max(0, memoryPerWord - perWord) * size * taken;
      if (end < inner) continue;
      ends.push(left);
      if (passParameters > 0 || (slices - left) * GROUP_GROWTH < slices) continue;
      passParameters = chunks.length;
      slack += passParameterCycles(params, problem, memory);
    }
    slack += dmaCycles(params, 1, rows * roundUp(size, params.wordBytes), params.outstandingReads, memory);
    slack += fetchCycles(params, 1, memory);
    end = k;
  }
  return {
    chunks: chunks.reverse(),
    groups: resultGroups(slices, ends, passParameters, chunks.length),
    passParameters: chunks.length - passParameters,
  };
}

/** Weights of a chunk that leave room for two more, and for two panels of activations. */
const mostWords = (params: Params, rows: number, { panel }: WeightStreamTiling): number =>
  Math.max(panel, (params.scratchpadWords - 2 * rows * Math.ceil(panel / params.wordBytes)) / 3);

/** The length of a panel, up to `most`, that chunks of at most `words` divide with the least waste. */
function bestPanel(most: number, unit: number, slices: number, words: number): number {
  let best = unit;
  let filled = 0;
  for (let size = unit; size <= Math.min(most, words / LEAST_COLUMNS); size += unit) {
    const part = (slices * size) / (pieces(slices, size, words) * words);
    if (part < filled + 0.01) continue;
    best = size;
    filled = part;
  }
  return best;
}

/** Chunks that `slices` words of columns of a panel are cut into, where `words` weights are wanted in each. */
const pieces = (slices: number, size: number, words: number): number =>
  Math.max(1, Math.ceil(slices / Math.max(1, Math.floor(words / size))));

/** Groups of the last panel's columns. `ends[i]`: where the chunk number i from the end begins. */
function resultGroups(slices: number, ends: readonly number[], first: number, chunks: number): ResultGroup[] {
  const groups: ResultGroup[] = [];
  let end = slices;
  let opened = 0;
  ends.forEach((left, i) => {
    const later = slices - end;
    const closes = left === 0 || i + 1 === first || (i < first && slices - left >= GROUP_GROWTH * later);
    if (!closes) return;
    groups.unshift({ after: chunks - 1 - opened, slice: left, slices: end - left });
    end = left;
    opened = i + 1;
  });
  return groups;
}

const passParameterRows = (params: Params, { slices, parameterRows }: LinearProblem): number =>
  (parameterRows - 1) * slices * params.wordTiles;

function passParameterCycles(params: Params, problem: LinearProblem, memory: MemoryModel): number {
  const bytes = passParameterRows(params, problem) * params.accumulatorRowBytes;
  return bytes === 0 ? 0 : dmaCycles(params, 1, bytes, params.outstandingReads, memory);
}

/** Every tiling of a product without residual whose rows take no longer than its weights; none of others. */
export function* weightStreamCandidates(
  params: Params,
  problem: LinearProblem,
  memory: MemoryModel,
): Generator<DetailedCandidate<WeightStreamTiling>> {
  const unit = weightRowUnit(params);
  const inner = problem.kTiles * params.rows;
  if (problem.residual || problem.rows > params.rows) return;
  const tile = gemmCycles(params, problem.rows, 1, 1, false);
  for (const panel of PANELS) {
    for (const lastPanel of LAST_PANELS) {
      for (const last of LAST_TILES) {
        if (lastPanel > panel || unit * (panel - 1) >= inner) continue;
        const tiling = { last: last * tile, lastPanel: lastPanel * unit, panel: panel * unit };
        yield evaluate(params, problem, tiling, memory);
      }
    }
  }
}

function evaluate(
  params: Params,
  problem: LinearProblem,
  tiling: WeightStreamTiling,
  memory: MemoryModel,
): DetailedCandidate<WeightStreamTiling> {
  const { rows } = problem;
  const { chunks, groups, passParameters } = layOutStream(params, problem, tiling, memory);
  const S = params.wordBytes;
  const read = (runs: number, bytes: number): number => dmaCycles(params, runs, bytes, params.outstandingReads, memory);
  const command = fetchCycles(params, 1, memory);
  const tiles = problem.slices * params.wordTiles;
  const result = ({ slices }: ResultGroup) => ({
    norm: normCycles(rows, slices * params.wordSlices),
    store: dmaCycles(params, 1, slices * S * rows * problem.outputBytes, params.outstandingWrites, memory),
  });
  // When the weights of a chunk have come, and when the array has used them.
  let there = read(1, tiles * params.accumulatorRowBytes) + command;
  let used = 0;
  let compute = 0;
  chunks.forEach(({ size, slices, slice }, i) => {
    if (slice === 0) there += read(1, rows * roundUp(size, S)) + command;
    if (i === passParameters) there += passParameterCycles(params, problem, memory) + command;
    there += read(slices, size * S) + 2 * command;
    const cycles = gemmCycles(params, rows, size / params.rows, slices * params.wordTiles, false);
    used = Math.max(used, there) + cycles;
    compute += cycles;
  });
  const load = there + 2 * command * groups.length;
  const results = groups.map(result);
  const norm = results.reduce((sum, r) => sum + r.norm, 0);
  const store = results.reduce((sum, r) => sum + r.store, 0);
  const last = results.at(-1)!;
  const total = used + 2 * command * groups.length + last.norm + last.store / groups.at(-1)!.slices;
  const latency = Math.max(0, total - Math.max(compute, load, store, norm));

  const weights = Math.max(...chunks.map(({ size, slices }) => roundUp(size, weightRowUnit(params)) * slices));
  const activations = Math.max(...chunks.map(({ size }) => rows * Math.ceil(size / S)));
  const streams = problem.outputBytes === 4 || params.lanes === S;
  const staging = streams ? 0 : rows * Math.max(...groups.map(({ slices }) => slices));
  const accumulatorRows = rows * tiles + roundUp(problem.parameterRows * tiles, parameterUnit(params));
  return detailed({
    tiling,
    minimal: { scratchpadWords: weights + activations + staging, accumulatorRows, rowSlots: 0 },
    comfortable: { scratchpadWords: 3 * weights + 2 * activations + 2 * staging, accumulatorRows, rowSlots: 0 },
    parts: { compute, load, store, norm, latency },
  });
}
