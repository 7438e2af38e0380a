import { input, module, mux, output, reg, sint, sintLit, uint, when } from "../../hdl/index.ts";
import type { Bool, Sint, Value } from "../../hdl/index.ts";
import { MULTIPLIER_BITS, OPERAND_BITS, PRE_SHIFT_BITS, PRE_SHIFT_LEFT, SCALE_FORMATS } from "../../isa/index.ts";
import { requantiserControl } from "./lane-control.ts";
import { fitsSigned, roundHalf, shiftIntoWindow } from "./narrow.ts";
import type { NormFeatures } from "./shape.ts";

/** Bits of a scaled value: u17 as it is, or s8, s15, s16 with their sign. */
export const SCALED_BITS = 17;
const scaledBits = (f: NormFeatures): number => (f.softmax ? SCALED_BITS : 16);
/** Bits of a product with its bit for the rounding: u17 and three more. */
const HALF_BITS = 20;

/**
 * Requantiser of a lane: s32 or a distance of two (s33) times a dyadic multiplier, rounded and saturated.
 *
 * ```
 *   shift    shifted ← sat17(operand · 2^(10 - amount))      amount: of all lanes, or the lane's own
 *   scale    product ← shifted · m                    s28    m: of all lanes, or the lane's own
 *   narrow   scaled  ← rounded product >> 17 (s8), 11 (s15, s16) or 9 (u17), saturated
 * ```
 *
 * Latency 3 cycles, throughput one element a cycle. A parameter row passes like data and leaves its bits 4:0 in
 * `ownAmount` when it is the operand, its bits 26:16 in `ownMultiplier` when it is shifted: in both places just before
 * the first row that follows it is there, and after the last row that preceded it has left. So slices change without a
 * bubble and without a second copy of the parameters.
 */
export const Requantiser = module(
  "norm_requantiser",
  (features: NormFeatures) => ({
    control: input(requantiserControl),
    operand: input(sint(33)),
    scaled: output(sint(scaledBits(features))),
  }),
  (io, features) => {
    const { control, operand } = io;
    const ownAmount = reg(uint(PRE_SHIFT_BITS), { reset: false });
    const shifted = reg(sint(OPERAND_BITS), { reset: false });
    const amount = mux(control.ownAmount, ownAmount, control.amount);
    shifted.next = shiftIntoWindow(operand.shl(PRE_SHIFT_LEFT), amount, OPERAND_BITS);
    when(control.loadAmount, () => {
      ownAmount.next = operand.asUint().bits(PRE_SHIFT_BITS - 1, 0);
    });

    const ownMultiplier = reg(uint(MULTIPLIER_BITS), { reset: false });
    const product = reg(sint(OPERAND_BITS + MULTIPLIER_BITS), { reset: false });
    const multiplier = mux(control.ownMultiplier, ownMultiplier, control.multiplier);
    product.next = shifted.mul(multiplier.toSint()).wrap(product.width);
    when(control.loadMultiplier, () => {
      // The word's bit 15 is the lowest here.
      ownMultiplier.next = shifted.asUint().bits(MULTIPLIER_BITS, 1);
    });

    const scaled = reg(sint(scaledBits(features)), { reset: false });
    scaled.next = narrowProduct(control, product, features).wrap(scaled.width);
    io.scaled.set(scaled);
  },
);

/** The product rounded at the format's place and saturated to it. */
function narrowProduct(control: Value<typeof requantiserControl>, product: Sint, features: NormFeatures): Sint {
  const { byte, fixed, exponent } = SCALE_FORMATS;
  // One bit is kept below each format for the rounding.
  const half = (format: { readonly postShift: number }): Sint => product.shr(format.postShift - 1).extend(HALF_BITS);
  const signedHalf = mux(control.toByte, half(byte), half(fixed));
  const rounded = roundHalf(features.softmax ? mux(control.toExponent, half(exponent), signedHalf) : signedHalf);

  const negative = product.bit(product.width - 1);
  const signed = (bits: number): Narrowed => ({
    fits: fitsSigned(rounded, bits),
    limit: mux(negative, sintLit(-(2 ** (bits - 1)), SCALED_BITS), sintLit(2 ** (bits - 1) - 1, SCALED_BITS)),
  });
  // Exponents are of distances, which are not negative.
  const over = rounded.bits(rounded.width - 1, SCALED_BITS).reduceOr();
  const unsigned = { fits: over.not(), limit: sintLit(-1, SCALED_BITS) };
  let narrowed = choose(control.toByte, signed(8), signed(16));
  if (features.layernorm) narrowed = choose(control.toLayerNorm, signed(15), narrowed);
  if (features.softmax) narrowed = choose(control.toExponent, unsigned, narrowed);
  return mux(narrowed.fits, rounded.wrap(SCALED_BITS), narrowed.limit);
}

/** Whether a value fits a format, and what it becomes where it does not. */
interface Narrowed {
  readonly fits: Bool;
  readonly limit: Sint;
}

const choose = (condition: Bool, yes: Narrowed, no: Narrowed): Narrowed => ({
  fits: mux(condition, yes.fits, no.fits),
  limit: mux(condition, yes.limit, no.limit),
});
