/** Configurations that are none of the presets: every relation between rows, columns, lanes, words and beats. */
import { checkConfig, deriveParams } from "../../src/config/index.ts";
import type { NormFeature, NormVariants, Params } from "../../src/config/index.ts";

interface Variant {
  readonly rows: number;
  readonly cols: number;
  readonly lanes: number;
  readonly dmaBits: number;
  readonly scratchpadKib: number;
  readonly accumulatorKib: number;
  readonly banks?: number;
  readonly functions?: readonly NormFeature[];
  readonly variants?: NormVariants;
  readonly rowSlots?: number;
  readonly queueDepth?: number;
  readonly semaphores?: number;
  readonly outstanding?: number;
}

const IBERT = { softmax: "ibert", layernorm: "ibert", gelu: "ibert" } as const;
const SMALL = { scratchpadKib: 32, accumulatorKib: 64 } as const;

const VARIANTS = {
  /** The smallest array, with the smallest queues and the fewest semaphores and row slots. */
  "tiny-4x4": {
    rows: 4,
    cols: 4,
    lanes: 4,
    dmaBits: 64,
    scratchpadKib: 16,
    accumulatorKib: 32,
    banks: 2,
    rowSlots: 16,
    queueDepth: 2,
    semaphores: 8,
    outstanding: 1,
  },
  /** Four K steps in a word. */
  "flat-4x16": { rows: 4, cols: 16, lanes: 16, dmaBits: 128, ...SMALL },
  /** Four N tiles in a word, fewer lanes than bytes of a word. */
  "tall-16x4": { rows: 16, cols: 4, lanes: 4, dmaBits: 128, ...SMALL },
  /** Four norm slices in a tile. */
  "flat-8x32": { rows: 8, cols: 32, lanes: 8, dmaBits: 256, scratchpadKib: 64, accumulatorKib: 128 },
  /** Eight bytes a word, eight words a beat; Softmax on the host. */
  "beats-8x8": { rows: 8, cols: 8, lanes: 8, dmaBits: 512, ...SMALL, functions: ["layernorm", "gelu"] },
  /** Two beats a word, four slices a tile; LayerNorm and GELU on the host. */
  "narrow-16x16": {
    rows: 16,
    cols: 16,
    lanes: 4,
    dmaBits: 64,
    scratchpadKib: 64,
    accumulatorKib: 128,
    banks: 8,
    functions: ["softmax"],
  },
  /** Four tiles a word, two slices a tile. */
  "tall-32x8": { rows: 32, cols: 8, lanes: 4, dmaBits: 256, scratchpadKib: 64, accumulatorKib: 64, outstanding: 32 },
  /** I-BERT's own functions. */
  "ibert-8x8": { rows: 8, cols: 8, lanes: 8, dmaBits: 128, ...SMALL, variants: IBERT },
  /** The largest array. */
  "large-64x64": { rows: 64, cols: 64, lanes: 64, dmaBits: 512, scratchpadKib: 256, accumulatorKib: 512 },
} as const satisfies Record<string, Variant>;

export type VariantName = keyof typeof VARIANTS;

export const VARIANT_NAMES = Object.keys(VARIANTS) as VariantName[];

/** Parameters of a variant. */
export function variantParams(name: VariantName): Params {
  const v: Variant = VARIANTS[name];
  const { banks = 4, functions, variants, rowSlots = 256, queueDepth = 4, semaphores = 32, outstanding = 8 } = v;
  const config = {
    name,
    array: { rows: v.rows, cols: v.cols },
    scratchpad: { kib: v.scratchpadKib, banks },
    accumulator: { kib: v.accumulatorKib, banks },
    norm: { lanes: v.lanes, rowSlots, functions, variants },
    dma: { bits: v.dmaBits, outstandingReads: outstanding, outstandingWrites: outstanding },
    queueDepth,
    semaphores,
  };
  return deriveParams(checkConfig(config, name));
}
