import { mux, reg, sint, uint, when } from "../../hdl/index.ts";
import type { Sint, Value } from "../../hdl/index.ts";
import type { frontControl } from "./lane-control.ts";
import { narrowTo, roundHalf, shiftKeepingHalf, SHIFTED_BITS } from "./narrow.ts";
import type { NormFeatures } from "./shape.ts";

/** What the front of a lane reads in the stage `fetch`. */
export interface FrontInputs {
  readonly accumulator: Sint;
  readonly residual: Sint;
}

/**
 * Front of a lane: accumulator or residual, times a dyadic multiplier, rounded and saturated to what the function wants.
 * Returns the register that `narrow` loads (s32).
 *
 * ```
 *   fetch      x          ← accumulator | residual
 *   subtract   operand    ← x | row maximum - x            s33
 *   scale      product    ← operand · m                    s49   m: of all lanes, or the lane's own
 *   shift      shifted    ← product · 2^(1-e), saturated   s34   e: of all lanes, or the lane's own
 *   narrow     narrowed   ← rounded, saturated             s32
 * ```
 *
 * A parameter row passes like data, with m = 1 and e = 0, and leaves its bits 15:0 in `ownMultiplier` when it is the
 * operand, its bits 21:16 in `ownExponent` when it is the product: in both places just before the first row that
 * follows it is there, and after the last row that preceded it has left. So slices change without a bubble and without
 * a second copy of the parameters.
 */
export function laneFront(control: Value<typeof frontControl>, inputs: FrontInputs, features: NormFeatures): Sint {
  const x = reg(sint(32), { reset: false });
  when(control.fetches, () => {
    x.next = mux(control.residual, inputs.residual.extend(32), inputs.accumulator);
  });

  const operand = reg(sint(33), { reset: false });
  operand.next = features.softmax ? mux(control.distance, control.rowMax.sub(x), x) : x;

  const ownMultiplier = reg(uint(16), { reset: false });
  const product = reg(sint(49), { reset: false });
  const multiplier = mux(control.ownMultiplier, ownMultiplier, control.multiplier);
  product.next = operand.mul(multiplier.toSint()).wrap(49);
  when(control.loadMultiplier, () => {
    ownMultiplier.next = operand.bits(15, 0);
  });

  const ownExponent = reg(uint(6), { reset: false });
  const shifted = reg(sint(SHIFTED_BITS), { reset: false });
  shifted.next = shiftKeepingHalf(product, mux(control.ownExponent, ownExponent, control.exponent));
  when(control.loadExponent, () => {
    ownExponent.next = product.bits(21, 16);
  });

  const narrowed = reg(sint(32), { reset: false });
  const formats = [
    { selected: control.toByte, bits: 8 },
    ...(features.softmax ? [{ selected: control.toExponent, bits: 17, unsigned: true }] : []),
    ...(features.gelu ? [{ selected: control.toGelu, bits: 16 }] : []),
    ...(features.layernorm ? [{ selected: control.toLayerNorm, bits: 22 }] : []),
  ];
  narrowed.next = narrowTo(roundHalf(shifted), formats, 32);
  return narrowed;
}
