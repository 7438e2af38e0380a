import { cat, fsm, instance, module, mux, reg, sink, source, uint, uintLit, when } from "../../../hdl/index.ts";
import type { Uint } from "../../../hdl/index.ts";
import type { Params } from "../../../config/index.ts";
import { LAYERNORM_SUM_BITS, meanBits, meanFractionBits, normFeatures } from "../shape.ts";
import type { NormFeatures } from "../shape.ts";
import { SerialMultiplier } from "./multiplier.ts";
import { COLUMN_BITS, meanStream, varianceBits, varianceStream } from "./row-stream.ts";

/** The mean is multiplied by d and by the cross term, five bits of these a cycle. */
const DIGIT_BITS = 5;
const COLUMN_DIGITS = Math.ceil(COLUMN_BITS / DIGIT_BITS);
/** Both differences are found in two steps, to halve the borrow. */
const CROSS_LOW_BITS = 16;

/** Bits of 32·S - d·mean (s33; s29 without fraction bits), and the multiplier's digits for it. */
const crossBits = (f: NormFeatures): number => 29 + meanFractionBits(f);
const crossDigits = (f: NormFeatures): number => Math.ceil(crossBits(f) / DIGIT_BITS);

/** Cycles of a LayerNorm row. */
export const rowVarianceCycles = (f: NormFeatures): number => COLUMN_DIGITS + 2 + crossDigits(f) + 2;

/**
 * Row unit, LayerNorm: V = Σ(16x - mean)² + 1 by 256·Q - mean·(32·S - d·mean) + 1, which is at least 1 and below 2^51. With
 * I-BERT's LayerNorm the mean is whole: V = Σ(x - mean)² = Q - mean·(2·S - d·mean), below 2^42.
 *
 * ```
 *   0         mean and sums enter
 *   1 .. 3    mean · d, five bits a cycle
 *   4, 5      cross = 32·S - d·mean, low half and high half
 *   6 .. 12   mean · cross                                    I-BERT's: 6 .. 11
 *   13        low half of V
 *   14        high half, V handed on
 * ```
 *
 * Latency 14 cycles (I-BERT's 13); the next row enters when this one leaves. Softmax rows: their sum in the place of V, one cycle.
 */
export const RowVariance = module(
  "norm_row_variance",
  (p: Params) => ({ from: sink(meanStream(p)), to: source(varianceStream(p)) }),
  (io, p) => {
    const features = normFeatures(p);
    const fraction = meanFractionBits(features);
    const bits = varianceBits(p);
    const lowBits = Math.ceil(bits / 2);
    const crossWidth = crossBits(features);
    const rightBits = crossDigits(features) * DIGIT_BITS;
    // Where the product of d begins in the multiplier's low part.
    const columnProduct = rightBits - COLUMN_DIGITS * DIGIT_BITS;
    const { tag, sum, squares, mean } = meanStream(p).payload;
    const row = reg({ tag, sum, squares, mean }, { reset: false });
    const state = fsm("idle", "columns", "crossLow", "crossHigh", "multiply", "low", "done");
    const multiplier = instance(SerialMultiplier, {
      leftBits: meanBits(features),
      rightBits,
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
    const low = reg(uint(lowBits + 1), { reset: false });
    const borrowed = cat(multiplier.high, multiplier.low.bits(rightBits - 1, columnProduct));
    const scaledColumns = borrowed.bits(crossWidth - 1, 0);
    const scaledSum = row.sum
      .bits(LAYERNORM_SUM_BITS - 1, 0)
      .asSint()
      .shl(fraction + 1)
      .extend(crossWidth)
      .asUint();
    const above = (x: Uint, low: number): Uint => x.bits(x.width - 1, low);
    const crossLow = scaledSum.wrap(CROSS_LOW_BITS).sub(scaledColumns.wrap(CROSS_LOW_BITS));
    const crossHigh = above(scaledSum, CROSS_LOW_BITS)
      .sub(above(scaledColumns, CROSS_LOW_BITS))
      .sub(low.bit(CROSS_LOW_BITS))
      .wrap(crossWidth - CROSS_LOW_BITS);
    const cross = cat(crossHigh, low.bits(CROSS_LOW_BITS - 1, 0)).asSint();
    multiplier.start.set(enters.and(entering.tag.softmax.not()).or(crosses));
    multiplier.left.set(row.mean);
    multiplier.right.set(mux(crosses, cross.extend(rightBits).asUint(), entering.columns.extend(rightBits)));
    multiplier.digits.set(mux(crosses, uintLit(crossDigits(features), 4), uintLit(COLUMN_DIGITS, 4)));

    // 256·Q leaves its lowest bits free for the 1.
    const scaledSquares = withOne(row.squares, 2 * fraction).extend(bits);
    const product = cat(multiplier.high, multiplier.low).wrap(bits);
    const varianceLow = scaledSquares.wrap(lowBits).sub(product.wrap(lowBits));
    const varianceHigh = above(scaledSquares, lowBits)
      .sub(above(product, lowBits))
      .sub(low.bit(lowBits))
      .wrap(bits - lowBits);
    const variance = cat(varianceHigh, low.bits(lowBits - 1, 0));
    io.to.payload.set({
      tag: row.tag,
      value: mux(row.tag.softmax, row.sum.extend(bits), variance),
      mean: row.mean,
    });
    // Loaded in every cycle: what other states leave there is not used.
    low.next = mux(state.is("crossLow"), crossLow.extend(lowBits + 1), varianceLow);

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

/** x · 2^shift + 1; x itself without a shift. */
const withOne = (x: Uint, shift: number): Uint => (shift === 0 ? x : cat(x, uintLit(1, shift)));
