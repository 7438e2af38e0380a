/**
 * The command layout, written once.
 *
 * A program is a list of 64-byte commands. The compiler's encoder, the hardware's decoder, the functional
 * machine, the disassembler, the C header and the reference table in the docs are all derived from this file.
 * Bit 0 is the least significant bit of byte 0 (little endian).
 */

import { LAST_SHIFT_BITS, MULTIPLIER_BITS, PRE_SHIFT_BITS } from "./scales.ts";

/** Bytes of one command, and its size in bits. */
export const COMMAND_BYTES = 64;
export const COMMAND_BITS = COMMAND_BYTES * 8;

/** One bit field of a command. */
export interface Field {
  readonly name: string;
  /** Lowest bit inside the command. */
  readonly lsb: number;
  readonly bits: number;
  /** What the field means, with its unit; becomes a row of the command reference. */
  readonly doc: string;
  /** Symbolic values, for the disassembler, the C header and the reference. */
  readonly values?: Readonly<Record<string, number>>;
}

export type EngineName = "load" | "store" | "gemm" | "norm";

/** The engines in the order of their register blocks and trace ports. */
export const ENGINES: readonly EngineName[] = ["load", "store", "gemm", "norm"];

/** Operation codes; 0 is deliberately unused, so that zeroed memory faults as an unknown command. */
export const OPCODES: Readonly<Record<EngineName, number>> = { load: 1, store: 2, gemm: 3, norm: 4 };

/** Where LOAD writes and what STORE reads. */
export const LOAD_SPACES = { scratchpad: 0, accumulator: 1 } as const;
export const STORE_SOURCES = { scratchpad: 0, stream: 1 } as const;
/** What the first K step of a GEMM adds to. */
export const GEMM_INITS = { zero: 0, accumulate: 1, bias: 2 } as const;
/** One NORM command is one pass over rows x slices. */
export const NORM_FUNCTIONS = {
  requantise: 0,
  gelu: 1,
  exp: 2,
  probability: 3,
  statistics: 4,
  normalise: 5,
  preload: 6,
  raw: 7,
} as const;
export type NormFunction = keyof typeof NORM_FUNCTIONS;
/** Where a NORM pass writes its int8 results (`preload` writes the accumulator, `raw` the stream). */
export const NORM_OUTPUTS = { scratchpad: 0, stream: 1 } as const;

interface FieldSpec {
  readonly bits: number;
  readonly doc: string;
  readonly values?: Readonly<Record<string, number>>;
}

const COMMON = {
  opcode: { bits: 8, doc: "which engine executes the command", values: OPCODES },
  reserved: { bits: 24, doc: "zero" },
  wait: { bits: 32, doc: "semaphores that must all be above zero before the command starts; each is decremented" },
  post: { bits: 32, doc: "semaphores incremented when the command has retired" },
} as const satisfies Record<string, FieldSpec>;

const DMA = {
  dramOffset: { bits: 32, doc: "first byte, relative to the BASE register; a multiple of the DMA beat" },
  dramStride: { bits: 32, doc: "bytes from one run to the next; a multiple of the DMA beat" },
  runs: { bits: 16, doc: "number of runs, at least 1" },
  runLength: {
    bits: 16,
    doc: "length of a run: scratchpad words, accumulator rows (LOAD to the accumulator), or words of the stream; a whole number of DMA beats, at least 1",
  },
  localAddress: { bits: 20, doc: "first scratchpad word or accumulator row" },
  localStride: { bits: 20, doc: "words or rows from one run to the next" },
} as const satisfies Record<string, FieldSpec>;

