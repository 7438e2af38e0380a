import { cat, mux } from "../../../hdl/index.ts";
import type { Bool, Uint } from "../../../hdl/index.ts";

/** Digits of a quotient, highest first, and what they leave of the dividend: less than the divisor, and as wide. */
interface DivisionDigits {
  readonly quotient: readonly Bool[];
  readonly remainder: Uint;
}

/**
 * The next digits of a restoring division, for each of `dividend`, the bits that join the remainder. The differences of a digit are
 * formed for either value of the digits before it, and chosen when these are known: their carries run side by side instead of one
 * after the other, for twice the subtractors a digit.
 */
export function divisionDigits(remainder: Uint, divisor: Uint, dividend: readonly Bool[]): DivisionDigits {
  const [digit, ...rest] = dividend;
  if (digit === undefined) return { quotient: [], remainder };
  const grown = cat(remainder, digit);
  const difference = grown.sub(divisor);
  const bit = difference.bit(grown.width).not();
  const taken = divisionDigits(difference.wrap(divisor.width), divisor, rest);
  const left = divisionDigits(grown.wrap(divisor.width), divisor, rest);
  return {
    quotient: [bit, ...rest.map((_, i) => mux(bit, taken.quotient[i]!, left.quotient[i]!))],
    remainder: mux(bit, taken.remainder, left.remainder),
  };
}
