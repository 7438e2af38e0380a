/** Fusion: which of Softmax and LayerNorm happen on chip, between the products, and which through DRAM. */
import type { Params } from "../config/index.ts";
import { SystoleError } from "../errors.ts";
import type { FusionMapping } from "./mapping.ts";

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

/** Cycles of searches by name, as the mapper compares them. */
export type Compared = ReadonlyMap<string, number | undefined>;

/** Sum over `names`; undefined when one does not fit or was not looked at. */
const sum = (compared: Compared | undefined, names: readonly string[]): number | undefined =>
  names.reduce<number | undefined>((total, name) => {
    const cycles = compared?.get(name);
    return total === undefined || cycles === undefined ? undefined : total + cycles;
  }, 0);

/** The faster of the two for `operation`; the searches of each are given by name. */
export function compareFusion(
  operation: string,
  fused: { readonly compared: Compared; readonly names: readonly string[] },
  unfused: { readonly compared: Compared | undefined; readonly names: readonly string[] },
): FusionMapping {
  const on = sum(fused.compared, fused.names);
  const off = sum(unfused.compared, unfused.names);
  const whole = (cycles: number | undefined): number | null => (cycles === undefined ? null : Math.round(cycles));
  // On chip when neither fits: the error then says what that needs.
  const chosen = off === undefined || (on !== undefined && on <= off);
  return { operation, fused: chosen, fusedCycles: whole(on), unfusedCycles: whole(off), reason: fusionReason(on, off) };
}

function fusionReason(on: number | undefined, off: number | undefined): string {
  if (off === undefined) return on === undefined ? "neither fits" : "through DRAM is not possible here";
  if (on === undefined) return "whole rows do not fit on chip";
  const [less, more, where] = on <= off ? [on, off, "on chip"] : [off, on, "through DRAM"];
  return `${where} takes ${((100 * (more - less)) / more).toFixed(1)} % fewer cycles`;
}

/** The choice that was made by `--fusion`. */
export const givenFusion = (operation: string, fused: boolean): FusionMapping => ({
  operation,
  fused,
  fusedCycles: null,
  unfusedCycles: null,
  reason: "as asked for",
});
