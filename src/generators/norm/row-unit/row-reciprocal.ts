import {
  bool,
  divisionStep,
  fsm,
  module,
  mux,
  output,
  reg,
  sink,
  times,
  uint,
  uintLit,
  when,
} from "../../../hdl/index.ts";
import type { DivisionState } from "../../../hdl/index.ts";
import type { Params } from "../../../config/index.ts";
import { factorWriteShape } from "../pipeline.ts";
import { ROW_FACTOR_BITS } from "../shape.ts";
import { divisorStream } from "./row-stream.ts";

/** Quotient bits after the first, and how many a cycle finds. */
const QUOTIENT_BITS = 12;
const STEPS = 2;

/**
 * Row unit: r = 2^26 / divisor rounded, at most 2047, by restoring division that finds a bit more; 0 for an empty row.
 *
 * ```
 *   0         divisor enters; the first quotient bit is set for divisor = 2^15 only
 *   1 .. 6    quotient, two bits a cycle
 *   7         rounded, factor written
 * ```
 *
 * Latency 7 cycles; the next row enters when this one leaves.
 */
export const RowReciprocal = module(
  "norm_row_reciprocal",
  (p: Params) => ({
    from: sink(divisorStream(p)),
    factor: output(factorWriteShape(p)),
    /** The last factor of a job is written in this cycle. */
    jobDone: output(bool),
  }),
  (io, p) => {
    const row = reg(divisorStream(p).payload, { reset: false });
    const remainder = reg(uint(16), { reset: false });
    const quotient = reg(uint(1 + QUOTIENT_BITS), { reset: false });
    const step = reg(uint(3), { reset: false });
    const state = fsm("idle", "divide", "done");

    const ready = state.is("divide").not();
    io.from.ready.set(ready);
    const rounded = quotient.add(1).shr(1).saturate(ROW_FACTOR_BITS);
    const r = mux(row.zero, uintLit(0, ROW_FACTOR_BITS), rounded);
    io.factor.set({
      valid: state.is("done"),
      slot: row.tag.slot,
      factor: { r, shift: row.shift, mean: row.mean },
    });
    io.jobDone.set(state.is("done").and(row.tag.last));

    state.states({
      idle: () => undefined,
      divide: () => {
        let found: DivisionState = { remainder, quotient };
        times(STEPS, () => {
          found = divisionStep(found, row.divisor);
        });
        remainder.next = found.remainder;
        quotient.next = found.quotient;
        step.next = step.add(1).wrap(3);
        when(step.eq(QUOTIENT_BITS / STEPS - 1), () => {
          state.goto("done");
        });
      },
      done: () => {
        state.goto("idle");
      },
    });
    when(io.from.valid.and(ready), () => {
      const { divisor } = io.from.payload;
      const whole = divisor.eq(2 ** 15);
      row.next = io.from.payload;
      remainder.next = mux(whole, uintLit(0, 16), uintLit(2 ** 15, 16));
      quotient.next = whole;
      step.next = 0;
      state.goto("divide");
    });
  },
);
