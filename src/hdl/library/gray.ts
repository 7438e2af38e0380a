import type { Uint } from "../signal.ts";

/** The Gray code of a number: neighbours, 2^n - 1 and 0 among them, differ in one bit. One xor gate a bit. */
export function grayEncode(value: Uint): Uint {
  return value.width === 1 ? value : value.xor(value.shr(1));
}

/** The number of a Gray code: bit i is the parity of the bits from i on. Depth log2 of the width. */
export function grayDecode(gray: Uint): Uint {
  let value = gray;
  for (let distance = 1; distance < gray.width; distance *= 2) value = value.xor(value.shr(distance));
  return value;
}
