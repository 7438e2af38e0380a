import { bool, boolLit, cat, input, module, output, reg, sint, uint, when } from "../../../hdl/index.ts";

export interface SerialMultiplierParams {
  /** Bits of the multiplicand, signed. */
  readonly leftBits: number;
  /** Bits of the multiplier, a multiple of `digitBits`, and whether it is signed. */
  readonly rightBits: number;
  readonly rightSigned: boolean;
  /** Bits of the multiplier that a cycle takes. */
  readonly digitBits: number;
}

const COUNT_BITS = 4;

/**
 * Multiplies in steps of a few bits, lowest first: the product moves down past the adder, into the places that the
 * multiplier's digits leave. A short multiplicand makes a short adder, many bits a cycle make few cycles.
 *
 * ```
 *   0        start: right is read
 *   1 .. n   {high, low} = {high + left · digit, low} / 2^digitBits; `last` is high in cycle n
 *   n + 1    product, until the next start
 * ```
 *
 * `left` is held by the parent in cycles 1 to n. After all digits the product is {high, low}. `digits` (n) may be less
 * when the rest of `right` is 0 (a multiplier that is not negative then): the product is {high, upper n digits of low}.
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
    const { digitBits } = p;
    const high = reg(sint(p.leftBits + 1), { reset: false });
    const low = reg(uint(p.rightBits), { reset: false });
    const remaining = reg(uint(COUNT_BITS));

    const last = remaining.eq(1);
    const sign = p.rightSigned ? last.and(low.bit(digitBits - 1)) : boolLit(false);
    const digit = cat(sign, low.bits(digitBits - 1, 0)).asSint();
    const sum = high.add(io.left.mul(digit)).wrap(p.leftBits + 1 + digitBits);
    when(remaining.ne(0), () => {
      high.next = sum.shr(digitBits);
      low.next = cat(sum.bits(digitBits - 1, 0), low.bits(p.rightBits - 1, digitBits));
      remaining.next = remaining.sub(1).wrap(COUNT_BITS);
    });
    when(io.start, () => {
      high.next = 0;
      low.next = io.right;
      remaining.next = io.digits;
    });
    io.last.set(last);
    io.high.set(high);
    io.low.set(low);
  },
);
