/** The shape of a logical matrix, stored row-major [rows][cols] with no padding. */
export interface MatrixShape {
  readonly rows: number;
  readonly cols: number;
}

/** Throws RangeError unless `length` is rows · cols; `name` is the operand's name in the message. */
export function assertLength(name: string, length: number, { rows, cols }: MatrixShape): void {
  if (length !== rows * cols) {
    throw new RangeError(`${name} has ${length} elements, its shape ${rows}x${cols} asks for ${rows * cols}`);
  }
}

/** Columns from..to-1 of a row-major matrix, copied: the slice of one attention head, for example. */
export function sliceColumns<T extends Int8Array | Uint8Array | Int32Array>(
  matrix: T,
  shape: MatrixShape,
  from: number,
  to: number,
): T {
  assertLength("matrix", matrix.length, shape);
  if (!(from >= 0 && from <= to && to <= shape.cols)) {
    throw new RangeError(`columns ${from}..${to} of a matrix of ${shape.cols} columns`);
  }
  const width = to - from;
  const slice = matrix.slice(0, shape.rows * width) as T;
  for (let row = 0; row < shape.rows; row++) {
    const start = row * shape.cols + from;
    slice.set(matrix.subarray(start, start + width), row * width);
  }
  return slice;
}

/** Writes `block` [rows][block columns] into columns `from`.. of a row-major matrix: the inverse of {@link sliceColumns}. */
export function writeColumns<T extends Int8Array | Uint8Array | Int32Array>(
  matrix: T,
  shape: MatrixShape,
  from: number,
  block: T,
): void {
  assertLength("matrix", matrix.length, shape);
  const width = shape.rows === 0 ? 0 : block.length / shape.rows;
  if (!(Number.isInteger(width) && from >= 0 && from + width <= shape.cols)) {
    throw new RangeError(`a block of ${block.length} elements at column ${from} of ${shape.rows}x${shape.cols}`);
  }
  for (let row = 0; row < shape.rows; row++) {
    matrix.set(block.subarray(row * width, (row + 1) * width), row * shape.cols + from);
  }
}
