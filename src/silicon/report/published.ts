/** Figures of other accelerators that a report is read beside. */
import type { Basis } from "../technology/index.ts";

/** What another design takes for the same job. */
export interface PublishedBlock {
  /** Key of `blocks` in a cost report. */
  readonly key: string;
  readonly title: string;
  /** What ours does. */
  readonly ours: string;
  /** Gate equivalents of the other, and what it is there; none where no counterpart is known. */
  readonly theirs:
    { readonly ge: number; readonly what: string; readonly basis: Basis; readonly source: string } | undefined;
}

const GEMMINI = {
  basis: "fitted",
  source:
    "own: Verilog of Gemmini's default configuration (16 x 16, int8, 2023) synthesised with the same recipe to NAND, NOR, INV and a flip-flop",
} as const;

/** Gemmini's RTL mapped to the same cells (NAND, NOR, INV and a flip-flop); its scaler is in fp32, ours in integers. */
export const PUBLISHED_BLOCKS: readonly PublishedBlock[] = [
  {
    key: "pe",
    title: "processing element",
    ours: "8 × 8 bits, 32-bit sum, weight held",
    theirs: { ge: 3200, what: "Gemmini's PE", ...GEMMINI },
  },
  {
    key: "requantiserPerLane",
    title: "requantiser, per lane",
    ours: "dyadic: integer multiplier and shift",
    theirs: { ge: 13_500, what: "Gemmini's fp32 scaler", ...GEMMINI },
  },
  {
    key: "control",
    title: "control",
    ours: "registers, fetch, dispatch, queues, semaphores, counters",
    theirs: { ge: 108_000, what: "Gemmini's reservation station and loop unroller", ...GEMMINI },
  },
  {
    key: "normUnit",
    title: "norm unit",
    ours: "Softmax, LayerNorm, GELU, requantisation, all lanes",
    theirs: undefined,
  },
  { key: "dma", title: "DMA", ours: "LOAD and STORE with their AXI masters", theirs: undefined },
];

/** What a survey prints for Gemmini with I-BERT's functions added: increases over the accelerator without them. */
export const SURVEY = {
  area: 0.14,
  power: 0.093,
  matmulLatency: 0.36,
  basis: "published",
  source:
    "Kim et al.: Full Stack Optimization of Transformer Inference: a Survey, arXiv 2302.14017v1, 2023, sections 3.4.3 and 3.4.4: ASAP7, 16 x 16, SRAM energies of Accelergy's CACTI plug-in scaled to 7 nm",
} as const;
