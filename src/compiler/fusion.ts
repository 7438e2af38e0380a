/** Fusion: which of Softmax and LayerNorm happen on chip, between the products, and which through DRAM. */
import type { Params } from "../config/index.ts";
import { SystoleError } from "../errors.ts";
import { ProgramBuilder } from "./builder.ts";
import type { Mapper } from "./mapper.ts";
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

/** What the two ways of an operation are called, by the names of their searches. */
export interface FusionWays {
  readonly operation: string;
  readonly fused: readonly string[];
  readonly unfused: readonly string[];
}

/** Adds all that is compiled to an empty builder, each operation fused or not. */
export type Describe = (builder: ProgramBuilder, fused: (operation: string) => boolean) => void;

/** Choices by expected cycles, one operation after another. */
export class FusionComparison {
  readonly #mapper: Mapper;
  readonly #describe: Describe;
  readonly #estimates = new Map<boolean, ReadonlyMap<string, number | undefined>>();
  readonly #chosen = new Map<string, boolean>();

  constructor(mapper: Mapper, describe: Describe) {
    this.#mapper = mapper;
    this.#describe = describe;
  }

  /** The faster of the two, and word of it to the mapper. */
  choose({ operation, fused, unfused }: FusionWays): boolean {
    let on = this.#estimate(true, fused);
    let off = this.#estimate(false, unfused);
    // The closed form adds up operations that would overlap: what it says against fusion is checked on the whole.
    const doubt = on !== undefined && off !== undefined && off < on;
    if (doubt) [on, off] = [this.#whole(operation, true), this.#whole(operation, false)];
    const whole = (cycles: number | undefined): number | null => (cycles === undefined ? null : Math.round(cycles));
    // On chip when neither fits: the error then says what that needs.
    const chosen = off === undefined || (on !== undefined && on <= off);
    this.#chosen.set(operation, chosen);
    this.#mapper.recordFusion({
      operation,
      fused: chosen,
      fusedCycles: whole(on),
      unfusedCycles: whole(off),
      reason: fusionReason(on, off) + (doubt ? " in all" : ""),
    });
    return chosen;
  }

  /** Sum over searches by the closed form; undefined when one does not fit, or cannot be here. */
  #estimate(fused: boolean, names: readonly string[]): number | undefined {
    const { params } = this.#mapper;
    if (!fused && !canUnfuse(params)) return undefined;
    const estimates =
      this.#estimates.get(fused) ??
      this.#mapper.estimate(() => {
        this.#describe(new ProgramBuilder(params), () => fused);
      });
    this.#estimates.set(fused, estimates);
    return names.reduce<number | undefined>((total, name) => {
      const cycles = estimates.get(name);
      return total === undefined || cycles === undefined ? undefined : total + cycles;
    }, 0);
  }

  /** Cycles of all that is compiled by the event model, what is not chosen yet being fused. */
  #whole(operation: string, fused: boolean): number | undefined {
    return this.#mapper.predict((builder) => {
      this.#describe(builder, (other) => (other === operation ? fused : (this.#chosen.get(other) ?? true)));
    });
  }
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
