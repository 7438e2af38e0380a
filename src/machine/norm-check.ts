import type { NormFeature, Params } from "../config/index.ts";
import { NORM_OUTPUTS } from "../isa/index.ts";
import type { NormFields, NormFunction } from "../isa/index.ts";
import { MachineFault } from "./fault.ts";

/** The feature that a function needs; those not listed are in every configuration. */
const NEEDS: Readonly<Partial<Record<NormFunction, NormFeature>>> = {
  gelu: "gelu",
  exp: "softmax",
  probability: "softmax",
  statistics: "layernorm",
  normalise: "layernorm",
};

/** Everything NORM checks before it starts a command. Throws {@link MachineFault}. */
export function checkNorm(
  params: Params,
  fields: NormFields,
  name: NormFunction | undefined,
  index: number,
): asserts name is NormFunction {
  if (name === undefined) throw new MachineFault("unknownCommand", index, `norm function ${fields.function}`);
  checkBuiltIn(params, fields, name, index);
  const illegal = (message: string): never => {
    throw new MachineFault("illegalField", index, message);
  };
  const { rows, slices } = fields;
  if (rows < 1 || slices < 1) illegal(`${rows} rows, ${slices} slices: none may be 0`);
  const usesSpad = name === "preload" || (writesInt8(fields, name) && fields.output === NORM_OUTPUTS.scratchpad);
  if (usesSpad && fields.spadSub >= params.wordSlices) {
    illegal(`spadSub ${fields.spadSub} of ${params.wordSlices} sub-slices`);
  }
  if (writesInt8(fields, name) && fields.output === NORM_OUTPUTS.stream && params.lanes !== params.wordBytes) {
    illegal(`int8 results to the stream need lanes (${params.lanes}) equal to word bytes (${params.wordBytes})`);
  }
  if (name === "raw" && (rows * slices * params.lanes * 4) % params.wordBytes !== 0) {
    illegal(`${rows * slices} row-slices of ${params.lanes} int32 are not a whole number of stream words`);
  }
  if (usesSpad) {
    const last =
      fields.spadAddress +
      Math.floor((fields.spadSub + slices - 1) / params.wordSlices) * fields.spadStride +
      (rows - 1);
    if (last >= params.scratchpadWords) {
      throw new MachineFault("scratchpadRange", index, `word ${last} of ${params.scratchpadWords}`);
    }
  }
  const lastRow = lastAccumulatorRow(params, fields, name);
  if (lastRow >= params.accumulatorRows) {
    throw new MachineFault("accumulatorRange", index, `row ${lastRow} of ${params.accumulatorRows}`);
  }
  if (usesSlots(fields, name) && fields.rowSlot + rows > params.rowSlots) {
    throw new MachineFault("rowSlotRange", index, `slot ${fields.rowSlot + rows - 1} of ${params.rowSlots}`);
  }
}

function checkBuiltIn(params: Params, fields: NormFields, name: NormFunction, index: number): void {
  const feature = name === "requantise" && fields.rowScale ? "softmax" : NEEDS[name];
  if (feature !== undefined && !params.features.has(feature)) {
    throw new MachineFault("unknownCommand", index, `${name} needs ${feature}, which is not built in`);
  }
}

function writesInt8(fields: NormFields, name: NormFunction): boolean {
  if (name === "exp") return fields.deferred === 1;
  return name !== "statistics" && name !== "preload" && name !== "raw";
}

function usesSlots(fields: NormFields, name: NormFunction): boolean {
  if (name === "requantise") return fields.rowScale === 1;
  return name === "exp" || name === "probability" || name === "statistics" || name === "normalise";
}

/** Parameter rows read per tile; 0 when none is. */
export function parameterRows(fields: NormFields, name: NormFunction): number {
  if (name === "normalise") return 3;
  if (name === "preload") return 2;
  const scaled = name === "requantise" || name === "gelu" || name === "statistics";
  return scaled && fields.perChannel ? 1 : 0;
}

function lastAccumulatorRow(params: Params, fields: NormFields, name: NormFunction): number {
  const lastTile = Math.floor((fields.slices - 1) / params.tileSlices);
  const lastData = fields.accAddress + lastTile * fields.accStride + fields.rows - 1;
  const count = parameterRows(fields, name);
  return count === 0 ? lastData : Math.max(lastData, fields.paramAddress + lastTile * fields.paramStride + count - 1);
}
