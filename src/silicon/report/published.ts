/** Figures of other accelerators that a report is read beside. */

/** What another design publishes for the same job. */
export interface PublishedBlock {
  /** Key of `blocks` in a cost report. */
  readonly key: string;
  readonly title: string;
  /** What ours does. */
  readonly ours: string;
  /** Gate equivalents of the other, and what it is there; none where no counterpart is known. */
  readonly theirs: { readonly ge: number; readonly what: string } | undefined;
}

/** Gemmini's RTL mapped to the same cells (NAND, NOR, INV and a flip-flop); its scaler is in fp32, ours in integers. */
export const PUBLISHED_BLOCKS: readonly PublishedBlock[] = [
  {
    key: "pe",
    title: "processing element",
    ours: "8 × 8 bits, 32-bit sum, weight held",
    theirs: { ge: 3200, what: "Gemmini's PE" },
  },
  {
    key: "requantiserPerLane",
    title: "requantiser, per lane",
    ours: "dyadic: integer multiplier and shift",
    theirs: { ge: 13_500, what: "Gemmini's fp32 scaler" },
  },
  {
    key: "control",
    title: "control",
    ours: "registers, fetch, dispatch, queues, semaphores, counters",
    theirs: { ge: 108_000, what: "Gemmini's reservation station and loop unroller" },
  },
  {
    key: "normUnit",
    title: "norm unit",
    ours: "Softmax, LayerNorm, GELU, requantisation, all lanes",
    theirs: undefined,
  },
  { key: "dma", title: "DMA", ours: "LOAD and STORE with their AXI masters", theirs: undefined },
];
