/** The norm unit: requantise, GELU, Softmax, LayerNorm, preload and raw output, one slice of columns a cycle. */
export { NormEngine } from "./engine.ts";
export { hasFunctions, hasRowSums, normFeatures, normStages, ROW_JOBS } from "./shape.ts";
export type { NormFeatures, NormStages } from "./shape.ts";
export { Lane } from "./lane.ts";
export { RowUnit } from "./row-unit/index.ts";
