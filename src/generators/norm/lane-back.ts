import { cat, mux, reg, sint, sintLit, uintLit, when, wire } from "../../hdl/index.ts";
import type { Bool, Sint, Uint, Value } from "../../hdl/index.ts";
import { LAST_SHIFT_LEAST } from "../../isa/index.ts";
import type { backControl } from "./lane-control.ts";
import { roundHalf, saturateByte, shiftIntoWindow } from "./narrow.ts";
import { hasFunctions } from "./shape.ts";
import type { NormFeatures } from "./shape.ts";

/** LayerNorm's offset per channel is s16 at 2^8. */
const OFFSET_BITS = 16;
const OFFSET_SHIFT = 8;
/** A byte of either sign, with one bit for the rounding. */
const BYTE_WINDOW = 10;
const GAIN_BITS = 14;

/**
 * Back of a lane: a function's value (s17) times a factor, plus an offset, shifted and narrowed. Returns the result's
 * register: a word of a preload or of raw bits, else a byte in the low bits.
 *
 * ```
 *   affine      product  ← value · gain | factor            s31
 *   lastShift   shifted  ← sum = product + offset: sat32, or · 2^-e in a window of a byte
 *   lastNarrow  result   ← rounded, saturated, ReLU, mask
 * ```
 *
 * LayerNorm's offset arrives like its gain, as the value of a parameter row. A preload's bias is wider: it is taken from the
 * operand, and it may be, because a preload has the pipeline for itself and finishes a slice before it starts the next.
 */
export function laneBack(
  control: Value<typeof backControl>,
  inputs: { readonly value: Sint; readonly operand: Sint; readonly mask: Bool },
  features: NormFeatures,
): Sint {
  const { value, operand, mask } = inputs;
  const factor = wire(sint(GAIN_BITS));
  if (features.layernorm) {
    const ownGain = reg(sint(GAIN_BITS), { reset: false });
    factor.set(mux(control.ownGain, ownGain, control.factor.toSint().extend(GAIN_BITS)));
    when(control.loadGain, () => {
      ownGain.next = value.wrap(GAIN_BITS);
    });
  } else {
    factor.set(control.factor.toSint());
  }
  const product = reg(sint(31), { reset: false });
  product.next = value.mul(factor);

  const offset = reg(sint(32), { reset: false });
  when(control.loadBias, () => {
    offset.next = operand.wrap(32);
  });
  if (features.layernorm) {
    when(control.loadOffset, () => {
      offset.next = value.wrap(OFFSET_BITS).shl(OFFSET_SHIFT);
    });
  }
  const sum = product.add(mux(control.addOffset, offset, sintLit(0, 32)));
  const word = sum.saturate(32);
  const result = reg(sint(32), { reset: false });
  const clearFrom = (x: Sint, byte: Uint): Uint =>
    mux(mask.or(control.relu.and(x.bit(x.width - 1))), uintLit(0, 8), byte);
  if (!hasFunctions(features)) {
    // Bytes are narrow already, and only a preload multiplies.
    const passing = reg(sint(8), { reset: false });
    passing.next = value.wrap(8);
    result.next = mux(control.toWord, word, clearFrom(passing, passing.asUint()).extend(32).asSint());
    return result;
  }

  const shifted = reg(sint(32), { reset: false });
  const window = shiftIntoWindow(sum.shr(LAST_SHIFT_LEAST - 1), control.lastShift, BYTE_WINDOW);
  const wide = word.asUint();
  const low = mux(control.shiftWord, wide.bits(BYTE_WINDOW - 1, 0), window.asUint());
  shifted.next = cat(wide.bits(31, BYTE_WINDOW), low).asSint();
  const rounded = roundHalf(shifted.wrap(BYTE_WINDOW));
  const byte = clearFrom(rounded, saturateByte(rounded, control.toUnsignedByte));
  const shown = shifted.asUint();
  result.next = cat(shown.bits(31, 8), mux(control.toWord, shown.bits(7, 0), byte)).asSint();
  return result;
}
