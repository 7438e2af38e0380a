/** The last step of a block: a NORM pass over accumulator rows, and the STORE of what it makes. */
import { NORM_FUNCTIONS, NORM_OUTPUTS, STORE_SOURCES } from "../isa/index.ts";
import type { NormFields, PartialFields } from "../isa/index.ts";
import { blockRuns } from "./blocks.ts";
import type { Block } from "./blocks.ts";
import type { ProgramBuilder } from "./builder.ts";
import type { Buffer } from "./steps.ts";

/** Accumulator rows of a block, [tile][rows] in `accumulator` from row `firstRow` (default 0) on. */
export interface ResultRows {
  readonly operation: number;
  readonly accumulator: Buffer;
  readonly firstRow?: number;
}

/** A NORM pass over them. */
export interface ResultPass extends ResultRows {
  /** Every other buffer that `fields` needs. */
  readonly reads: readonly Buffer[];
  /** Function, scales, parameters, mask; called when the buffers have addresses. */
  readonly fields: () => PartialFields<"norm">;
}

/** What every pass over a whole block has in common. */
function passFields(
  { params }: ProgramBuilder,
  block: Block,
  { accumulator, firstRow = 0 }: ResultRows,
): Partial<NormFields> {
  return {
    rows: block.rows,
    slices: block.slices * params.wordSlices,
    accAddress: accumulator.address + firstRow,
    accStride: block.rows,
  };
}

/**
 * An int8 pass to DRAM: straight through the stream when a slice is a whole word, through a staging buffer in the scratchpad
 * otherwise.
 */
export function storeInt8(builder: ProgramBuilder, pass: ResultPass, block: Block): void {
  const { params } = builder;
  const streams = params.lanes === params.wordBytes;
  const { staging, held } = streams
    ? { staging: undefined, held: [] }
    : builder.staging(`${block.tensor.name} results`, block.rows * block.slices);
  builder.step({
    engine: "norm",
    operation: pass.operation,
    prefetch: false,
    buffers: [pass.accumulator, ...pass.reads, ...held],
    build: () => ({
      ...passFields(builder, block, pass),
      ...(staging === undefined
        ? { output: NORM_OUTPUTS.stream }
        : { output: NORM_OUTPUTS.scratchpad, spadAddress: staging.address, spadStride: block.rows }),
      ...pass.fields(),
    }),
  });
  builder.step({
    engine: "store",
    operation: pass.operation,
    prefetch: false,
    buffers: staging === undefined ? [] : [staging],
    dram: blockRuns(builder, block),
    build: () => ({
      runLength: block.rows,
      ...(staging === undefined
        ? { source: STORE_SOURCES.stream }
        : { source: STORE_SOURCES.scratchpad, localAddress: staging.address, localStride: block.rows }),
    }),
  });
}

/** The accumulator as it is, s32, to a tensor in layout "lanes". */
export function storeRaw(builder: ProgramBuilder, sums: ResultRows, block: Block): void {
  const { params } = builder;
  const { operation, accumulator } = sums;
  builder.step({
    engine: "norm",
    operation,
    prefetch: false,
    buffers: [accumulator],
    build: () => ({ ...passFields(builder, block, sums), function: NORM_FUNCTIONS.raw }),
  });
  const dram = blockRuns(builder, block);
  builder.step({
    engine: "store",
    operation,
    prefetch: false,
    buffers: [],
    dram,
    build: () => ({ source: STORE_SOURCES.stream, runLength: dram.runBytes / params.wordBytes }),
  });
}
