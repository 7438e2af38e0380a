import type { Bool, Uint } from "../signal.ts";
import { cat, mux, uintLit } from "../values.ts";

/** A division under way. */
export interface DivisionState {
  /** As wide as the divisor, and less than it. */
  readonly remainder: Uint;
  /** The digits found so far in the low bits. */
  readonly quotient: Uint;
}

/**
 * One step of restoring division: `digit`, the dividend's next bit (0 for places after the point), joins the remainder, and the
 * quotient gets its next bit. A subtractor and a multiplexer; several steps in a row find several bits a cycle.
 */
export function divisionStep({ remainder, quotient }: DivisionState, divisor: Uint, digit?: Bool): DivisionState {
  const grown = digit === undefined ? remainder.shl(1) : cat(remainder, digit);
  const difference = grown.sub(divisor);
  const bit = difference.bit(grown.width).not();
  const { width } = remainder;
  return { remainder: mux(bit, difference.wrap(width), grown.wrap(width)), quotient: append(quotient, bit) };
}

/** A square root under way. */
export interface SquareRootState {
  /** What the root found so far leaves; one bit wider than the root. */
  readonly remainder: Uint;
  /** The digits found so far in the low bits. */
  readonly root: Uint;
}

/** One step of the digit-by-digit square root: the radicand's next two bits join the remainder, the root gets its next bit: is it at least 4 · root + 1? */
export function squareRootStep({ remainder, root }: SquareRootState, pair: Uint): SquareRootState {
  const grown = cat(remainder, pair);
  const trial = cat(root, uintLit(1, 2));
  const difference = grown.sub(trial).wrap(grown.width + 1);
  const bit = difference.bit(grown.width).not();
  return { remainder: mux(bit, difference, grown).wrap(root.width + 1), root: append(root, bit) };
}

function append(digits: Uint, bit: Bool): Uint {
  return digits.width === 1 ? bit : cat(digits.wrap(digits.width - 1), bit);
}
