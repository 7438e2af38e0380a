import { cat, priorityEncode, times } from "../../../hdl/index.ts";
import type { Uint } from "../../../hdl/index.ts";

/** Zero pairs of bits above the highest pair that is not zero; those above the lowest when all are. */
export function leadingZeroPairs(value: Uint): Uint {
  const count = Math.ceil(value.width / 2);
  const pairs = value.extend(2 * count);
  const taken = times(count, (pair) => pairs.bits(2 * pair + 1, 2 * pair).reduceOr());
  return priorityEncode(cat(...taken)).index;
}
