import { when } from "../../control.ts";
import { reg } from "../../declare.ts";
import { module } from "../../module.ts";
import { sink, source } from "../../ports.ts";
import { bool, stream, uint } from "../../shapes.ts";
import type { Bool, Uint } from "../../signal.ts";
import { mux } from "../../values.ts";
import { counter } from "../counter.ts";
import { divisionStep } from "../digit-steps.ts";
import { fire } from "../stream.ts";

/** What a {@link Divider} is. */
export interface DividerParams {
  /** Bits of dividend, divisor, quotient and remainder. */
  readonly width: number;
  /** The bits are two's complement numbers. */
  readonly signed: boolean;
}

/**
 * Divides, one quotient bit a cycle (restoring, radix 2), rounding towards 0: the remainder has the dividend's sign.
 *
 * ```
 *   0             operands enter (signed: their magnitudes)
 *   1 .. width    quotient, from the top bit down
 *   width + 1     result leaves; the next operands can enter
 * ```
 *
 * By 0 the quotient is all ones and the remainder the dividend; the least number by -1 gives itself and 0 (both as RISC-V has
 * it). Registers: three words.
 */
export const Divider = module(
  ({ width, signed }: DividerParams) => `${signed ? "signed_" : ""}divider_${width}`,
  ({ width }: DividerParams) => ({
    enq: sink(stream({ dividend: uint(width), divisor: uint(width) })),
    deq: source(stream({ quotient: uint(width), remainder: uint(width) })),
  }),
  (io, { width, signed }) => {
    const divisor = reg(uint(width), { reset: false });
    const remainder = reg(uint(width), { reset: false });
    /** The dividend's bits leave on top, the quotient's enter below. */
    const quotient = reg(uint(width), { reset: false });
    const busy = reg(bool);
    const done = reg(bool);
    const step = counter(width, { enable: busy });
    const ready = busy.not().and(done.not().or(io.deq.ready));
    io.enq.ready.set(ready);
    io.deq.valid.set(done);

    when(busy, () => {
      const found = divisionStep({ remainder, quotient }, divisor, quotient.bit(width - 1));
      remainder.next = found.remainder;
      quotient.next = found.quotient;
    });
    when(step.wraps, () => {
      busy.next = false;
      done.next = true;
    }).elsewhen(io.deq.ready, () => {
      done.next = false;
    });
    const operands = io.enq.payload;
    const enters = fire(io.enq);
    when(enters, () => {
      divisor.next = magnitude(operands.divisor, signed);
      remainder.next = 0;
      quotient.next = magnitude(operands.dividend, signed);
      busy.next = true;
    });
    if (!signed) {
      io.deq.payload.set({ quotient, remainder });
      return;
    }
    const quotientNegative = reg(bool, { reset: false });
    const remainderNegative = reg(bool, { reset: false });
    when(enters, () => {
      const [sign, other] = [isNegative(operands.dividend), isNegative(operands.divisor)];
      quotientNegative.next = sign.xor(other).and(operands.divisor.ne(0));
      remainderNegative.next = sign;
    });
    io.deq.payload.set({
      quotient: negateIf(quotientNegative, quotient),
      remainder: negateIf(remainderNegative, remainder),
    });
  },
);

function isNegative(x: Uint): Bool {
  return x.bit(x.width - 1);
}

function magnitude(x: Uint, signed: boolean): Uint {
  return signed ? negateIf(isNegative(x), x) : x;
}

function negateIf(condition: Bool, x: Uint): Uint {
  return mux(condition, x.not().add(1).wrap(x.width), x);
}
