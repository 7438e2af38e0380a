import { input, instance, module, output, pack, sint, sintLit, times, unpack } from "../../hdl/index.ts";
import { ArrayRow } from "./array-row.ts";
import type { ArrayRowParams } from "./array-row.ts";
import { eastward, southward } from "./pe.ts";

export interface MeshParams extends ArrayRowParams {
  readonly rows: number;
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
    const { cols, operandBits, sumBits } = p;
    const rows = times(p.rows, () => instance(ArrayRow, { cols, operandBits, sumBits }));
    rows.forEach((row, r) => {
      const above = rows[r - 1];
      row.west.set(pack(io.west[r]!));
      row.westWeight.set(io.westWeights[r]!);
      row.north.forEach((north, c) => {
        north.set(above?.south[c] ?? pack({ sum: sintLit(0, sumBits), shiftEast: io.shiftEast[c]! }));
      });
      row.northWeights.forEach((weight, c) => {
        weight.set(above?.shadowWeights[c] ?? io.northWeights[c]!);
      });
    });
    io.sums.forEach((sum, c) => {
      sum.set(unpack(southward(p), rows.at(-1)!.south[c]!).sum);
    });
  },
);
