import {
  bool,
  cat,
  input,
  memory,
  module,
  mux,
  output,
  pipe,
  reg,
  sint,
  times,
  uint,
  uintLit,
} from "../../hdl/index.ts";
import type { Sint, Uint } from "../../hdl/index.ts";
import type { Params } from "../../config/index.ts";
import { slotBits } from "../common/index.ts";
import { sumOperationShape } from "./pipeline.ts";
import { normFeatures, ROW_SQUARES_BITS, ROW_SUM_BITS, SQUARE_BITS, SQUARES_EARLY, sumElementBits } from "./shape.ts";

/** Σ exp (u28) or Σ x (s27), and Σ x², of one row. */
export const rowSumShape = { sum: uint(ROW_SUM_BITS), squares: uint(ROW_SQUARES_BITS) } as const;

const SQUARES_LOW_BITS = 28;
const SQUARES_HIGH_BITS = ROW_SQUARES_BITS - SQUARES_LOW_BITS;

/** Cycles of the adder tree: two levels of adders a cycle. */
export const treeCycles = (lanes: number): number => Math.ceil(Math.log2(lanes) / 2);

/**
 * Sums over the lanes, added up per row over the slices of a pass.
 *
 * ```
 *   affine           sum elements of the lanes (squares a cycle before)
 *   + T              their sum (T = treeCycles)            the row's sum so far, read a cycle before
 *   + T + 1          new sum of the row → written
 * ```
 *
 * Throughput one slice a cycle; the same row may come again after ROW_SUM_DISTANCE cycles. The row unit reads in cycles
 * in which no operation does: `read.ready`; its row is at `row` in the next cycle, and only then.
 */
export const RowSums = module(
  "norm_row_sums",
  (p: Params) => ({
    operation: input(sumOperationShape(p)),
    sums: input(times(p.lanes, () => sint(sumElementBits(normFeatures(p))))),
    squares: input(times(p.lanes, () => uint(SQUARE_BITS))),
    read: { valid: input(bool), slot: input(uint(slotBits(p))), ready: output(bool) },
    row: output(rowSumShape),
    /** The last sum of a pass has been written. */
    passDone: output(bool),
  }),
  (io, p) => {
    const cycles = treeCycles(p.lanes);
    const reading = pipe(io.operation, cycles - 1, { reset: true });
    const adding = pipe(reading, 1, { reset: true });
    const writing = pipe(adding, 1, { reset: true });
    io.read.ready.set(reading.valid.not());
    io.passDone.set(writing.valid.and(writing.last));

    const address = mux(reading.valid, reading.slot, io.read.slot);
    const enable = reading.valid.or(io.read.valid);
    const write = { address: writing.slot, enable: writing.valid };

    // Loaded in every cycle, like all registers here: what counts is when the memory is written.
    const slice = signedTree(io.sums, cycles).extend(ROW_SUM_BITS).asUint();
    const sum = reg(uint(ROW_SUM_BITS), { reset: false });
    const addTo = (soFar: Uint): void => {
      sum.next = mux(adding.first, uintLit(0, ROW_SUM_BITS), soFar).add(slice).wrap(ROW_SUM_BITS);
    };
    if (!normFeatures(p).layernorm) {
      const sums = memory({ shape: uint(ROW_SUM_BITS), depth: p.rowSlots });
      const soFar = sums.read({ address, enable });
      addTo(soFar);
      sums.write({ ...write, data: sum });
      io.row.set({ sum: soFar, squares: 0 });
      return;
    }

    // Both sums in one word: a memory of its own for each would have its own decoder.
    const rows = memory({ shape: rowSumShape, depth: p.rowSlots });
    const soFar = rows.read({ address, enable });
    addTo(soFar.sum);
    const squaresSlice = pipe(unsignedTree(io.squares, cycles), SQUARES_EARLY).extend(ROW_SQUARES_BITS);
    // Squares are added in two steps, to halve the carry: the low part while adding, the high part while writing.
    const low = reg(uint(SQUARES_LOW_BITS + 1), { reset: false });
    const high = reg({ soFar: uint(SQUARES_HIGH_BITS), slice: uint(SQUARES_HIGH_BITS) }, { reset: false });
    const before = mux(adding.first, uintLit(0, ROW_SQUARES_BITS), soFar.squares);
    low.next = before.wrap(SQUARES_LOW_BITS).add(squaresSlice.wrap(SQUARES_LOW_BITS));
    high.next = { soFar: before.shr(SQUARES_LOW_BITS), slice: squaresSlice.shr(SQUARES_LOW_BITS) };
    const carry = low.bit(SQUARES_LOW_BITS);
    const highSum = high.soFar.add(high.slice).add(carry).wrap(SQUARES_HIGH_BITS);
    rows.write({ ...write, data: { sum, squares: cat(highSum, low.wrap(SQUARES_LOW_BITS)) } });
    io.row.set(soFar);
  },
);

const signedTree = (items: readonly Sint[], cycles: number): Sint =>
  tree<Sint>(
    items,
    cycles,
    (a, b) => a.add(b),
    (x) => pipe(x, 1),
  );

const unsignedTree = (items: readonly Uint[], cycles: number): Uint =>
  tree<Uint>(
    items,
    cycles,
    (a, b) => a.add(b),
    (x) => pipe(x, 1),
  );

/** Sum of a power of two of items in `cycles` cycles, a register after every two levels. */
function tree<T>(items: readonly T[], cycles: number, add: (a: T, b: T) => T, register: (x: T) => T): T {
  let level = items;
  for (let cycle = 0; cycle < cycles; cycle++) {
    for (let half = 0; half < 2 && level.length > 1; half++) {
      const above = level;
      level = times(above.length / 2, (i) => add(above[2 * i]!, above[2 * i + 1]!));
    }
    level = level.map(register);
  }
  return level[0]!;
}
