import { dyadic, perChannel } from "./dyadic.ts";
import type { Dyadic, DyadicChannels } from "./dyadic.ts";
import { assertLength } from "./shape.ts";
import type { MatrixShape } from "./shape.ts";
import { assertSigned, saturateSigned } from "./width.ts";

/** One element: sat32(residual (s8) · ratio + bias (s32)). */
export function preloadElement(residual: number, m: number, e: number, bias: number): number {
  assertSigned(residual, 8, "preload residual");
  assertSigned(bias, 32, "preload bias");
  return saturateSigned(assertSigned(dyadic(residual, m, e) + bias, 33, "preload sum"), 32);
}

/** Accumulator contents from a bias row s32 [cols], broadcast to every row; [rows][cols]. */
export function broadcastBias(bias: Int32Array, { rows, cols }: MatrixShape): Int32Array {
  assertLength("bias", bias.length, { rows: 1, cols });
  const acc = new Int32Array(rows * cols);
  for (let row = 0; row < rows; row++) acc.set(bias, row * cols);
  return acc;
}

/**
 * Accumulator contents from a residual s8 [rows][cols] in the accumulator's scale, plus a bias row s32 [cols]:
 * `ratio` = scale of the residual / scale of the accumulator, per tensor or per column.
 */
export function preloadResidual(
  residual: Int8Array,
  shape: MatrixShape,
  ratio: Dyadic | DyadicChannels,
  bias: Int32Array,
): Int32Array {
  assertLength("residual", residual.length, shape);
  assertLength("bias", bias.length, { rows: 1, cols: shape.cols });
  const { m, e } = perChannel(ratio, shape.cols);
  const acc = new Int32Array(residual.length);
  for (let row = 0, at = 0; row < shape.rows; row++) {
    for (let col = 0; col < shape.cols; col++, at++) {
      acc[at] = preloadElement(residual[at]!, m[col]!, e[col]!, bias[col]!);
    }
  }
  return acc;
}
