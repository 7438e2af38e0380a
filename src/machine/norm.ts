import type { NormVariants, Params } from "../config/index.ts";
import {
  exponentOf,
  MEAN_SHIFT_LEAST,
  NORM_FUNCTIONS,
  NORM_OUTPUTS,
  SCALE_FORMATS,
  scaleOfWord,
} from "../isa/index.ts";
import type { NormFields, NormFunction, PreShiftedFormat } from "../isa/index.ts";
import {
  deferredElement,
  expElements,
  geluElements,
  geluInput,
  lastDyadic,
  layerNormInput,
  layerNormOutput,
  layerNormSteps,
  preloadElement,
  probabilityElement,
  requantiseElement,
  rowScaledElement,
  saturateSigned,
  softmaxRowFactor,
} from "../reference/index.ts";
import type { Dyadic } from "../reference/index.ts";
import { checkNorm } from "./norm-check.ts";
import { RowJobRace } from "./fault.ts";
import type { MachineState } from "./state.ts";

const FUNCTION_NAMES = Object.keys(NORM_FUNCTIONS) as NormFunction[];

/** Everything one slice of a pass needs; the element functions below read it. */
interface Slice {
  readonly fields: NormFields;
  readonly state: MachineState;
  readonly variants: NormVariants;
  readonly lanes: number;
  /** Column index of lane 0. */
  readonly column: number;
  /** Element index in the accumulator of row 0, lane 0; consecutive rows are `rowElements` apart. */
  readonly accumulator: number;
  readonly rowElements: number;
  /** Parameter rows: element index of lane 0 in each of the tile's rows. */
  readonly params: readonly [number, number, number];
}

/** What a function's first scale makes of the accumulator, which settles what the scale's shift amount means. */
const FORMATS: Readonly<Record<NormFunction, PreShiftedFormat>> = {
  requantise: SCALE_FORMATS.byte,
  gelu: SCALE_FORMATS.fixed,
  exp: SCALE_FORMATS.exponent,
  probability: SCALE_FORMATS.exponent,
  statistics: SCALE_FORMATS.fixed,
  normalise: SCALE_FORMATS.fixed,
  preload: SCALE_FORMATS.fixed,
  raw: SCALE_FORMATS.fixed,
};

/** The first dyadic multiplier of a lane: from parameter row 0, or per tensor. */
function scaleOf({ fields, state, params }: Slice, lane: number): Dyadic {
  const format = FORMATS[FUNCTION_NAMES[fields.function]!];
  if (fields.perChannel) return scaleOfWord(state.accumulator[params[0] + lane]!, format);
  return { m: fields.scaleM, e: exponentOf(fields.scaleE, format) };
}

/** The last dyadic multiplier, or for `normalise` the exponent of gamma and beta. */
const lastScaleOf = ({ finalM, finalE }: NormFields): Dyadic => ({
  m: finalM,
  e: exponentOf(finalE, SCALE_FORMATS.last),
});

/** int8 passes: what one row of a slice becomes. `out` gets one value a lane. */
type Pass = (slice: Slice, row: number, scales: readonly Dyadic[], out: Uint8Array, at: number) => void;

const requantisePass: Pass = ({ fields, state, lanes, accumulator, rowElements }, row, scales, out, at) => {
  const base = accumulator + row * rowElements;
  const slot = fields.rowSlot + row;
  for (let lane = 0; lane < lanes; lane++) {
    const acc = state.accumulator[base + lane]!;
    let y: number;
    if (fields.rowScale) {
      y = rowScaledElement(acc, state.rows.r[slot]!, state.rows.shift[slot]!, lastScaleOf(fields));
    } else {
      y = requantiseElement(acc, scales[lane]!.m, scales[lane]!.e);
    }
    out[at + lane] = fields.relu ? Math.max(0, y) : y;
  }
};

const geluPass: Pass = ({ fields, state, variants, lanes, accumulator, rowElements }, row, scales, out, at) => {
  const base = accumulator + row * rowElements;
  const element = geluElements[variants.gelu];
  for (let lane = 0; lane < lanes; lane++) {
    const g = element(geluInput(state.accumulator[base + lane]!, scales[lane]!.m, scales[lane]!.e));
    out[at + lane] = saturateSigned(lastDyadic(g, lastScaleOf(fields)), 8);
  }
};

/** The exp u16 of one element, 0 where masked. */
function expAt({ fields, state, variants, column }: Slice, index: number, lane: number, max: number): number {
  if (column + lane >= fields.validColumns) return 0;
  const scale = { m: fields.scaleM, e: exponentOf(fields.scaleE, SCALE_FORMATS.exponent) };
  return expElements[variants.softmax](max - state.accumulator[index + lane]!, scale);
}

