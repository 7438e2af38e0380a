import { cat, fsm, instance, module, reg, sink, sint, source, uint, when } from "../../../hdl/index.ts";
import type { Params } from "../../../config/index.ts";
import { roundHalf, shiftKeepingHalf } from "../narrow.ts";
import { MEAN_BITS, ROW_SUM_BITS } from "../shape.ts";
import { DIGIT_BITS, SerialMultiplier } from "./multiplier.ts";
import { meanStream, sumStream } from "./row-stream.ts";

const RECIP_BITS = 32;

/**
 * Row unit, LayerNorm: mean = sat26(rshr(S · recip, recipShift)), Q.4. Source: I-BERT (arXiv 2101.01321), section 3.6,
 * with the division by d as a multiplication.
 *
 * ```
 *   0        sums and reciprocal enter
 *   1 .. 8   S · recip, four bits a cycle
 *   9        shifted by recipShift
 *   10       rounded, saturated
 *   11       handed on
 * ```
 *
 * Latency 11 cycles; the next row enters when this one leaves. Softmax rows leave unchanged after one cycle.
 */
export const RowMean = module(
  "norm_row_mean",
  (p: Params) => ({ from: sink(sumStream(p)), to: source(meanStream(p)) }),
  (io, p) => {
    const row = reg(meanStream(p).payload, { reset: false });
    const recipShift = reg(uint(6), { reset: false });
    const state = fsm("idle", "multiply", "shift", "round", "done");
    const multiplier = instance(SerialMultiplier, {
      leftBits: ROW_SUM_BITS,
      rightBits: RECIP_BITS,
      rightSigned: false,
    });

    const { tag, sum, squares, columns, recip } = io.from.payload;
    const ready = state.is("idle").or(state.is("done").and(io.to.ready));
    const enters = io.from.valid.and(ready);
    io.from.ready.set(ready);
    io.to.valid.set(state.is("done"));
    io.to.payload.set(row);
    multiplier.start.set(enters);
    multiplier.left.set(sum);
    multiplier.right.set(recip);
    multiplier.digits.set(RECIP_BITS / DIGIT_BITS);

    const product = cat(multiplier.high, multiplier.low).asSint();
    // The shifted product waits for its rounding where the mean will be, with one bit more.
    const shifted = reg(sint(MEAN_BITS + 2), { reset: false });
    state.states({
      idle: () => undefined,
      multiply: () => {
        when(multiplier.last, () => {
          state.goto("shift");
        });
      },
      shift: () => {
        shifted.next = shiftKeepingHalf(product, recipShift, MEAN_BITS + 2);
        state.goto("round");
      },
      round: () => {
        row.mean.next = roundHalf(shifted).saturate(MEAN_BITS);
        state.goto("done");
      },
      done: () => {
        when(io.to.ready, () => {
          state.goto("idle");
        });
      },
    });
    when(enters, () => {
      row.tag.next = tag;
      row.sum.next = sum;
      row.squares.next = squares;
      row.columns.next = columns;
      recipShift.next = io.from.payload.recipShift;
      when(tag.softmax, () => {
        state.goto("done");
      }).otherwise(() => {
        state.goto("multiply");
      });
    });
  },
);
