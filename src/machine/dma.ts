import type { Params } from "../config/index.ts";
import { LOAD_SPACES, STORE_SOURCES } from "../isa/index.ts";
import type { LoadFields, StoreFields } from "../isa/index.ts";
import { MachineFault } from "./fault.ts";
import type { MachineState } from "./state.ts";

/** DRAM as a program sees it: byte 0 is at BASE, its length is LIMIT. */
export type Dram = Uint8Array;

/** Checks what LOAD and STORE have in common; returns the bytes of a run. */
function checkDma(params: Params, dram: Dram, fields: LoadFields | StoreFields, unit: number, index: number): number {
  const { runs, runLength, dramOffset, dramStride } = fields;
  const beat = params.beatBytes;
  const illegal = (message: string): never => {
    throw new MachineFault("illegalField", index, message);
  };
  if (runs < 1 || runLength < 1) illegal(`${runs} runs of ${runLength}: both must be at least 1`);
  const runBytes = runLength * unit;
  if (dramOffset % beat !== 0) illegal(`dramOffset ${dramOffset} is not a multiple of the ${beat}-byte beat`);
  if (dramStride % beat !== 0) illegal(`dramStride ${dramStride} is not a multiple of the ${beat}-byte beat`);
  if (runBytes % beat !== 0) illegal(`a run of ${runBytes} bytes is not a whole number of ${beat}-byte beats`);
  const end = dramOffset + (runs - 1) * dramStride + runBytes;
  if (end > dram.length) throw new MachineFault("dramRange", index, `DRAM byte ${end - 1} of ${dram.length}`);
  return runBytes;
}

/** LOAD: DRAM to scratchpad words or accumulator rows. */
export function executeLoad(params: Params, state: MachineState, dram: Dram, fields: LoadFields, index: number): void {
  const toAccumulator = fields.space === LOAD_SPACES.accumulator;
  const unit = toAccumulator ? params.accumulatorRowBytes : params.wordBytes;
  const runBytes = checkDma(params, dram, fields, unit, index);
  const end = fields.localAddress + (fields.runs - 1) * fields.localStride + fields.runLength;
  const capacity = toAccumulator ? params.accumulatorRows : params.scratchpadWords;
  if (end > capacity) {
    const fault = toAccumulator ? "accumulatorRange" : "scratchpadRange";
    throw new MachineFault(fault, index, `local address ${end - 1} of ${capacity}`);
  }
  const target = toAccumulator ? state.accumulatorBytes : state.scratchpad;
  for (let run = 0; run < fields.runs; run++) {
    const from = fields.dramOffset + run * fields.dramStride;
    target.set(dram.subarray(from, from + runBytes), (fields.localAddress + run * fields.localStride) * unit);
  }
}

/** STORE: scratchpad words, or the norm stream, to DRAM. */
export function executeStore(
  params: Params,
  state: MachineState,
  dram: Dram,
  fields: StoreFields,
  index: number,
): void {
  const unit = params.wordBytes;
  const runBytes = checkDma(params, dram, fields, unit, index);
  const fromStream = fields.source === STORE_SOURCES.stream;
  const end = fields.localAddress + (fields.runs - 1) * fields.localStride + fields.runLength;
  if (!fromStream && end > params.scratchpadWords) {
    throw new MachineFault("scratchpadRange", index, `local address ${end - 1} of ${params.scratchpadWords}`);
  }
  for (let run = 0; run < fields.runs; run++) {
    const to = fields.dramOffset + run * fields.dramStride;
    if (fromStream) {
      if (!state.stream.take(dram.subarray(to, to + runBytes))) {
        throw new MachineFault("deadlock", index, "STORE takes more from the stream than NORM has supplied");
      }
    } else {
      const from = (fields.localAddress + run * fields.localStride) * unit;
      dram.set(state.scratchpad.subarray(from, from + runBytes), to);
    }
  }
}
