/** What a command reads and writes: the one place that turns fields into address ranges. */
import type { Params } from "../config/index.ts";
import { GEMM_INITS, LOAD_SPACES, NORM_FUNCTIONS, NORM_OUTPUTS, STORE_SOURCES } from "../isa/index.ts";
import type { Command, GemmFields, LoadFields, NormFields, NormFunction, StoreFields } from "../isa/index.ts";
import { parameterRows } from "../machine/index.ts";

/** Scratchpad words, accumulator rows, row maxima by slot, DRAM bytes from BASE. */
export type Space = "scratchpad" | "accumulator" | "rowMax" | "dram";

/** One contiguous range, in units of its space. */
export type Visit = (space: Space, write: boolean, start: number, length: number) => void;

const FUNCTION_NAMES = Object.keys(NORM_FUNCTIONS) as NormFunction[];

/** Name of a NORM command's function. */
export const normFunction = (fields: Pick<NormFields, "function">): NormFunction => FUNCTION_NAMES[fields.function]!;

/** Number of word slices touched by `positions` sub-slices from `sub`, `per` to a word. */
const wordSlices = (sub: number, positions: number, per: number): number => Math.floor((sub + positions - 1) / per) + 1;

function repeat(
  visit: Visit,
  space: Space,
  write: boolean,
  at: readonly [start: number, stride: number],
  count: number,
  length: number,
): void {
  const [start, stride] = at;
  if (stride === length) visit(space, write, start, count * length);
  else for (let i = 0; i < count; i++) visit(space, write, start + i * stride, length);
}

/** Does the pass read the factors that row jobs write? */
export function readsRowFactors(fields: NormFields): boolean {
  const name = normFunction(fields);
  return name === "probability" || name === "normalise" || (name === "requantise" && fields.rowScale === 1);
}

/** Does the pass end in a row job? */
export function queuesRowJob(fields: NormFields): boolean {
  const name = normFunction(fields);
  return name === "exp" || name === "statistics";
}

/** Does the pass send its results to STORE? */
export function writesStream(fields: NormFields): boolean {
  const name = normFunction(fields);
  return name === "raw" || (writesInt8(fields) && fields.output === NORM_OUTPUTS.stream);
}

function writesInt8(fields: NormFields): boolean {
  const name = normFunction(fields);
  return name === "exp" ? fields.deferred === 1 : name !== "statistics" && name !== "preload" && name !== "raw";
}

/** Bytes that a NORM pass sends to the stream, 0 when it writes elsewhere. */
export function streamedBytes(params: Params, fields: NormFields): number {
  if (!writesStream(fields)) return 0;
  return fields.rows * fields.slices * params.lanes * (normFunction(fields) === "raw" ? 4 : 1);
}

function visitLoad(params: Params, fields: LoadFields, visit: Visit): void {
  const accumulator = fields.space === LOAD_SPACES.accumulator;
  const unit = accumulator ? params.accumulatorRowBytes : params.wordBytes;
  repeat(visit, "dram", false, [fields.dramOffset, fields.dramStride], fields.runs, fields.runLength * unit);
  const space = accumulator ? "accumulator" : "scratchpad";
  repeat(visit, space, true, [fields.localAddress, fields.localStride], fields.runs, fields.runLength);
}

function visitStore(params: Params, fields: StoreFields, visit: Visit): void {
  const bytes = fields.runLength * params.wordBytes;
  repeat(visit, "dram", true, [fields.dramOffset, fields.dramStride], fields.runs, bytes);
  if (fields.source === STORE_SOURCES.scratchpad) {
    repeat(visit, "scratchpad", false, [fields.localAddress, fields.localStride], fields.runs, fields.runLength);
  }
}

function visitGemm(params: Params, fields: GemmFields, visit: Visit): void {
  const { kTiles, nTiles, rows } = fields;
  const aSlices = wordSlices(fields.aSub, kTiles, params.wordKSteps);
  repeat(visit, "scratchpad", false, [fields.aAddress, fields.aStride], aSlices, rows);
  const [wSlices, wRows] = fields.transpose
    ? [wordSlices(fields.wSub, kTiles, params.wordKSteps), nTiles * params.cols]
    : [wordSlices(fields.wSub, nTiles, params.wordTiles), kTiles * params.rows];
  repeat(visit, "scratchpad", false, [fields.wAddress, fields.wStride], wSlices, wRows);
  if (fields.init === GEMM_INITS.bias) visit("accumulator", false, fields.biasAddress, nTiles);
  // Adding to the old contents needs nothing beyond what writing them needs: both order after every earlier access.
  repeat(visit, "accumulator", true, [fields.accAddress, fields.accStride], nTiles, rows);
  if (fields.trackMax) visit("rowMax", true, fields.rowSlot, rows);
}

function visitNorm(params: Params, fields: NormFields, visit: Visit): void {
  const name = normFunction(fields);
  const tiles = Math.floor((fields.slices - 1) / params.tileSlices) + 1;
  const parameters = parameterRows(fields, name);
  if (parameters > 0) {
    repeat(visit, "accumulator", false, [fields.paramAddress, fields.paramStride], tiles, parameters);
  }
  repeat(visit, "accumulator", name === "preload", [fields.accAddress, fields.accStride], tiles, fields.rows);
  if (name === "preload" || (writesInt8(fields) && fields.output === NORM_OUTPUTS.scratchpad)) {
    const slices = wordSlices(fields.spadSub, fields.slices, params.wordSlices);
    repeat(visit, "scratchpad", name !== "preload", [fields.spadAddress, fields.spadStride], slices, fields.rows);
  }
  if (name === "exp" || name === "probability") visit("rowMax", false, fields.rowSlot, fields.rows);
}

/** Calls `visit` for every range that the command reads or writes, reads first. */
export function visitAccesses(params: Params, command: Command, visit: Visit): void {
  switch (command.engine) {
    case "load":
      visitLoad(params, command.fields, visit);
      break;
    case "store":
      visitStore(params, command.fields, visit);
      break;
    case "gemm":
      visitGemm(params, command.fields, visit);
      break;
    case "norm":
      visitNorm(params, command.fields, visit);
      break;
  }
}
