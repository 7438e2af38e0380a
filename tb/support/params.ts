/** Configurations for tests that are none of the presets. */
import { checkConfig, deriveParams } from "../../src/config/index.ts";
import type { NormFeature, NormVariants, Params } from "../../src/config/index.ts";

/** What a test may want of a configuration; the rest is small. */
export interface Variant {
  readonly rows: number;
  readonly cols: number;
  readonly lanes?: number;
  readonly dmaBits?: number;
  readonly outstanding?: number;
  readonly queueDepth?: number;
  readonly semaphores?: number;
  readonly scratchpadKib?: number;
  readonly accumulatorKib?: number;
  readonly functions?: readonly NormFeature[];
  readonly variants?: Partial<NormVariants>;
}

/** Parameters of a variant, named after its sizes. */
export function variant(v: Variant): Params {
  const { rows, cols, dmaBits = 128, outstanding = 8 } = v;
  const config = {
    name: `v${rows}x${cols}-d${dmaBits}`,
    array: { rows, cols },
    scratchpad: { kib: v.scratchpadKib ?? Math.max(16, Math.max(rows, cols)) },
    accumulator: { kib: v.accumulatorKib ?? Math.max(16, cols) },
    norm: {
      ...(v.lanes === undefined ? {} : { lanes: v.lanes }),
      ...(v.functions === undefined ? {} : { functions: v.functions }),
      ...(v.variants === undefined ? {} : { variants: v.variants }),
    },
    dma: { bits: dmaBits, outstandingReads: outstanding, outstandingWrites: outstanding },
    queueDepth: v.queueDepth ?? 4,
    semaphores: v.semaphores ?? 32,
  };
  return deriveParams(checkConfig(config, config.name));
}
