import { bool, cat, fsm, module, mux, output, reg, sink, times, uint, uintLit, when } from "../../../hdl/index.ts";
import type { Uint } from "../../../hdl/index.ts";
import type { Params } from "../../../config/index.ts";
import { factorWriteShape } from "../pipeline.ts";
import { FACTOR_SHIFT_BITS, factorBits, normFeatures, ROW_FACTOR_BITS, ROW_SUM_BITS } from "../shape.ts";
import { divisionDigits } from "./division-digits.ts";
import { leadingZeroPairs } from "./leading-zeros.ts";
import { varianceStream, WHOLE_VARIANCE_BITS } from "./row-stream.ts";

const PAIRS = WHOLE_VARIANCE_BITS / 2;
/** Bits of x from its second value on, and of floor(V / x). */
const ROOT_BITS = PAIRS;
/** Steps of Newton's method that divide, after one that shifts: then x is sigma, whatever V is. */
const DIVIDING_STEPS = 4;
/** Bits of a quotient that a cycle finds; cycles of each division. */
const STEPS = 3;
const NEWTON_CYCLES = ROOT_BITS / STEPS;
const FACTOR_CYCLES = 5;
const RECIPROCAL_CYCLES = 4;
/** Bits of the divisor of a Softmax row: its sum from the highest bit on. */
const DIVISOR_BITS = 16;

/** Cycles of a row of either kind. */
export const rowSigmaCycles = {
  softmax: 2 + RECIPROCAL_CYCLES + 1,
  layernorm: 2 + DIVIDING_STEPS * (NEWTON_CYCLES + 1) + FACTOR_CYCLES + 1,
} as const;

/**
 * Row unit, I-BERT's LayerNorm: sigma = i-sqrt(V) by Newton's method, x = floor((x + floor(V / x)) / 2) as long as that falls, and
 * r = floor(2^(13 + shift) / sigma), 2^shift the least power of two from sigma on. The first x is a power of two above sigma, by
 * which a shift divides; all other divisions are those of one restoring divider, which also makes r = 2^26 / divisor of Softmax
 * rows, rounded, at most 2047. Source: I-BERT (arXiv 2101.01321), section 3.6 and algorithm 4.
 *
 * ```
 *   0           V enters                               a Softmax row's sum
 *   1           leading zero pairs counted
 *   2           x = 2^(place + 1) + V / that, halved   divisor: 16 bits from the highest on
 *   3 .. 9      V / x, three bits a cycle              3 .. 6   quotient, three bits a cycle
 *   10          x + quotient, halved                   7        rounded, factor written
 *   11 .. 34    three times more
 *   35 .. 39    2^(15 + place) / x
 *   40          factor written
 * ```
 *
 * Latency 40 cycles whatever V is, Softmax 7; the next row enters when this one leaves. r is 0 where V or the sum is.
 */
