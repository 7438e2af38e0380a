/** What a benchmark runs: a program, its input, and the integer reference's result for every tensor it writes. */
import type { Compiled } from "../compiler/index.ts";

/** One benchmark, ready to run. */
export interface Workload {
  readonly kind: string;
  /** Dimensions, for the report. */
  readonly shape: Readonly<Record<string, number>>;
  /** Elements that the norm unit's passes handle, for benchmarks of it. */
  readonly elements?: number;
  /** Bytes of weights that must come from DRAM once, for single products. */
  readonly weightBytes?: number;
  readonly compiled: Compiled;
  /** Writes the inputs into a fresh image. */
  readonly prepare: (image: Uint8Array) => void;
  /** The reference's values of a tensor by its name. Computed when first asked for. */
  readonly expected: (name: string) => ArrayLike<number> | undefined;
}
