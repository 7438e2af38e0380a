import { bool, boolLit, cat, input, module, output, reg, sint, uint, when } from "../../../hdl/index.ts";

export interface SerialMultiplierParams {
  /** Bits of the multiplicand, signed. */
  readonly leftBits: number;
  /** Bits of the multiplier, a multiple of DIGIT_BITS, and whether it is signed. */
  readonly rightBits: number;
  readonly rightSigned: boolean;
}

/** Bits of the multiplier that a cycle takes. */
export const DIGIT_BITS = 4;
const COUNT_BITS = 4;

/**
 * Multiplies in steps of four bits, lowest first: the product moves down past the adder, into the places that the
 * multiplier's digits leave.
 *
 * ```
 *   0        start: left and right are read
 *   1 .. n   {high, low} = {high + left · digit, low} / 16; `last` is high in cycle n
 *   n + 1    product, until the next start
 * ```
 *
 * After all digits the product is {high, low}. `digits` (n) may be less when the rest of `right` is 0 (a multiplier
 * that is not negative then): the product is {high, upper 4n bits of low}.
 */
export const SerialMultiplier = module(
  (p: SerialMultiplierParams) => `norm_multiplier_${p.leftBits}x${p.rightBits}`,
  (p: SerialMultiplierParams) => ({
    start: input(bool),
    left: input(sint(p.leftBits)),
    right: input(uint(p.rightBits)),
    digits: input(uint(COUNT_BITS)),
    last: output(bool),
    high: output(sint(p.leftBits + 1)),
    low: output(uint(p.rightBits)),
  }),
  (io, p) => {
    const left = reg(sint(p.leftBits), { reset: false });
    const high = reg(sint(p.leftBits + 1), { reset: false });
    const low = reg(uint(p.rightBits), { reset: false });
    const remaining = reg(uint(COUNT_BITS));

    const last = remaining.eq(1);
    const sign = p.rightSigned ? last.and(low.bit(DIGIT_BITS - 1)) : boolLit(false);
    const digit = cat(sign, low.bits(DIGIT_BITS - 1, 0)).asSint();
    const sum = high.add(left.mul(digit)).wrap(p.leftBits + 1 + DIGIT_BITS);
    when(remaining.ne(0), () => {
      high.next = sum.shr(DIGIT_BITS);
      low.next = cat(sum.bits(DIGIT_BITS - 1, 0), low.bits(p.rightBits - 1, DIGIT_BITS));
      remaining.next = remaining.sub(1).wrap(COUNT_BITS);
    });
    when(io.start, () => {
      left.next = io.left;
      high.next = 0;
      low.next = io.right;
      remaining.next = io.digits;
    });
    io.last.set(last);
    io.high.set(high);
    io.low.set(low);
  },
);
