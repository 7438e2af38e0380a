import type { Params } from "../../config/index.ts";

/** Cycles of GEMM tiles: a tile cannot be shorter than the load of the next tile's weights. */
export function gemmCycles(params: Params, rows: number, kTiles: number, nTiles: number, transpose: boolean): number {
  return kTiles * nTiles * Math.max(rows, transpose ? params.cols : params.rows);
}
