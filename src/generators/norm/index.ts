/** The norm unit: requantise, GELU, Softmax, LayerNorm, preload and raw output, one slice of columns a cycle. */
export { NormEngine } from "./engine.ts";
export {
  hasFunctions,
  hasRowSums,
  normFeatures,
  normStages,
  ROW_JOBS,
  ROW_SUM_BITS,
  ROW_SUM_DISTANCE,
} from "./shape.ts";
export type { NormFeatures, NormStages } from "./shape.ts";
export { Lane, laneParams } from "./lane.ts";
export { Requantiser } from "./requantiser.ts";
export { rawParts, rawWords } from "./operation.ts";
export { treeCycles } from "./row-sums.ts";
export { RowUnit, rowUnitCycles } from "./row-unit/index.ts";
export { STREAM_DEPTH } from "./writer.ts";