export const RowSigma = module(
  "norm_row_sigma",
  (p: Params) => ({
    from: sink(varianceStream(p)),
    factor: output(factorWriteShape(p)),
    /** The last factor of a job is written in this cycle. */
    jobDone: output(bool),
  }),
  (io, p) => {
    const rBits = factorBits(normFeatures(p));
    const row = reg(varianceStream(p).payload, { reset: false });
    const place = reg(uint(5), { reset: false });
    const zero = reg(bool, { reset: false });
    /** x, or the divisor of a Softmax row. */
    const root = reg(uint(ROOT_BITS), { reset: false });
    const remainder = reg(uint(ROOT_BITS), { reset: false });
    /** The dividend's low bits leave on top, the quotient's enter below. */
    const digits = reg(uint(ROOT_BITS), { reset: false });
    const cycle = reg(uint(3), { reset: false });
    const newton = reg(uint(2), { reset: false });
    /** sigma is a power of two. */
    const whole = reg(bool, { reset: false });
    const state = fsm("idle", "count", "begin", "newton", "halve", "factor", "done");

    const ready = state.is("idle").or(state.is("done"));
    const { softmax } = row.tag;
    io.from.ready.set(ready);

    const powerOfPlace = decode(place, PAIRS);
    // V / 2^(place + 1), or a sum with its highest bit in one of two places: bits above are 0.
    const sum = cat(row.value.wrap(ROW_SUM_BITS), uintLit(0, DIVISOR_BITS - 1));
    const amount = mux(softmax, cat(place.bits(3, 0), uintLit(0, 1)), place.add(1).wrap(5));
    const shifted = shiftDown(mux(softmax, sum, row.value.extend(sum.width)), amount, ROOT_BITS + 1);
    const high = shifted.bit(DIVISOR_BITS);
    const divisor = mux(high, shifted.bits(DIVISOR_BITS, 1), shifted.wrap(DIVISOR_BITS));
    const rounded = digits
      .wrap(ROW_FACTOR_BITS + 1)
      .add(1)
      .shr(1)
      .saturate(ROW_FACTOR_BITS);
    const floored = mux(whole, uintLit(2 ** (rBits - 1), rBits), digits.bits(rBits, 1));
    const r = mux(softmax, rounded.extend(rBits), floored);
    // The sum has 2 · place + 2 bits or one less, and its shift is that less 6, or 0.
    const sumShift = cat(place.bits(3, 0), high).extend(6).sub(5);
    const sigmaShift = place.add(whole.or(zero).not()).wrap(FACTOR_SHIFT_BITS);
    const least = mux(
      sumShift.bit(sumShift.width - 1),
      uintLit(0, FACTOR_SHIFT_BITS),
      sumShift.asUint().wrap(FACTOR_SHIFT_BITS),
    );
    io.factor.set({
      valid: state.is("done"),
      slot: row.tag.slot,
      factor: { r: mux(zero, uintLit(0, rBits), r), shift: mux(softmax, least, sigmaShift), mean: row.mean },
    });
    io.jobDone.set(state.is("done").and(row.tag.last));

    const divide = (then: () => void): void => {
      const above = times(STEPS, (i) => digits.bit(ROOT_BITS - 1 - i));
      const found = divisionDigits(remainder, root, above);
      remainder.next = found.remainder;
      digits.next = cat(digits.wrap(ROOT_BITS - STEPS), ...found.quotient);
      cycle.next = cycle.sub(1).wrap(3);
      when(cycle.eq(0), then);
    };
    const load = (dividend: Uint, low: Uint, cycles: number): void => {
      remainder.next = dividend.extend(ROOT_BITS);
      digits.next = low;
      cycle.next = cycles - 1;
    };
    const loadVariance = (): void => {
      load(row.value.bits(2 * PAIRS - 1, ROOT_BITS), row.value.wrap(ROOT_BITS), NEWTON_CYCLES);
    };
    const none = uintLit(0, ROOT_BITS);
    state.states({
      idle: () => undefined,
      count: () => {
        place.next = uintLit(PAIRS - 1, 5)
          .sub(leadingZeroPairs(row.value))
          .wrap(5);
        zero.next = row.value.eq(0);
        newton.next = 0;
        state.goto("begin");
      },
      begin: () => {
        when(softmax, () => {
          root.next = divisor.extend(ROOT_BITS);
          load(uintLit(2 ** (DIVISOR_BITS - 1), DIVISOR_BITS), none, RECIPROCAL_CYCLES);
          state.goto("factor");
        }).otherwise(() => {
          // The quotient is below the power of two: nothing carries.
          root.next = powerOfPlace.or(shifted.bits(ROOT_BITS, 1));
          loadVariance();
          state.goto("newton");
        });
      },
      newton: () => {
        divide(() => {
          state.goto("halve");
        });
      },
      halve: () => {
        when(digits.lt(root), () => {
          root.next = root.add(digits).shr(1).wrap(ROOT_BITS);
        });
        newton.next = newton.add(1).wrap(2);
        when(newton.eq(DIVIDING_STEPS - 1), () => {
          load(powerOfPlace, none, FACTOR_CYCLES);
          state.goto("factor");
        }).otherwise(() => {
          loadVariance();
          state.goto("newton");
        });
      },
      factor: () => {
        when(cycle.eq(FACTOR_CYCLES - 1), () => {
          whole.next = remainder.eq(root);
        });
        divide(() => {
          state.goto("done");
        });
      },
      done: () => {
        state.goto("idle");
      },
    });
    when(io.from.valid.and(ready), () => {
      row.next = io.from.payload;
      state.goto("count");
    });
  },
);

/** 2^place, in `count` bits. */
const decode = (place: Uint, count: number): Uint => cat(...times(count, (i) => place.eq(count - 1 - i)));

/** The lowest bits of x · 2^-amount: the longest steps first, behind each of which fewer bits can still come into the result. */
function shiftDown(x: Uint, amount: Uint, bits: number): Uint {
  let shifted = x;
  for (let place = amount.width - 1; place >= 0; place--) {
    const width = Math.min(shifted.width, bits + 2 ** place - 1);
    shifted = mux(amount.bit(place), shifted.shr(2 ** place).extend(shifted.width), shifted).wrap(width);
  }
  return shifted;
}
