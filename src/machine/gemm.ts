import type { Params } from "../config/index.ts";
import { GEMM_INITS } from "../isa/index.ts";
import type { GemmFields } from "../isa/index.ts";
import { matmul } from "../reference/index.ts";
import { MachineFault } from "./fault.ts";
import type { MachineState } from "./state.ts";

/** Last scratchpad word of `positions` sub-slices from `sub`, `per` to a word, `rows` rows each. */
function lastWord(address: number, stride: number, sub: number, positions: number, per: number, rows: number): number {
  return address + Math.floor((sub + positions - 1) / per) * stride + rows - 1;
}

function check(params: Params, fields: GemmFields, index: number): void {
  const illegal = (message: string): never => {
    throw new MachineFault("illegalField", index, message);
  };
  const { rows, kTiles, nTiles } = fields;
  if (rows < 1 || kTiles < 1 || nTiles < 1)
    illegal(`${rows} rows, ${kTiles} K steps, ${nTiles} N tiles: none may be 0`);
  if (fields.init > GEMM_INITS.bias) illegal(`init ${fields.init}`);
  const weightSubs = fields.transpose ? params.wordKSteps : params.wordTiles;
  if (fields.aSub >= params.wordKSteps) illegal(`aSub ${fields.aSub} of ${params.wordKSteps} sub-slices`);
  if (fields.wSub >= weightSubs) illegal(`wSub ${fields.wSub} of ${weightSubs} sub-slices`);

  if (fields.trackMax && !params.features.has("softmax")) {
    throw new MachineFault("unknownCommand", index, "row maxima need softmax, which is not built in");
  }

  const lastA = lastWord(fields.aAddress, fields.aStride, fields.aSub, kTiles, params.wordKSteps, rows);
  const [positions, weightRows] = fields.transpose ? [kTiles, nTiles * params.cols] : [nTiles, kTiles * params.rows];
  const lastW = lastWord(fields.wAddress, fields.wStride, fields.wSub, positions, weightSubs, weightRows);
  if (Math.max(lastA, lastW) >= params.scratchpadWords) {
    throw new MachineFault("scratchpadRange", index, `word ${Math.max(lastA, lastW)} of ${params.scratchpadWords}`);
  }
  const lastBias = fields.init === GEMM_INITS.bias ? fields.biasAddress + nTiles - 1 : 0;
  const lastAcc = Math.max(fields.accAddress + (nTiles - 1) * fields.accStride + rows - 1, lastBias);
  if (lastAcc >= params.accumulatorRows) {
    throw new MachineFault("accumulatorRange", index, `row ${lastAcc} of ${params.accumulatorRows}`);
  }
  if (fields.trackMax && fields.rowSlot + rows > params.rowSlots) {
    throw new MachineFault("rowSlotRange", index, `slot ${fields.rowSlot + rows - 1} of ${params.rowSlots}`);
  }
}

/** Columns first..first+count-1 of a matrix in word slices, as [rows][count]. */
function gather(
  { scratchpad }: MachineState,
  wordBytes: number,
  place: { readonly address: number; readonly stride: number; readonly first: number },
  shape: { readonly rows: number; readonly count: number },
): Int8Array {
  const out = new Int8Array(shape.rows * shape.count);
  for (let at = 0; at < shape.count;) {
    const column = place.first + at;
    const byte = column % wordBytes;
    const run = Math.min(wordBytes - byte, shape.count - at);
    const word = place.address + Math.floor(column / wordBytes) * place.stride;
    for (let row = 0; row < shape.rows; row++) {
      const from = (word + row) * wordBytes + byte;
      const to = row * shape.count + at;
      for (let i = 0; i < run; i++) out[to + i] = scratchpad[from + i]!;
    }
    at += run;
  }
  return out;
}

/** GEMM: acc[rows][nTiles · cols] (+)= A[rows][kTiles · rows] · W, and the row maxima. */
export function executeGemm(params: Params, state: MachineState, fields: GemmFields, index: number): void {
  check(params, fields, index);
  const { rows, cols: C, wordBytes } = params;
  const shape = { rows: fields.rows, inner: fields.kTiles * rows, cols: fields.nTiles * C };
  const signed = gather(
    state,
    wordBytes,
    { address: fields.aAddress, stride: fields.aStride, first: fields.aSub * rows },
    { rows: shape.rows, count: shape.inner },
  );
  const a = fields.unsignedA ? new Uint8Array(signed.buffer) : signed;
  const place = { address: fields.wAddress, stride: fields.wStride };
  const w = fields.transpose
    ? gather(state, wordBytes, { ...place, first: fields.wSub * rows }, { rows: shape.cols, count: shape.inner })
    : gather(state, wordBytes, { ...place, first: fields.wSub * C }, { rows: shape.inner, count: shape.cols });
  const initial = initialValues(params, state, fields);
  const sums = matmul(a, w, shape, {
    layout: fields.transpose ? "cols-inner" : "inner-cols",
    overflow: "wrap",
    ...(initial === undefined ? {} : { initial }),
  });
  for (let n = 0; n < fields.nTiles; n++) {
    for (let row = 0; row < fields.rows; row++) {
      const from = row * shape.cols + n * C;
      state.accumulator.set(sums.subarray(from, from + C), (fields.accAddress + n * fields.accStride + row) * C);
    }
  }
  if (fields.trackMax) trackMaxima(state, fields, sums, shape.cols);
}

/** What the first K step adds to, [rows][nTiles · cols]; undefined for zeros. */
function initialValues({ cols: C }: Params, state: MachineState, fields: GemmFields): Int32Array | undefined {
  if (fields.init === GEMM_INITS.zero) return undefined;
  const width = fields.nTiles * C;
  const initial = new Int32Array(fields.rows * width);
  for (let n = 0; n < fields.nTiles; n++) {
    for (let row = 0; row < fields.rows; row++) {
      const source =
        fields.init === GEMM_INITS.bias ? fields.biasAddress + n : fields.accAddress + n * fields.accStride + row;
      initial.set(state.accumulator.subarray(source * C, source * C + C), row * width + n * C);
    }
  }
  return initial;
}

function trackMaxima({ rows }: MachineState, fields: GemmFields, sums: Int32Array, width: number): void {
  const valid = Math.min(width, fields.validColumns);
  for (let row = 0; row < fields.rows; row++) {
    const slot = fields.rowSlot + row;
    let max = fields.startMax ? -(2 ** 31) : rows.max[slot]!;
    for (let col = 0; col < valid; col++) max = Math.max(max, sums[row * width + col]!);
    rows.max[slot] = max;
  }
}
