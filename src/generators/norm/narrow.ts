/** Rounding shifts and saturation as hardware: the two halves of the specification's `rshr` and `sat`. */
import { cat, mux, sintLit, uintLit } from "../../hdl/index.ts";
import type { Bool, Sint, Uint } from "../../hdl/index.ts";

/** Bits of a shifted value: enough for s32 results, one bit for the rounding, one against its carry. */
export const SHIFTED_BITS = 34;

/**
 * First half of rshr(x, amount): 2x >> amount, so that the lowest bit is the one to round by (and amount 0 keeps x);
 * saturated to `bits`, which is harmless when at least one bit wider than the final saturation wants.
 */
export const shiftKeepingHalf = (x: Sint, amount: Uint, bits = SHIFTED_BITS): Sint =>
  x.shl(1).shr(amount).saturate(bits);

/**
 * The same for a result much narrower than `x`: multiples of eight first, saturated to what the last three steps of the
 * shifter can still bring into the result, so that these are as narrow as it.
 */
export function shiftIntoWindow(x: Sint, amount: Uint, bits: number): Sint {
  const eights = cat(amount.bits(amount.width - 1, 3), uintLit(0, 3));
  return x
    .shl(1)
    .shr(eights)
    .saturate(bits + 7)
    .shr(amount.bits(2, 0))
    .saturate(bits);
}

/** Second half: rounds half up by the lowest bit and drops it. */
export const roundHalf = (x: Sint): Sint => x.add(1).shr(1);

/** A format to saturate to, where `selected`. */
export interface Format {
  readonly selected: Bool;
  readonly bits: number;
  readonly unsigned?: boolean;
}

/**
 * `x` saturated to the selected format (at most one), else to `otherwise` signed bits; one multiplexer of data however
 * many formats there are. The result has `otherwise` bits.
 */
export function narrowTo(x: Sint, formats: readonly Format[], otherwise: number): Sint {
  const top = x.width - 1;
  const negative = x.bit(top);
  const fitsSigned = (bits: number): Bool => {
    const high = x.bits(top, bits - 1);
    return high.reduceAnd().or(high.reduceOr().not());
  };
  let fits = fitsSigned(otherwise);
  let highest: Sint = sintLit(2n ** BigInt(otherwise - 1) - 1n, otherwise);
  let lowest: Sint = sintLit(-(2n ** BigInt(otherwise - 1)), otherwise);
  for (const { selected, bits, unsigned } of formats) {
    const limit = 2n ** BigInt(unsigned === true ? bits : bits - 1);
    fits = mux(selected, unsigned === true ? x.bits(top, bits).reduceOr().not() : fitsSigned(bits), fits);
    highest = mux(selected, sintLit(limit - 1n, otherwise), highest);
    lowest = mux(selected, sintLit(unsigned === true ? 0n : -limit, otherwise), lowest);
  }
  return mux(fits, x.wrap(otherwise), mux(negative, lowest, highest));
}
