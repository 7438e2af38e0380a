import { input, instance, module, output, sint, times } from "../../hdl/index.ts";
import { eastwardLink, Pe, southwardLink } from "./pe.ts";
import type { PeParams } from "./pe.ts";

export interface ArrayRowParams extends PeParams {
  readonly cols: number;
}

/**
 * One row of processing elements, from west to east.
 *
 * Latency: what enters from the west reaches column c after c cycles; what enters column c from the north leaves to the
 * south one cycle later. Throughput 1.
 */
export const ArrayRow = module(
  "array_row",
  (p: ArrayRowParams) => ({
    west: input(eastwardLink(p)),
    westWeight: input(sint(p.operandBits)),
    north: times(p.cols, () => input(southwardLink(p))),
    northWeights: times(p.cols, () => input(sint(p.operandBits))),
    south: times(p.cols, () => output(southwardLink(p))),
    shadowWeights: times(p.cols, () => output(sint(p.operandBits))),
  }),
  (io, { cols, operandBits, sumBits }) => {
    const cells = times(cols, () => instance(Pe, { operandBits, sumBits }));
    cells.forEach((cell, c) => {
      const left = cells[c - 1];
      cell.west.set(left?.east ?? io.west);
      cell.westWeight.set(left?.shadowWeight ?? io.westWeight);
      cell.north.set(io.north[c]!);
      cell.northWeight.set(io.northWeights[c]!);
      io.south[c]!.set(cell.south);
      io.shadowWeights[c]!.set(cell.shadowWeight);
    });
  },
);
