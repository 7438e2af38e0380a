/** Blocks of tensors: rows by word slices, and where they lie in DRAM. */
import type { ProgramBuilder, TensorDraft } from "./builder.ts";
import type { DramRuns } from "./steps.ts";

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
