import { cat, fsm, instance, module, reg, sink, source, uint, when } from "../../../hdl/index.ts";
import type { Params } from "../../../config/index.ts";
import { MEAN_SHIFT_LEAST } from "../../../isa/index.ts";
import { roundHalf } from "../narrow.ts";
import { LAYERNORM_SUM_BITS, meanBits, meanFractionBits, normFeatures } from "../shape.ts";
import { SerialMultiplier } from "./multiplier.ts";
import { meanStream, RECIP_BITS, RECIP_FRACTION_BITS, RECIP_SHIFT_BITS, sumStream } from "./row-stream.ts";

const DIGIT_BITS = 3;

/**
 * Row unit, LayerNorm: mean = sat19(rshr(S · recip, 19 + recipShift)), Q.4; with I-BERT's LayerNorm sat15(rshr(S · recip, 23 +
 * recipShift)). Source: I-BERT (arXiv 2101.01321), section 3.6, with the division by d as a multiplication.
 *
 * ```
 *   0        sums and reciprocal enter
 *   1 .. 8   S · recip, three bits a cycle
 *   9        shifted by recipShift, rounded, saturated
 *   10       handed on
 * ```
 *
 * Latency 10 cycles; the next row enters when this one leaves. Softmax rows leave unchanged after one cycle.
 */
export const RowMean = module(
  "norm_row_mean",
  (p: Params) => ({ from: sink(sumStream(p)), to: source(meanStream(p)) }),
  (io, p) => {
    const features = normFeatures(p);
    const bits = meanBits(features);
    const row = reg(meanStream(p).payload, { reset: false });
    const recipShift = reg(uint(RECIP_SHIFT_BITS), { reset: false });
    const state = fsm("idle", "multiply", "round", "done");
    const multiplier = instance(SerialMultiplier, {
      leftBits: LAYERNORM_SUM_BITS,
      rightBits: RECIP_BITS,
      rightSigned: false,
      digitBits: DIGIT_BITS,
    });

    const { tag, sum, squares, columns, recip } = io.from.payload;
    const ready = state.is("idle").or(state.is("done").and(io.to.ready));
    const enters = io.from.valid.and(ready);
    io.from.ready.set(ready);
    io.to.valid.set(state.is("done"));
    io.to.payload.set(row);
    multiplier.start.set(enters);
    multiplier.left.set(row.sum.bits(LAYERNORM_SUM_BITS - 1, 0).asSint());
    multiplier.right.set(recip);
    multiplier.digits.set(RECIP_BITS / DIGIT_BITS);

    // The mean with one bit more, to round by; the least shift is wiring.
    const product = cat(multiplier.high, multiplier.low).asSint();
    const dropped = RECIP_FRACTION_BITS - meanFractionBits(features);
    const halves = product.shr(MEAN_SHIFT_LEAST - 1 + dropped).shr(recipShift);
    state.states({
      idle: () => undefined,
      multiply: () => {
        when(multiplier.last, () => {
          state.goto("round");
        });
      },
      round: () => {
        row.mean.next = roundHalf(halves.saturate(bits + 2)).saturate(bits);
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
