/** Shifts and saturation of the element path as hardware. */
import { cat, mux, sintLit, uintLit } from "../../hdl/index.ts";
import type { Bool, Sint, Uint } from "../../hdl/index.ts";

/**
 * floor(x · 2^-amount) saturated to `bits`. Shifts by multiples of eight first; what they leave above the highest bit that the
 * last three steps can still bring into the result is beyond it in any case, so these are only as wide as that.
 */
export function shiftIntoWindow(x: Sint, amount: Uint, bits: number): Sint {
  const negative = x.bit(x.width - 1);
  const inner = bits + 7;
  const eights = x.shr(cat(amount.bits(amount.width - 1, 3), uintLit(0, 3)));
  const shifted = cat(negative, eights.bits(inner - 2, 0))
    .asSint()
    .shr(amount.bits(2, 0));
  const beyond = (y: Sint, low: number): Bool => {
    const high = y.bits(y.width - 2, low);
    return mux(negative, high.not(), high).reduceOr();
  };
  const over = beyond(eights, inner - 1).or(beyond(shifted, bits - 1));
  const limit = mux(negative, uintLit(0, bits - 1), uintLit(2n ** BigInt(bits - 1) - 1n, bits - 1));
  return cat(negative, mux(over, limit, shifted.bits(bits - 2, 0))).asSint();
}

/** Rounds half up by the lowest bit and drops it. */
export const roundHalf = (x: Sint): Sint => x.add(1).shr(1);

/** Whether `x` is a signed number of `bits` bits. */
export function fitsSigned(x: Sint, bits: number): Bool {
  const high = x.bits(x.width - 1, bits - 1);
  return high.reduceAnd().or(high.reduceOr().not());
}

/** `x` saturated to s8, or to u8 where `unsigned`. */
export function saturateByte(x: Sint, unsigned: Bool): Uint {
  const negative = x.bit(x.width - 1);
  const fits = mux(
    unsigned,
    x
      .bits(x.width - 1, 8)
      .reduceOr()
      .not(),
    fitsSigned(x, 8),
  );
  // The largest is 127 or 255, the smallest -128 or 0.
  const limit = cat(unsigned.eq(negative.not()), mux(negative, uintLit(0, 7), sintLit(-1, 7).asUint()));
  return mux(fits, x.asUint().bits(7, 0), limit);
}
