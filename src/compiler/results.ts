/** The last step of a block: a NORM pass over accumulator rows, and the STORE of what it makes. */
import { LOAD_SPACES, NORM_FUNCTIONS, NORM_OUTPUTS, STORE_SOURCES } from "../isa/index.ts";
import type { NormFields, PartialFields } from "../isa/index.ts";
import type { ProgramBuilder, TensorDraft } from "./builder.ts";
import { buffer } from "./steps.ts";
import type { Buffer, DramRuns } from "./steps.ts";

/** Rows and word slices of a tensor that a block fills or reads. */
export interface Block {
  readonly tensor: TensorDraft;
  /** First padded row and number of rows. */
  readonly row: number;
  readonly rows: number;
  /** First word slice (of `wordBytes` columns, whatever the tensor's layout) and number of slices. */
  readonly slice: number;
  readonly slices: number;
}

/** The DRAM runs of a block. */
export function blockRuns({ params }: ProgramBuilder, { tensor, row, rows, slice, slices }: Block): DramRuns {
  const elementBytes = tensor.element === "s32" ? 4 : 1;
  const perWord = params.wordBytes / tensor.sliceColumns;
  const rowBytes = tensor.sliceColumns * elementBytes;
  return {
    region: tensor.region,
    offset: (slice * perWord * tensor.paddedRows + row) * rowBytes,
    stride: tensor.paddedRows * rowBytes,
    runs: slices * perWord,
    runBytes: rows * rowBytes,
  };
}

/** Steps that load a block of an int8 tensor into a scratchpad buffer as [slice][rows]. */
export function loadBlock(builder: ProgramBuilder, operation: number, block: Block, into: Buffer): void {
  builder.step({
    engine: "load",
    operation,
    prefetch: true,
    buffers: [into],
    fills: into,
    dram: blockRuns(builder, block),
    build: () => ({
      space: LOAD_SPACES.scratchpad,
      runLength: block.rows,
      localAddress: into.address,
      localStride: block.rows,
    }),
  });
}

/** A NORM pass over a block whose accumulator rows are [tile][rows] in `accumulator`, from row `offset` on. */
export interface ResultPass {
  readonly operation: number;
  readonly accumulator: Buffer;
  /** Every other buffer that `fields` needs. */
  readonly reads: readonly Buffer[];
  /** Function, scales, parameters, mask; called when the buffers have addresses. */
  readonly fields: () => PartialFields<"norm">;
}

/** What every pass over a whole block has in common. */
function passFields({ params }: ProgramBuilder, block: Block, accumulator: Buffer): Partial<NormFields> {
  return {
    rows: block.rows,
    slices: block.slices * params.wordSlices,
    accAddress: accumulator.address,
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
  const staging = streams ? [] : [buffer("scratchpad", `${block.tensor.name} results`, block.rows * block.slices)];
  builder.step({
    engine: "norm",
    operation: pass.operation,
    prefetch: false,
    buffers: [pass.accumulator, ...pass.reads, ...staging],
    build: () => ({
      ...passFields(builder, block, pass.accumulator),
      output: streams ? NORM_OUTPUTS.stream : NORM_OUTPUTS.scratchpad,
      ...(streams ? {} : { spadAddress: staging[0]!.address, spadStride: block.rows }),
      ...pass.fields(),
    }),
  });
  builder.step({
    engine: "store",
    operation: pass.operation,
    prefetch: false,
    buffers: staging,
    dram: blockRuns(builder, block),
    build: () =>
      streams
        ? { source: STORE_SOURCES.stream, runLength: block.rows }
        : {
            source: STORE_SOURCES.scratchpad,
            runLength: block.rows,
            localAddress: staging[0]!.address,
            localStride: block.rows,
          },
  });
}

/** The accumulator as it is, s32, to a tensor in layout "lanes". */
export function storeRaw(builder: ProgramBuilder, operation: number, accumulator: Buffer, block: Block): void {
  const { params } = builder;
  builder.step({
    engine: "norm",
    operation,
    prefetch: false,
    buffers: [accumulator],
    build: () => ({ ...passFields(builder, block, accumulator), function: NORM_FUNCTIONS.raw }),
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
