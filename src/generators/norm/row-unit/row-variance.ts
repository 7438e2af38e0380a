import { cat, fsm, instance, module, mux, reg, sink, source, uint, uintLit, when } from "../../../hdl/index.ts";
import type { Uint } from "../../../hdl/index.ts";
import type { Params } from "../../../config/index.ts";
import { LAYERNORM_SUM_BITS, MEAN_BITS } from "../shape.ts";
import { SerialMultiplier } from "./multiplier.ts";
import { COLUMN_BITS, meanStream, VARIANCE_BITS, varianceStream } from "./row-stream.ts";

/** The mean is multiplied by d and by 32·S - d·mean (s33), five bits of these a cycle. */
const DIGIT_BITS = 5;
const CROSS_BITS = 33;
const CROSS_DIGITS = Math.ceil(CROSS_BITS / DIGIT_BITS);
const COLUMN_DIGITS = Math.ceil(COLUMN_BITS / DIGIT_BITS);
const RIGHT_BITS = CROSS_DIGITS * DIGIT_BITS;
/** Where the product of d begins in the multiplier's low part. */
const COLUMN_PRODUCT_LOW = RIGHT_BITS - COLUMN_DIGITS * DIGIT_BITS;
/** Both differences are found in two steps, to halve the borrow. */
const CROSS_LOW_BITS = 16;
const VARIANCE_LOW_BITS = 26;

/**
 * Row unit, LayerNorm: V = Σ(16x - mean)² + 1 by 256·Q - mean·(32·S - d·mean) + 1, which is at least 1 and below 2^51.
 *
 * ```
 *   0         mean and sums enter
 *   1 .. 3    mean · d, five bits a cycle
 *   4, 5      cross = 32·S - d·mean, low half and high half
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
    const { tag, sum, squares, mean } = meanStream(p).payload;
    const row = reg({ tag, sum, squares, mean }, { reset: false });
    const state = fsm("idle", "columns", "crossLow", "crossHigh", "multiply", "low", "done");
    const multiplier = instance(SerialMultiplier, {
      leftBits: MEAN_BITS,
      rightBits: RIGHT_BITS,
      rightSigned: true,
      digitBits: DIGIT_BITS,
    });

    const entering = io.from.payload;
    const ready = state.is("idle").or(state.is("done").and(io.to.ready));
    const enters = io.from.valid.and(ready);
    const crosses = state.is("crossHigh");
    io.from.ready.set(ready);
    io.to.valid.set(state.is("done"));

    // The low half of a difference, with its borrow above.
    const low = reg(uint(VARIANCE_LOW_BITS + 1), { reset: false });
    const borrowed = cat(multiplier.high, multiplier.low.bits(RIGHT_BITS - 1, COLUMN_PRODUCT_LOW));
    const scaledColumns = borrowed.bits(CROSS_BITS - 1, 0);
    const scaledSum = row.sum
      .bits(LAYERNORM_SUM_BITS - 1, 0)
      .asSint()
      .shl(5)
      .extend(CROSS_BITS)
      .asUint();
    const above = (x: Uint, bits: number): Uint => x.bits(x.width - 1, bits);
    const crossLow = scaledSum.wrap(CROSS_LOW_BITS).sub(scaledColumns.wrap(CROSS_LOW_BITS));
    const crossHigh = above(scaledSum, CROSS_LOW_BITS)
      .sub(above(scaledColumns, CROSS_LOW_BITS))
      .sub(low.bit(CROSS_LOW_BITS))
      .wrap(CROSS_BITS - CROSS_LOW_BITS);
    const cross = cat(crossHigh, low.bits(CROSS_LOW_BITS - 1, 0)).asSint();
    multiplier.start.set(enters.and(entering.tag.softmax.not()).or(crosses));
    multiplier.left.set(row.mean);
    multiplier.right.set(mux(crosses, cross.extend(RIGHT_BITS).asUint(), entering.columns.extend(RIGHT_BITS)));
    multiplier.digits.set(mux(crosses, uintLit(CROSS_DIGITS, 4), uintLit(COLUMN_DIGITS, 4)));

    // 256·Q leaves its lowest bits free for the 1.
    const scaledSquares = cat(row.squares, uintLit(1, 8)).extend(VARIANCE_BITS);
    const product = cat(multiplier.high, multiplier.low).wrap(VARIANCE_BITS);
    const varianceLow = scaledSquares.wrap(VARIANCE_LOW_BITS).sub(product.wrap(VARIANCE_LOW_BITS));
    const varianceHigh = above(scaledSquares, VARIANCE_LOW_BITS)
      .sub(above(product, VARIANCE_LOW_BITS))
      .sub(low.bit(VARIANCE_LOW_BITS))
      .wrap(VARIANCE_BITS - VARIANCE_LOW_BITS);
    const variance = cat(varianceHigh, low.bits(VARIANCE_LOW_BITS - 1, 0));
    io.to.payload.set({
      tag: row.tag,
      value: mux(row.tag.softmax, row.sum.extend(VARIANCE_BITS), variance),
      mean: row.mean,
    });
    // Loaded in every cycle: what other states leave there is not used.
    low.next = mux(state.is("crossLow"), crossLow.extend(VARIANCE_LOW_BITS + 1), varianceLow);

    state.states({
      idle: () => undefined,
      columns: () => {
        when(multiplier.last, () => {
          state.goto("crossLow");
        });
      },
      crossLow: () => {
        state.goto("crossHigh");
      },
      crossHigh: () => {
        state.goto("multiply");
      },
      multiply: () => {
        when(multiplier.last, () => {
          state.goto("low");
        });
      },
      low: () => {
        state.goto("done");
      },
      done: () => {
        when(io.to.ready, () => {
          state.goto("idle");
        });
      },
    });
    when(enters, () => {
      row.next = { tag: entering.tag, sum: entering.sum, squares: entering.squares, mean: entering.mean };
      when(entering.tag.softmax, () => {
        state.goto("done");
      }).otherwise(() => {
        state.goto("columns");
      });
    });
  },
);
