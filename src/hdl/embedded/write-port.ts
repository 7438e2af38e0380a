import type { Expr, Memory } from "../ir.ts";
import { typeOf, type Frame } from "./frame.ts";
import { allOnes } from "./scalar.ts";
import { WORD_BITS } from "./trees.ts";

/**
 * Stores a word of a memory, whose words begin at `base`, at the byte offset in the local `address`: the limbs in `values`, of
 * them the lanes whose bit in `mask` is set. `pushBit` pushes a bit of the mask as i64.
 */
export function writeWord(
  frame: Frame,
  memory: Memory,
  base: number,
  address: number,
  values: readonly number[],
  mask: Expr | undefined,
  pushBit: (mask: Expr, bit: number) => void,
): void {
  const { body } = frame;
  const { width, maskBits = width } = memory;
  const whole = mask === undefined || (mask.kind === "const" && mask.value === allOnes(mask.width));
  values.forEach((value, limb) => {
    const low = limb * WORD_BITS;
    const bits = Math.min(WORD_BITS, width - low);
    const type = width > WORD_BITS ? "i64" : typeOf(width);
    body.get(address);
    if (whole) body.get(value);
    else {
      // old ^ ((old ^ new) & chosen)
      body.get(address);
      frame.load(base + 8 * limb, Math.min(width, WORD_BITS), false);
      body.get(address);
      frame.load(base + 8 * limb, Math.min(width, WORD_BITS), false);
      body.get(value);
      body.op(`${type}.xor`);
      pushChosen(frame, mask, maskBits, low, bits, pushBit);
      if (type === "i32") body.op("i32.wrap_i64");
      body.op(`${type}.and`);
      body.op(`${type}.xor`);
    }
    frame.store(base + 8 * limb, Math.min(width, WORD_BITS));
  });
}

/** Pushes, as i64, ones where the mask chooses among `bits` bits of the word from bit `low` on. */
function pushChosen(
  { body }: Frame,
  mask: Expr,
  maskBits: number,
  low: number,
  bits: number,
  pushBit: (mask: Expr, bit: number) => void,
): void {
  let first = true;
  for (let lane = Math.floor(low / maskBits); lane * maskBits < low + bits; lane++) {
    const from = Math.max(0, lane * maskBits - low);
    const to = Math.min(bits, (lane + 1) * maskBits - low);
    body.i64(0n);
    pushBit(mask, lane);
    body.op("i64.sub");
    body.i64(allOnes(to - from) << BigInt(from));
    body.op("i64.and");
    if (!first) body.op("i64.or");
    first = false;
  }
}
