/** Logical matrices to and from their layout in a DRAM image. */
import type { Tensor } from "./program.ts";

export type TensorValues = Int8Array | Uint8Array | Int32Array;

const ELEMENT_BYTES = { s8: 1, u8: 1, s32: 4 } as const;

/** Rows and columns of the logical matrix: all groups side by side. */
export function logicalShape({ rows, columns }: Pick<Tensor, "rows" | "columns">): {
  readonly rows: number;
  readonly cols: number;
} {
  return { rows: rows.count * rows.size, cols: columns.count * columns.size };
}

/** Bytes of a tensor with these padded sizes. */
export function tensorBytes(tensor: Pick<Tensor, "element" | "paddedRows" | "columns" | "sliceColumns">): number {
  const { columns, sliceColumns } = tensor;
  const slices = Math.ceil((columns.count * columns.stride) / sliceColumns);
  return slices * tensor.paddedRows * sliceColumns * ELEMENT_BYTES[tensor.element];
}

/** The whole image viewed as the tensor's elements. */
function view(tensor: Tensor, image: Uint8Array): TensorValues {
  const { buffer, byteOffset } = image;
  if (tensor.element === "u8") return new Uint8Array(buffer, byteOffset + tensor.offset, tensor.bytes);
  if (tensor.element === "s8") return new Int8Array(buffer, byteOffset + tensor.offset, tensor.bytes);
  return new Int32Array(buffer, byteOffset + tensor.offset, tensor.bytes / 4);
}

/** Calls `visit(logical start, element start, length)` for every stretch that is contiguous in both. Row r, group by group. */
function stretches(tensor: Tensor, visit: (logical: number, at: number, length: number) => void): void {
  const { rows, columns, sliceColumns, paddedRows } = tensor;
  const width = columns.count * columns.size;
  for (let row = 0; row < rows.count * rows.size; row++) {
    const paddedRow = Math.floor(row / rows.size) * rows.stride + (row % rows.size);
    for (let group = 0; group < columns.count; group++) {
      for (let col = 0; col < columns.size;) {
        const padded = group * columns.stride + col;
        const lane = padded % sliceColumns;
        const length = Math.min(sliceColumns - lane, columns.size - col);
        const at = (Math.floor(padded / sliceColumns) * paddedRows + paddedRow) * sliceColumns + lane;
        visit(row * width + group * columns.size + col, at, length);
        col += length;
      }
    }
  }
}

/** The logical matrix, row-major [rows][cols] (see {@link logicalShape}). */
export function readTensor(tensor: Tensor, image: Uint8Array): TensorValues {
  const { rows, cols } = logicalShape(tensor);
  const elements = view(tensor, image);
  const out = new { s8: Int8Array, u8: Uint8Array, s32: Int32Array }[tensor.element](rows * cols);
  stretches(tensor, (logical, at, length) => {
    for (let i = 0; i < length; i++) out[logical + i] = elements[at + i]!;
  });
  return out;
}

/** Writes a logical matrix; padding is left as it is. Throws RangeError for a wrong number of values. */
export function writeTensor(tensor: Tensor, image: Uint8Array, values: TensorValues): void {
  const { rows, cols } = logicalShape(tensor);
  if (values.length !== rows * cols) {
    throw new RangeError(`${tensor.name} has ${rows}x${cols} values, not ${values.length}`);
  }
  const elements = view(tensor, image);
  stretches(tensor, (logical, at, length) => {
    for (let i = 0; i < length; i++) elements[at + i] = values[logical + i]!;
  });
}

/** Row group `group` of a tensor as a tensor of its own: one sequence of a batch, for example. */
export function rowGroup(tensor: Tensor, group: number): Tensor {
  // A row's place only enters as an offset inside every slice, so moving the tensor's start moves its rows.
  const rowBytes = tensor.sliceColumns * ELEMENT_BYTES[tensor.element];
  const shift = group * tensor.rows.stride * rowBytes;
  return {
    ...tensor,
    offset: tensor.offset + shift,
    bytes: tensor.bytes - shift,
    rows: { count: 1, size: tensor.rows.size, stride: tensor.rows.stride },
  };
}