const expPass: Pass = (slice, row, _scales, out, at) => {
  const { fields, state, lanes, accumulator, rowElements } = slice;
  const slot = fields.rowSlot + row;
  const base = accumulator + row * rowElements;
  let sum = 0;
  for (let lane = 0; lane < lanes; lane++) {
    const exp = expAt(slice, base, lane, state.rows.max[slot]!);
    sum += exp;
    out[at + lane] = deferredElement(exp);
  }
  state.rows.sum[slot]! += sum;
};

const probabilityPass: Pass = (slice, row, _scales, out, at) => {
  const { fields, state, lanes, accumulator, rowElements } = slice;
  const slot = fields.rowSlot + row;
  const base = accumulator + row * rowElements;
  for (let lane = 0; lane < lanes; lane++) {
    const exp = expAt(slice, base, lane, state.rows.max[slot]!);
    out[at + lane] = probabilityElement(exp, state.rows.r[slot]!, state.rows.shift[slot]!);
  }
};

const statisticsPass: Pass = ({ fields, state, lanes, column, accumulator, rowElements }, row, scales) => {
  const base = accumulator + row * rowElements;
  const valid = Math.min(lanes, fields.validColumns - column);
  let sum = 0;
  let squares = 0;
  for (let lane = 0; lane < valid; lane++) {
    const x = layerNormInput(state.accumulator[base + lane]!, scales[lane]!.m, scales[lane]!.e);
    sum += x;
    squares += x * x;
  }
  state.rows.sum[fields.rowSlot + row]! += sum;
  state.rows.squares[fields.rowSlot + row]! += squares;
};

const normalisePass: Pass = (slice, row, scales, out, at) => {
  const { fields, state, variants, lanes, column, accumulator, rowElements, params } = slice;
  const { normalised } = layerNormSteps[variants.layernorm];
  const slot = fields.rowSlot + row;
  const base = accumulator + row * rowElements;
  const factor = { r: state.rows.r[slot]!, shift: state.rows.shift[slot]!, mean: state.rows.mean[slot]! };
  for (let lane = 0; lane < lanes; lane++) {
    if (column + lane >= fields.validColumns) {
      out[at + lane] = 0;
      continue;
    }
    const x = layerNormInput(state.accumulator[base + lane]!, scales[lane]!.m, scales[lane]!.e);
    const gain = (saturateSigned(state.accumulator[params[1] + lane]!, 16) << 18) >> 18;
    const offset = saturateSigned(state.accumulator[params[2] + lane]!, 16);
    out[at + lane] = layerNormOutput(normalised(x, factor), gain, offset, lastScaleOf(fields).e);
  }
};

const INT8_PASSES: Readonly<Partial<Record<NormFunction, Pass>>> = {
  requantise: requantisePass,
  gelu: geluPass,
  exp: expPass,
  probability: probabilityPass,
  statistics: statisticsPass,
  normalise: normalisePass,
};

/** NORM: one pass over rows x slices, and at its end the row job, whose result is there at once. */
export function executeNorm(params: Params, state: MachineState, fields: NormFields, index: number): void {
  const name = FUNCTION_NAMES[fields.function];
  checkNorm(params, fields, name, index);
  const startsSums = name === "exp" || name === "statistics";
  const readsFactors =
    name === "probability" || name === "normalise" || (name === "requantise" && fields.rowScale === 1);
  if (readsFactors) checkFactors(state, fields, index);
  if (startsSums) startSums(state, fields, index);

  const stream = name === "raw" || fields.output === NORM_OUTPUTS.stream;
  const writesInt8 =
    name !== "statistics" && name !== "preload" && name !== "raw" && !(name === "exp" && !fields.deferred);
  const streamed: Uint8Array[] = [];
  for (let j = 0; j < fields.slices; j++) {
    const slice = sliceOf(params, state, fields, j);
    if (name === "raw") streamed.push(rawSlice(slice));
    else if (name === "preload") preloadSlice(params, slice, j);
    else {
      const bytes = int8Slice(slice, INT8_PASSES[name]!);
      if (writesInt8 && stream) streamed.push(bytes);
      else if (writesInt8) writeSlice(params, slice, j, bytes);
    }
  }
  for (const bytes of streamed) state.stream.push(bytes, index);
  if (startsSums) runRowJob(params.variants, state, fields, name);
}

function sliceOf(params: Params, state: MachineState, fields: NormFields, j: number): Slice {
  const tile = Math.floor(j / params.tileSlices);
  const lane = (j % params.tileSlices) * params.lanes;
  const row = fields.paramAddress + tile * fields.paramStride;
  const param = (n: number): number => (row + n) * params.cols + lane;
  return {
    fields,
    state,
    variants: params.variants,
    lanes: params.lanes,
    column: j * params.lanes,
    accumulator: (fields.accAddress + tile * fields.accStride) * params.cols + lane,
    rowElements: params.cols,
    params: [param(0), param(1), param(2)],
  };
}

