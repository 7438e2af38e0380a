import { input, instance, module, output, sint, times } from "../../hdl/index.ts";
import { eastward, Pe, southward } from "./pe.ts";
import type { PeParams } from "./pe.ts";

export interface MeshParams extends PeParams {
  readonly rows: number;
  readonly cols: number;
}

/**
 * rows x cols processing elements, each wired to its four neighbours.
 *
 * Everything at the edges is skewed: what enters row r from the west belongs r cycles later than row 0, what enters
 * column c from the north c cycles later than column 0, and the sums of column c leave c cycles after those of column 0.
 * An activation that enters row 0 in cycle t is in the sum that leaves column c in cycle t + rows + c.
 */
export const Mesh = module(
  "mesh",
  (p: MeshParams) => ({
    west: times(p.rows, () => input(eastward(p))),
    westWeights: times(p.rows, () => input(sint(p.operandBits))),
    northWeights: times(p.cols, () => input(sint(p.operandBits))),
    /** One a column, entering at row 0. */
    shiftEast: times(p.cols, () => input(southward(p).shiftEast)),
    sums: times(p.cols, () => output(sint(p.sumBits))),
  }),
  (io, p) => {
    const pe: PeParams = { operandBits: p.operandBits, sumBits: p.sumBits };
    const grid = times(p.rows, () => times(p.cols, () => instance(Pe, pe)));
    grid.forEach((row, r) => {
      row.forEach((cell, c) => {
        const above = grid[r - 1]?.[c];
        const left = row[c - 1];
        cell.west.set(left?.east ?? io.west[r]!);
        cell.westWeight.set(left?.shadowWeight ?? io.westWeights[r]!);
        cell.north.set(above?.south ?? { sum: 0, shiftEast: io.shiftEast[c]! });
        cell.northWeight.set(above?.shadowWeight ?? io.northWeights[c]!);
      });
    });
    io.sums.forEach((sum, c) => {
      sum.set(grid[p.rows - 1]![c]!.south.sum);
    });
  },
);
