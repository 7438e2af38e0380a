/** Fusion: which of Softmax and LayerNorm happen on chip, between the products, and which through DRAM. */
import type { Params } from "../config/index.ts";
import { SystoleError } from "../errors.ts";

/**
 * `all`: Softmax between Q·Kᵀ and P·V, LayerNorm at the end of the product before it, nothing through DRAM. `softmax`: only
 * Softmax so; LayerNorm is an operation of its own. `off`: Softmax too. `auto`: whichever is expected to be faster, operation
 * by operation. The results are the same.
 */
export type Fusion = "auto" | "off" | "softmax" | "all";

/** Every choice, the default first. */
export const FUSIONS: readonly Fusion[] = ["auto", "off", "softmax", "all"];

/**
 * Can accumulators come back from DRAM? What the norm unit sends there in slices of its lanes, LOAD can bring back only when
 * a slice is a whole accumulator row.
 */
export const canUnfuse = (params: Params): boolean => params.lanes === params.cols;

/** Error `compile-fusion` when `fusion` asks for operations of their own and the configuration cannot have them. */
export function requireFusion(params: Params, fusion: Fusion): void {
  if (fusion === "auto" || fusion === "all" || canUnfuse(params)) return;
  throw new SystoleError({
    code: "compile-fusion",
    message:
      `fusion "${fusion}" on the configuration ${params.name}: accumulators come back from DRAM only where the norm ` +
      `unit has a lane for every column (norm.lanes is ${params.lanes}, array.cols ${params.cols})`,
    location: { path: "norm.lanes" },
    remedy: `Choose fusion "all" or "auto", or set norm.lanes to ${params.cols}.`,
  });
}
