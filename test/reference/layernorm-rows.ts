/** Rows that LayerNorm is tried on, whatever its variant. */
import type { Random } from "./random.ts";

/** Ends of the range of x, s15. */
export const lowest = -(2 ** 14);
export const highest = 2 ** 14 - 1;
/** Accumulators are x itself. */
export const unit = { m: 1024, e: 10 };

/** Name, columns and values of each row. */
export function layerNormRows(random: Random): [string, number, (col: number) => number][] {
  return [
    ["gaussian", 768, () => Math.round(random.gaussian() * 3e3)],
    ["gaussian", 96, () => Math.round(random.gaussian() * 3)],
    ["outlier x50", 120, (col) => Math.round(random.gaussian() * 100 * (col === 7 ? 50 : 1))],
    ["one-hot", 768, (col) => (col === 3 ? highest : 0)],
    ["one-hot of 1", 1024, (col) => (col === 3 ? 1 : 0)],
    ["sigma 2^10", 1024, (col) => (col % 2 === 0 ? 32 : -32)],
    ["all equal", 768, () => -12345],
    ["all lowest", 4096, () => lowest],
    ["all highest", 4096, () => highest],
    ["alternating extremes", 4096, (col) => (col % 2 === 0 ? lowest : highest)],
    ["alternating extremes", 4095, (col) => (col % 2 === 0 ? lowest : highest)],
    ["random extremes", 257, () => random.signed(15)],
    ["single", 1, () => random.signed(15)],
    ["pair", 2, () => random.signed(15)],
    ["three", 3, () => random.signed(4)],
  ];
}
