/** A weight-stationary systolic array: the product of matrices of any height with a resident matrix, one row a cycle. */
import { assert, bool, input, instance, module, output, pipe, reg, sint, times, when } from "systole/hdl";

/** What a {@link Systolic} is. */
export interface SystolicParams {
  /** Rows of the resident matrix: the length of an activation row. */
  readonly rows: number;
  /** Columns of the resident matrix: the length of a result row. */
  readonly cols: number;
  /** Bits of activations and weights. */
  readonly dataBits: number;
}

/** Bits that hold any sum of `rows` products. */
export function sumBits({ rows, dataBits }: SystolicParams): number {
  return 2 * dataBits + Math.ceil(Math.log2(rows));
}

/** Cycles from an activation row to its result row. */
export function latency({ rows, cols }: SystolicParams): number {
  return rows + cols - 1;
}

/** Multiplies the activation that passes eastwards by its weight and adds the product to the sum that passes southwards. */
export const Element = module(
  "element",
  (p: SystolicParams) => ({
    west: input(sint(p.dataBits)),
    east: output(sint(p.dataBits)),
    north: input(sint(sumBits(p))),
    south: output(sint(sumBits(p))),
    load: input(bool),
    above: input(sint(p.dataBits)),
    below: output(sint(p.dataBits)),
  }),
  (io, p) => {
    const weight = reg(sint(p.dataBits), { reset: false });
    when(io.load, () => {
      weight.next = io.above;
    });
    io.below.set(weight);
    io.east.set(pipe(io.west, 1));
    const sum = reg(sint(sumBits(p)), { reset: false });
    // `rows` products fit by the choice of the width.
    sum.next = io.north.add(weight.mul(io.west)).wrap(sumBits(p));
    io.south.set(sum);
  },
);

/**
 * y = x W, for one row x in every cycle with `activations.valid`; y comes `latency` cycles later.
 *
 * `weights` takes W one row a cycle, the last row first: each pushes those before it one element south. Row r of the array
 * gets its activations r cycles late, column c gives its sums c cycles late; triangles of registers make both straight.
 */
export const Systolic = module(
  ({ rows, cols }: SystolicParams) => `systolic_${rows}x${cols}`,
  (p: SystolicParams) => ({
    weights: { valid: input(bool), payload: input(times(p.cols, () => sint(p.dataBits))) },
    activations: { valid: input(bool), payload: input(times(p.rows, () => sint(p.dataBits))) },
    sums: { valid: output(bool), payload: output(times(p.cols, () => sint(sumBits(p)))) },
  }),
  (io, p) => {
    const { rows, cols } = p;
    const grid = times(rows, () => times(cols, () => instance(Element, p)));
    const skewed = times(rows, (r) => pipe(io.activations.payload[r]!, r));
    grid.forEach((row, r) => {
      row.forEach((element, c) => {
        element.load.set(io.weights.valid);
        element.above.set(grid[r - 1]?.[c]!.below ?? io.weights.payload[c]!);
        element.west.set(row[c - 1]?.east ?? skewed[r]!);
        element.north.set(grid[r - 1]?.[c]!.south ?? 0);
      });
    });
    times(cols, (c) => {
      io.sums.payload[c]!.set(pipe(grid[rows - 1]![c]!.south, cols - 1 - c));
    });

    const moving = [io.activations.valid];
    while (moving.length <= latency(p)) moving.push(pipe(moving.at(-1)!, 1, { reset: true }));
    io.sums.valid.set(moving.at(-1)!);
    const busy = moving.slice(0, -1).reduce((any, one) => any.or(one));
    assert(io.weights.valid.and(busy).not(), "weights change only while no row is on its way");
  },
);
