import { bool, input, module, mux, output, reg, sint, times, when } from "../../hdl/index.ts";
import type { Params } from "../../config/index.ts";
import { accumulatorRow } from "../common/index.ts";

/**
 * Accumulate: adds a row of partial sums to the accumulator row read for it, modulo 2^32.
 *
 * Latency 1, throughput one row a cycle.
 */
export const Accumulate = module(
  "accumulate",
  (p: Params) => ({
    valid: input(bool),
    fresh: input(bool),
    old: input(accumulatorRow(p)),
    sums: times(p.cols, () => input(sint(p.partialSumBits))),
    total: output(accumulatorRow(p)),
  }),
  (io, p) => {
    const total = reg(accumulatorRow(p), { reset: false });
    when(io.valid, () => {
      total.next = io.sums.map((sum, c) => mux(io.fresh, 0, io.old[c]!).add(sum).wrap(p.accumulatorBits));
    });
    io.total.set(total);
  },
);
