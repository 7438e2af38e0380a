import {
  bool,
  cat,
  fsm,
  module,
  mux,
  reg,
  sink,
  source,
  squareRootStep,
  times,
  uint,
  uintLit,
  when,
} from "../../../hdl/index.ts";
import type { SquareRootState } from "../../../hdl/index.ts";
import type { Params } from "../../../config/index.ts";
import { FACTOR_SHIFT_BITS, ROW_SUM_BITS } from "../shape.ts";
import { leadingZeroPairs } from "./leading-zeros.ts";
import { divisorStream, VARIANCE_BITS, varianceStream } from "./row-stream.ts";

const PAIRS = Math.ceil(VARIANCE_BITS / 2);
const RADICAND_BITS = 32;
const ROOT_BITS = 16;
/** Bits of the root found in a cycle. */
const STEPS = 2;

/**
 * Row unit: normalises V by an even, a Softmax sum by any number of places, and takes the square root of V digit by
 * digit. The divisor is in [2^15, 2^16).
 *
 * ```
 *   0          value enters
 *   1          leading zero pairs counted                 place = 25 - pairs
 *   2          shifted: 32 bits from the highest pair on
 *   3 .. 10    root, two bits a cycle                     Softmax: none; the upper 16 bits are the divisor
 *   11 (3)     divisor handed on
 * ```
 *
 * Latency 11 cycles (Softmax 3); the next row enters when this one leaves. Source: digit-by-digit square root; I-BERT's
 * Newton iteration needs up to six steps with a division each.
 */
export const RowRoot = module(
  "norm_row_root",
  (p: Params) => ({ from: sink(varianceStream(p)), to: source(divisorStream(p)) }),
  (io, p) => {
    const row = reg(varianceStream(p).payload, { reset: false });
    const zeroPairs = reg(uint(5), { reset: false });
    const radicand = reg(uint(RADICAND_BITS), { reset: false });
    const remainder = reg(uint(ROOT_BITS + 1), { reset: false });
    const root = reg(uint(ROOT_BITS), { reset: false });
    const step = reg(uint(3), { reset: false });
    const zero = reg(bool, { reset: false });
    const state = fsm("idle", "count", "shift", "root", "done");

    const ready = state.is("idle").or(state.is("done").and(io.to.ready));
    const enters = io.from.valid.and(ready);
    io.from.ready.set(ready);
    io.to.valid.set(state.is("done"));

    const place = uintLit(PAIRS - 1, 5)
      .sub(zeroPairs)
      .wrap(5);
    const high = radicand.bit(RADICAND_BITS - 1);
    // LayerNorm: place - 3. Softmax, a sum of n bits: n - 6, and the pair's place says n = 2 · place + 2 or one less.
    const twice = cat(place.bits(3, 0), high);
    const { softmax } = row.tag;
    const offset = mux(softmax, twice.extend(6).sub(5), place.extend(6).sub(3));
    const negative = offset.bit(offset.width - 1);
    io.to.payload.set({
      tag: row.tag,
      divisor: mux(softmax, mux(high, radicand.bits(31, 16), radicand.bits(30, 15)), root),
      zero: zero.and(softmax),
      shift: mux(negative, uintLit(0, FACTOR_SHIFT_BITS), offset.asUint().wrap(FACTOR_SHIFT_BITS)),
      mean: row.mean,
    });

    state.states({
      idle: () => undefined,
      count: () => {
        zeroPairs.next = leadingZeroPairs(row.value);
        zero.next = row.value.bits(ROW_SUM_BITS - 1, 0).eq(0);
        state.goto("shift");
      },
      shift: () => {
        const doubled = cat(zeroPairs, uintLit(0, 1));
        radicand.next = row.value
          .extend(2 * PAIRS)
          .shl(doubled)
          .bits(2 * PAIRS - 1, 2 * PAIRS - RADICAND_BITS);
        remainder.next = 0;
        root.next = 0;
        step.next = 0;
        when(softmax, () => {
          state.goto("done");
        }).otherwise(() => {
          state.goto("root");
        });
      },
      root: () => {
        let found: SquareRootState = { remainder, root };
        times(STEPS, (i) => {
          found = squareRootStep(found, radicand.bits(RADICAND_BITS - 1 - 2 * i, RADICAND_BITS - 2 - 2 * i));
        });
        remainder.next = found.remainder;
        root.next = found.root;
        radicand.next = radicand.shl(2 * STEPS).wrap(RADICAND_BITS);
        step.next = step.add(1).wrap(3);
        when(step.eq(ROOT_BITS / STEPS - 1), () => {
          state.goto("done");
        });
      },
      done: () => {
        when(io.to.ready, () => {
          state.goto("idle");
        });
      },
    });
    when(enters, () => {
      row.next = io.from.payload;
      state.goto("count");
    });
  },
);
