import { bool, input, instance, module, output, pipe, reg, sint, times, when } from "../../hdl/index.ts";
import type { Bool } from "../../hdl/index.ts";
import { Mesh } from "./mesh.ts";
import type { MeshParams } from "./mesh.ts";

/** One activation row as it enters: element r goes to array row r. */
export const activationRow = (p: MeshParams) => ({
  elements: times(p.rows, () => sint(p.operandBits + 1)),
  /** This is the first row of a tile: the weights loaded last come into use with it. */
  swap: bool,
});

/** One row of weights as it enters the shadows. At most one of `shiftSouth` and `shiftEast`. */
export const weightRow = (p: MeshParams) => ({
  /** Enters array row 0 and moves the older ones south: the first of `rows` ends in the bottom row. */
  north: times(p.cols, () => sint(p.operandBits)),
  /** Enters array column 0 and moves the older ones east: the first of `cols` ends in the last column. */
  west: times(p.rows, () => sint(p.operandBits)),
  shiftSouth: bool,
  shiftEast: bool,
  /** First row of a load. */
  first: bool,
});

/** Cycles from an activation row at the port to its sums at the port. */
export const arrayLatency = (p: { readonly rows: number; readonly cols: number }): number => p.rows + p.cols;

/**
 * The array with its skew and de-skew: rows go in whole and sums come out whole.
 *
 * ```
 *   cycle t            port: activation row, or weight row, or both
 *   t + r              row r: swap; column c: shift and weight from the north (skew: r, c registers)
 *   t + 1 + r          row r: activation (skew: r + 1 registers, so that the swap is ahead of it)
 *   t + 1 + r + c      PE (r, c) multiplies
 *   t + 1 + rows + c   sum of column c leaves the mesh (de-skew: cols - 1 - c registers)
 *   t + rows + cols    port: all sums of the row
 * ```
 *
 * Latency rows + cols, throughput one row a cycle. A load is `rows` (north) or `cols` (west) weight rows, gaps allowed;
 * its first row may enter together with the first activation row of the tile before, its last must enter before the
 * activation row that swaps it in.
 *
 * Why this is safe: the swap reaches PE (r, c) r + c cycles after PE (0, 0). In a load from the north, column c runs c
 * cycles late, and row r joins only from the r-th weight on, which cannot enter earlier than r cycles after the load's
 * start. So no shadow is overwritten before its swap. From the west the same with rows and columns exchanged.
 */
export const SystolicArray = module(
  "systolic_array",
  (p: MeshParams) => ({
    activations: input(activationRow(p)),
    weights: input(weightRow(p)),
    sums: times(p.cols, () => output(sint(p.sumBits))),
  }),
  (io, p) => {
    const mesh = instance(Mesh, p);
    const { first } = io.weights;
    const shiftSouth = joiningShifts(io.weights.shiftSouth, first, p.rows);
    const shiftEast = joiningShifts(io.weights.shiftEast, first, p.cols);

    mesh.west.forEach((west, r) => {
      west.set({
        activation: pipe(io.activations.elements[r]!, r + 1),
        swap: pipe(io.activations.swap, r),
        shiftSouth: shiftSouth[r]!,
      });
    });
    mesh.westWeights.forEach((weight, r) => {
      weight.set(pipe(io.weights.west[r]!, r));
    });
    mesh.northWeights.forEach((weight, c) => {
      weight.set(pipe(io.weights.north[c]!, c));
    });
    mesh.shiftEast.forEach((shift, c) => {
      shift.set(shiftEast[c]!);
    });
    io.sums.forEach((sum, c) => {
      sum.set(pipe(mesh.sums[c]!, p.cols - 1 - c));
    });
  },
);

/** Shift enables of places 0 .. count - 1 along the load: place i takes part from the i-th weight of a load on. */
function joiningShifts(shift: Bool, first: Bool, count: number): readonly Bool[] {
  const joined = times(count - 1, () => reg(bool, { reset: false }));
  const shifts = times(count, (i) => (i === 0 ? shift : shift.and(first.not()).and(joined[i - 1]!)));
  when(shift, () => {
    joined.forEach((j, i) => {
      j.next = shifts[i]!;
    });
  });
  return shifts;
}