const SPECS = {
  load: { ...COMMON, ...DMA, space: { bits: 1, doc: "destination", values: LOAD_SPACES } },
  store: {
    ...COMMON,
    ...DMA,
    source: { bits: 1, doc: "source; a NORM pass with output `stream` must supply the words", values: STORE_SOURCES },
  },
  gemm: {
    ...COMMON,
    rows: { bits: 16, doc: "M: activation rows, at least 1" },
    kTiles: { bits: 12, doc: "K steps of `array rows` elements each, at least 1" },
    nTiles: { bits: 12, doc: "N tiles of `array cols` columns each, at least 1" },
    aAddress: { bits: 20, doc: "scratchpad word of activation row 0 in the first word slice" },
    aStride: { bits: 20, doc: "words between word slices of the activations" },
    aSub: { bits: 4, doc: "first K step's sub-slice inside the word (array rows < word bytes)" },
    wAddress: { bits: 20, doc: "scratchpad word of weight row 0 in the first word slice" },
    wStride: { bits: 20, doc: "words between word slices of the weights" },
    wSub: { bits: 4, doc: "first tile's sub-slice inside the word" },
    accAddress: { bits: 20, doc: "accumulator row of output row 0, first N tile" },
    accStride: { bits: 20, doc: "accumulator rows between N tiles" },
    biasAddress: { bits: 20, doc: "accumulator row of the first N tile's bias; one row a tile" },
    init: { bits: 2, doc: "what the first K step adds to", values: GEMM_INITS },
    transpose: { bits: 1, doc: "weights are stored [n][k] and transposed on the way into the array" },
    unsignedA: { bits: 1, doc: "activations are u8 instead of s8" },
    trackMax: { bits: 1, doc: "keep the maximum of every output row (last K step) in its row slot" },
    startMax: { bits: 1, doc: "the first N tile starts the row maxima afresh" },
    validColumns: { bits: 16, doc: "columns, from the command's first, that count for the row maximum" },
    rowSlot: { bits: 12, doc: "row slot of output row 0" },
  },
  norm: {
    ...COMMON,
    function: { bits: 4, doc: "the pass", values: NORM_FUNCTIONS },
    rows: { bits: 16, doc: "M: rows, at least 1" },
    slices: { bits: 16, doc: "slices of `lanes` columns, at least 1" },
    accAddress: { bits: 20, doc: "accumulator row of row 0, first tile" },
    accStride: { bits: 20, doc: "accumulator rows between tiles of `array cols` columns" },
    paramAddress: { bits: 20, doc: "accumulator row of the first tile's per-channel parameters" },
    paramStride: { bits: 4, doc: "parameter rows per tile" },
    spadAddress: {
      bits: 20,
      doc: "scratchpad word of row 0, first word slice: the result, or the residual of a preload",
    },
    spadStride: { bits: 20, doc: "words between word slices" },
    spadSub: { bits: 4, doc: "first slice's sub-slice inside the word (lanes < word bytes)" },
    output: { bits: 1, doc: "where int8 results go", values: NORM_OUTPUTS },
    validColumns: { bits: 16, doc: "columns that count; the rest are masked (exp and normalise write 0 there)" },
    rowSlot: { bits: 12, doc: "row slot of row 0" },
    perChannel: { bits: 1, doc: "the first scale is read from parameter row 0 instead of scaleM, scaleE" },
    relu: { bits: 1, doc: "requantise: negative results become 0" },
    rowScale: { bits: 1, doc: "requantise: multiply by 1 / row sum first (deferred Softmax)" },
    deferred: { bits: 1, doc: "exp: write u8 exponentials (deferred Softmax) instead of only summing" },
    pendingRowJobs: { bits: 2, doc: "row jobs that may still be unfinished when a pass that reads row factors starts" },
    scaleM: { bits: MULTIPLIER_BITS, doc: "first dyadic multiplier, per tensor" },
    scaleE: {
      bits: PRE_SHIFT_BITS,
      doc: "amount of the shift before it: its exponent less 7 (requantise), 1 (gelu, statistics, normalise, preload), -1 (exp, probability)",
    },
    finalM: { bits: MULTIPLIER_BITS, doc: "last dyadic multiplier, per tensor; preload: a factor without a shift" },
    finalE: {
      bits: LAST_SHIFT_BITS,
      doc: "amount of the shift after it: its exponent less 8 (normalise: the exponent of gamma and beta)",
    },
    recip: { bits: 24, doc: "statistics: 16 / columns as recip x 2^-(19 + recipShift)" },
    recipShift: { bits: 4, doc: "see recip" },
  },
} as const satisfies Record<EngineName, Record<string, FieldSpec>>;

/** Field values of one engine's command, by name, as numbers (all fields fit 32 bits, unsigned). */
export type CommandFields<E extends EngineName> = { readonly [K in keyof (typeof SPECS)[E]]: number };
export type LoadFields = CommandFields<"load">;
export type StoreFields = CommandFields<"store">;
export type GemmFields = CommandFields<"gemm">;
export type NormFields = CommandFields<"norm">;

/** A command with its engine: what the encoder takes and the decoder returns. */
export type Command = {
  readonly [E in EngineName]: { readonly engine: E; readonly fields: CommandFields<E> };
}[EngineName];

function place(specs: Readonly<Record<string, FieldSpec>>): readonly Field[] {
  let lsb = 0;
  return Object.entries(specs).map(([name, spec]) => {
    // A field never straddles a 32-bit word, so that a C header can describe it with a shift and a mask.
    if ((lsb % 32) + spec.bits > 32) lsb = Math.ceil(lsb / 32) * 32;
    const field: Field = { name, lsb, ...spec };
    lsb += spec.bits;
    if (lsb > COMMAND_BITS) throw new Error(`command layout: field ${name} ends at bit ${lsb}, beyond ${COMMAND_BITS}`);
    return field;
  });
}

/** Every engine's fields with their bit positions, in layout order. The first four (`opcode`, `reserved`, `wait`, `post`) are common. */
export const COMMAND_LAYOUT: Readonly<Record<EngineName, readonly Field[]>> = {
  load: place(SPECS.load),
  store: place(SPECS.store),
  gemm: place(SPECS.gemm),
  norm: place(SPECS.norm),
};
