/** Everything that follows from a configuration: sizes, widths and the fingerprint. Nothing else computes these. */
import { createHash } from "node:crypto";
import { ISA_VERSION } from "../isa/index.ts";
import type { EngineName } from "../isa/index.ts";
import { DEFAULT_VARIANTS, NORM_FEATURES } from "./schema.ts";
import type { Config, NormFeature, NormVariants } from "./schema.ts";

/** Bits needed to hold the values 0 .. n-1 (at least 1). */
export const indexBits = (n: number): number => Math.max(1, Math.ceil(Math.log2(n)));

/** All parameters of one accelerator variant; the generators, the compiler and the harness take this, never the raw config. */
export interface Params {
  readonly config: Config;
  readonly name: string;
  /** Array rows R (elements of a K step) and columns C (columns of an N tile). */
  readonly rows: number;
  readonly cols: number;
  /** Columns the norm unit handles per cycle. Divides `cols`. */
  readonly lanes: number;
  /** Bytes S of a scratchpad word: max(rows, cols). */
  readonly wordBytes: number;
  /** Sub-slices of a word: per K step (S / R), per N tile (S / C), per norm slice (S / lanes); and norm slices per tile (C / lanes). */
  readonly wordKSteps: number;
  readonly wordTiles: number;
  readonly wordSlices: number;
  readonly tileSlices: number;
  readonly operandBits: 8;
  readonly accumulatorBits: 32;
  /** Bits of a partial sum inside the array: {@link partialSumBits}. */
  readonly partialSumBits: number;
  readonly scratchpadWords: number;
  readonly scratchpadBanks: number;
  /** Accumulator rows of `cols` elements. */
  readonly accumulatorRows: number;
  readonly accumulatorBanks: number;
  /** Bytes of an accumulator row in DRAM: 4 x cols. */
  readonly accumulatorRowBytes: number;
  readonly features: ReadonlySet<NormFeature>;
  /** How each function is computed; a model must be quantised for the same. */
  readonly variants: NormVariants;
  readonly rowSlots: number;
  /** Bytes of a DMA beat. */
  readonly beatBytes: number;
  readonly outstandingReads: number;
  readonly outstandingWrites: number;
  /** Commands that wait for each engine. */
  readonly queueDepths: Readonly<Record<EngineName, number>>;
  readonly semaphores: number;
  /** Largest count of a semaphore. */
  readonly semaphoreMax: number;
  readonly blackboxSram: boolean;
  /** Rows of a matrix in DRAM are padded to a multiple of this, so that every DMA run is a whole number of beats. */
  readonly rowAlign: number;
  /** 32-bit fingerprint of configuration and command layout; the CONFIG register and every program carry it. */
  readonly fingerprint: number;
}

/** Bits that hold every sum of `rows` products of an unsigned and a signed operand, or of two signed ones. */
export const partialSumBits = (operandBits: number, rows: number): number => 2 * operandBits + Math.log2(rows);

/** Derives all parameters from a checked configuration. */
export function deriveParams(config: Config): Params {
  const { rows, cols } = config.array;
  const lanes = config.norm.lanes ?? cols;
  const wordBytes = Math.max(rows, cols);
  const beatBytes = config.dma.bits / 8;
  const accumulatorRowBytes = 4 * cols;
  // What is to come is prefetched: LOAD is ahead of the others by the buffers that it has filled.
  const others = Math.max(2, config.queueDepth / 2);
  // The name is a label, and the SRAM style changes no behaviour: neither is part of what a program depends on.
  const { name, sram, ...rest } = config;
  const functions = [...new Set(config.norm.functions)].sort();
  const { variants } = config.norm;
  // Only what differs from the default counts, so that programs from before there was a choice keep their fingerprint.
  const asked = NORM_FEATURES.filter((name) => variants[name] !== DEFAULT_VARIANTS[name]);
  const chosen = asked.length === 0 ? undefined : asked.map((name) => [name, variants[name]]);
  const behaviour = { ...rest, norm: { ...config.norm, lanes, functions, variants: chosen } };
  const digest = createHash("sha256")
    .update(JSON.stringify([ISA_VERSION, behaviour]))
    .digest();
  return {
    config,
    name,
    rows,
    cols,
    lanes,
    wordBytes,
    wordKSteps: wordBytes / rows,
    wordTiles: wordBytes / cols,
    wordSlices: wordBytes / lanes,
    tileSlices: cols / lanes,
    operandBits: config.operandBits,
    accumulatorBits: config.accumulatorBits,
    partialSumBits: partialSumBits(config.operandBits, rows),
    scratchpadWords: (config.scratchpad.kib * 1024) / wordBytes,
    scratchpadBanks: config.scratchpad.banks,
    accumulatorRows: (config.accumulator.kib * 1024) / accumulatorRowBytes,
    accumulatorBanks: config.accumulator.banks,
    accumulatorRowBytes,
    features: new Set(functions),
    variants,
    rowSlots: config.norm.rowSlots,
    beatBytes,
    outstandingReads: config.dma.outstandingReads,
    outstandingWrites: config.dma.outstandingWrites,
    queueDepths: { load: config.queueDepth, store: others, gemm: others, norm: others },
    semaphores: config.semaphores,
    semaphoreMax: 15,
    blackboxSram: sram === "blackbox",
    rowAlign: Math.max(1, beatBytes / wordBytes),
    fingerprint: digest.readUInt32LE(0),
  };
}
