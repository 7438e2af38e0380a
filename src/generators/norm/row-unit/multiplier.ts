import { bool, boolLit, cat, input, module, output, reg, sint, uint, when } from "../../../hdl/index.ts";

export interface SerialMultiplierParams {
  /** Bits of the multiplicand, signed. */
  readonly leftBits: number;
  /** Bits of the multiplier, a multiple of DIGIT_BITS, and whether it is signed. */
  readonly rightBits: number;
  readonly rightSigned: boolean;
  readonly productBits: number;
}

/** Bits of the multiplier that a cycle takes. */
export const DIGIT_BITS = 4;
const COUNT_BITS = 4;

/**
 * Multiplies in steps of four bits, highest first: product = 16 · product + left · digit.
 *
 * ```
 *   0        start: left and right are read
 *   1 .. n   a digit a cycle; `last` is high in cycle n
 *   n + 1    product, until the next start
 * ```
 *
 * `right` is the multiplier's bits, `digits` (n) says how many of its highest digits count: a short multiplier is
 * placed at the top. The product is modulo 2^productBits.
 */
export const SerialMultiplier = module(
  (p: SerialMultiplierParams) => `norm_multiplier_${p.leftBits}x${p.rightBits}`,
  (p: SerialMultiplierParams) => ({
    start: input(bool),
    left: input(sint(p.leftBits)),
    right: input(uint(p.rightBits)),
    digits: input(uint(COUNT_BITS)),
    last: output(bool),
    product: output(sint(p.productBits)),
  }),
  (io, p) => {
    const left = reg(sint(p.leftBits), { reset: false });
    const right = reg(uint(p.rightBits), { reset: false });
    const product = reg(sint(p.productBits), { reset: false });
    const first = reg(bool, { reset: false });
    const remaining = reg(uint(COUNT_BITS));

    const top = right.bits(p.rightBits - 1, p.rightBits - DIGIT_BITS);
    const sign = p.rightSigned ? first.and(right.bit(p.rightBits - 1)) : boolLit(false);
    const partial = left.mul(cat(sign, top).asSint());
    when(remaining.ne(0), () => {
      product.next = product.shl(DIGIT_BITS).add(partial).wrap(p.productBits);
      right.next = right.shl(DIGIT_BITS).wrap(p.rightBits);
      remaining.next = remaining.sub(1).wrap(COUNT_BITS);
      first.next = false;
    });
    when(io.start, () => {
      left.next = io.left;
      right.next = io.right;
      product.next = 0;
      remaining.next = io.digits;
      first.next = true;
    });
    io.last.set(remaining.eq(1));
    io.product.set(product);
  },
);
