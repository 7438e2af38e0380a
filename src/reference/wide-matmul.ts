import { assertLength } from "./shape.ts";
import type { MatmulShape } from "./matmul.ts";
import { WidthError } from "./width.ts";

/**
 * A product of whole numbers of any width: a [rows][inner] · w [inner][cols], as doubles [rows][cols]. For operands that
 * {@link matmul} does not take. Throws {@link WidthError} when a sum leaves the whole numbers that a double holds exactly.
 */
export function wideMatmul(
  a: ArrayLike<number>,
  w: ArrayLike<number>,
  { rows, inner, cols }: MatmulShape,
): Float64Array {
  assertLength("a", a.length, { rows, cols: inner });
  assertLength("w", w.length, { rows: inner, cols });
  const out = new Float64Array(rows * cols);
  for (let row = 0; row < rows; row++) {
    for (let col = 0; col < cols; col++) {
      let sum = 0;
      for (let k = 0; k < inner; k++) {
        sum += a[row * inner + k]! * w[k * cols + col]!;
        if (!Number.isSafeInteger(sum)) throw new WidthError(`matmul sum [${row}][${col}]`, sum, "s53");
      }
      out[row * cols + col] = sum;
    }
  }
  return out;
}
