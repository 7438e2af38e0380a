import { cat, fsm, instance, module, mux, reg, sink, source, uint, uintLit, when } from "../../../hdl/index.ts";
import type { Uint } from "../../../hdl/index.ts";
import type { Params } from "../../../config/index.ts";
import { DIGIT_BITS, SerialMultiplier } from "./multiplier.ts";
import { COLUMN_BITS, meanStream, VARIANCE_BITS, varianceStream } from "./row-stream.ts";

/** The mean in whole digits; d is a signed number in fewer. */
const MULTIPLIER_BITS = 28;
const MEAN_DIGITS = MULTIPLIER_BITS / DIGIT_BITS;
const COLUMN_DIGITS = (COLUMN_BITS + 1) / DIGIT_BITS;
/** Where the product of d begins in the multiplier's low part. */
const COLUMN_PRODUCT_LOW = MULTIPLIER_BITS - COLUMN_BITS - 1;
/** V is found in two steps, to halve the carry. */
const LOW_BITS = VARIANCE_BITS / 2;
/** 32·S - d·mean: 39 and 41 bits. */
const CROSS_BITS = 42;

/**
 * Row unit, LayerNorm: V = Σ(16x - mean)² + 1 by 256·Q - mean·(32·S - d·mean) + 1, which is at least 1 and below 2^62.
 *
 * ```
 *   0         mean and sums enter
 *   1 .. 4    d · mean, four bits a cycle
 *   5         cross = 32·S - d·mean
 *   6 .. 12   mean · cross
 *   13        low half of V
 *   14        high half, V handed on
 * ```
 *
 * Latency 14 cycles; the next row enters when this one leaves. Softmax rows: their sum in the place of V, one cycle.
 */
export const RowVariance = module(
  "norm_row_variance",
  (p: Params) => ({ from: sink(meanStream(p)), to: source(varianceStream(p)) }),
  (io, p) => {
    const row = reg(meanStream(p).payload, { reset: false });
    const state = fsm("idle", "columns", "cross", "mean", "low", "done");
    const multiplier = instance(SerialMultiplier, {
      leftBits: CROSS_BITS,
      rightBits: MULTIPLIER_BITS,
      rightSigned: true,
    });

    const entering = io.from.payload;
    const ready = state.is("idle").or(state.is("done").and(io.to.ready));
    const enters = io.from.valid.and(ready);
    const crosses = state.is("cross");
    io.from.ready.set(ready);
    io.to.valid.set(state.is("done"));

    const placedMean = row.mean.extend(MULTIPLIER_BITS).asUint();
    const scaledColumns = cat(multiplier.high, multiplier.low.bits(MULTIPLIER_BITS - 1, COLUMN_PRODUCT_LOW)).asSint();
    const cross = row.sum.shl(5).sub(scaledColumns.wrap(CROSS_BITS)).wrap(CROSS_BITS);
    multiplier.start.set(enters.and(entering.tag.softmax.not()).or(crosses));
    multiplier.left.set(mux(crosses, cross, entering.mean.extend(CROSS_BITS)));
    multiplier.right.set(mux(crosses, placedMean, entering.columns.extend(MULTIPLIER_BITS)));
    multiplier.digits.set(mux(crosses, uintLit(MEAN_DIGITS, 4), uintLit(COLUMN_DIGITS, 4)));

    // 256·Q leaves its lowest bits free for the 1.
    const squares = cat(row.squares, uintLit(1, 8)).extend(VARIANCE_BITS);
    const product = cat(multiplier.high, multiplier.low).asSint().wrap(VARIANCE_BITS).asUint();
    const low = reg(uint(LOW_BITS + 1), { reset: false });
    const borrow = low.bit(LOW_BITS).extend(VARIANCE_BITS - LOW_BITS);
    const upper = (x: Uint): Uint => x.bits(VARIANCE_BITS - 1, LOW_BITS);
    const high = upper(squares)
      .sub(upper(product))
      .sub(borrow)
      .wrap(VARIANCE_BITS - LOW_BITS);
    const variance = cat(high, low.bits(LOW_BITS - 1, 0));
    io.to.payload.set({
      tag: row.tag,
      value: mux(row.tag.softmax, row.sum.asUint().extend(VARIANCE_BITS), variance),
      mean: row.mean,
    });

    state.states({
      idle: () => undefined,
      columns: () => {
        when(multiplier.last, () => {
          state.goto("cross");
        });
      },
      cross: () => {
        state.goto("mean");
      },
      mean: () => {
        when(multiplier.last, () => {
          state.goto("low");
        });
      },
      low: () => {
        low.next = squares.wrap(LOW_BITS).sub(product.wrap(LOW_BITS));
        state.goto("done");
      },
      done: () => {
        when(io.to.ready, () => {
          state.goto("idle");
        });
      },
    });
    when(enters, () => {
      row.next = entering;
      when(entering.tag.softmax, () => {
        state.goto("done");
      }).otherwise(() => {
        state.goto("columns");
      });
    });
  },
);