function int8Slice(slice: Slice, pass: Pass): Uint8Array {
  const { fields, lanes } = slice;
  const scales = Array.from({ length: lanes }, (_, lane) => scaleOf(slice, lane));
  const out = new Uint8Array(fields.rows * lanes);
  for (let row = 0; row < fields.rows; row++) pass(slice, row, scales, out, row * lanes);
  return out;
}

/** Byte offset in the scratchpad of lane 0 of slice j, row `row`. */
function spadByte(params: Params, fields: NormFields, j: number, row: number): number {
  const position = fields.spadSub + j;
  const word = fields.spadAddress + Math.floor(position / params.wordSlices) * fields.spadStride + row;
  return word * params.wordBytes + (position % params.wordSlices) * params.lanes;
}

function writeSlice(params: Params, { fields, state, lanes }: Slice, j: number, bytes: Uint8Array): void {
  for (let row = 0; row < fields.rows; row++) {
    state.scratchpad.set(bytes.subarray(row * lanes, (row + 1) * lanes), spadByte(params, fields, j, row));
  }
}

function preloadSlice(params: Params, slice: Slice, j: number): void {
  const { fields, state, lanes, accumulator, rowElements } = slice;
  const scales = Array.from({ length: lanes }, (_, lane) => scaleOf(slice, lane));
  const bias = state.accumulator.slice(slice.params[1], slice.params[1] + lanes);
  for (let row = 0; row < fields.rows; row++) {
    const from = spadByte(params, fields, j, row);
    for (let lane = 0; lane < lanes; lane++) {
      const residual = (state.scratchpad[from + lane]! << 24) >> 24;
      const result = preloadElement(residual, scales[lane]!, fields.finalM, bias[lane]!);
      state.accumulator[accumulator + row * rowElements + lane] = result;
    }
  }
}

function rawSlice({ fields, state, lanes, accumulator, rowElements }: Slice): Uint8Array {
  const out = new Int32Array(fields.rows * lanes);
  for (let row = 0; row < fields.rows; row++) {
    const from = accumulator + row * rowElements;
    out.set(state.accumulator.subarray(from, from + lanes), row * lanes);
  }
  return new Uint8Array(out.buffer);
}

/** A pass that reads row factors waits until at most `pendingRowJobs` jobs are unfinished: those may not be its own. */
function checkFactors(state: MachineState, fields: NormFields, index: number): void {
  state.jobsFinished = Math.max(state.jobsFinished, state.jobsQueued - fields.pendingRowJobs);
  for (let slot = fields.rowSlot; slot < fields.rowSlot + fields.rows; slot++) {
    if (state.rows.job[slot]! > state.jobsFinished) {
      throw new RowJobRace(index, `reads the factor of row slot ${slot}, whose row job may be unfinished`);
    }
  }
}

/** Row jobs that may be unfinished; a pass that ends in one waits for room. */
const ROW_JOB_QUEUE = 2;

function startSums(state: MachineState, fields: NormFields, index: number): void {
  state.jobsFinished = Math.max(state.jobsFinished, state.jobsQueued - (ROW_JOB_QUEUE - 1));
  for (let slot = fields.rowSlot; slot < fields.rowSlot + fields.rows; slot++) {
    if (state.rows.job[slot]! > state.jobsFinished) {
      throw new RowJobRace(index, `starts the sums of row slot ${slot}, whose last row job may be unfinished`);
    }
    state.rows.sum[slot] = 0;
    state.rows.squares[slot] = 0;
  }
}

function runRowJob(variants: NormVariants, state: MachineState, fields: NormFields, name: "exp" | "statistics"): void {
  const { rowFactor } = layerNormSteps[variants.layernorm];
  const { rows } = state;
  state.jobsQueued++;
  for (let slot = fields.rowSlot; slot < fields.rowSlot + fields.rows; slot++) {
    rows.job[slot] = state.jobsQueued;
    if (name === "exp") {
      const { r, shift } = softmaxRowFactor(rows.sum[slot]!);
      rows.r[slot] = r;
      rows.shift[slot] = shift;
    } else {
      const reciprocal = { recip: fields.recip, shift: MEAN_SHIFT_LEAST + fields.recipShift };
      const factor = rowFactor(rows.sum[slot]!, rows.squares[slot]!, fields.validColumns, reciprocal);
      rows.r[slot] = factor.r;
      rows.shift[slot] = factor.shift;
      rows.mean[slot] = factor.mean;
    }
  }
}
