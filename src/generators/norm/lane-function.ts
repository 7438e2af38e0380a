import { cat, mux, reg, sint, sintLit, uint, uintLit } from "../../hdl/index.ts";
import type { Bool, Sint, Uint, Value } from "../../hdl/index.ts";
import type { functionControl } from "./lane-control.ts";
import { roundHalf, shiftIntoWindow } from "./narrow.ts";
import { MEAN_BITS, SQUARE_BITS } from "./shape.ts";
import type { NormFeatures } from "./shape.ts";

/** Coefficients of 2^-f (see `exp2Fraction` of the reference): v = 65536 - round(f · (LINEAR - SQUARE · f) · 2^-24), f in Q.12, SQUARE = 11277. */
const EXP_LINEAR = 44047 * 4096;
/** The factor LINEAR - SQUARE · f stays between 2^27 and 2^28: f · 2^27 is added after the product, which saves two bits. */
const EXP_BASE = 2 ** 27;
/** GELU: t = 5124 - min(|x|, 5124) in Q4.11; the error function is 1 - (9463 · t² >> 22) · 2^-16. */
const GELU_CLIP = 5124;

/** What the function part of a lane hands on. */
export interface FunctionOutputs {
  /** Loaded by `multiply`: x² (u43) for the statistics. */
  readonly square: Uint;
  /** Loaded by `round`: exp (u16), n (s18), g (s33), or the narrowed value itself. */
  readonly value: Sint;
}

/**
 * Function part of a lane: one product a function, its two factors prepared and its result shifted.
 *
 * ```
 *              exp                 GELU                  normalise          statistics   others
 *   square     ·                   t²                    ·                  ·            ·
 *   prepare    c - 11277·f, f      x, 1 ± erf            16x - mean, r      x, x         ·
 *   multiply   product             g                     product            x²           ·
 *   align      v = 2^-f            ·                     · 2^(1-shift)      x            value
 *   round      v · 2^-integer      ·                     n                  ·            ·
 * ```
 *
 * `narrowed` is the front's register; the result is the register that `round` loads.
 */
export function laneFunction(
  control: Value<typeof functionControl>,
  narrowed: Sint,
  features: NormFeatures,
): FunctionOutputs {
  const { x, erf } = features.gelu ? geluSquare(narrowed) : { x: narrowed, erf: uintLit(0, 18) };

  // The factors of each function, and the function they belong to.
  const fraction = x.bits(11, 0);
  const factors: { selected: Bool; left: Sint; right: Sint }[] = [];
  if (features.softmax) {
    const slope = uintLit(EXP_LINEAR - EXP_BASE, 26)
      .sub(timesExpSquare(fraction))
      .wrap(26);
    factors.push({ selected: control.prepareExp, left: slope.toSint(), right: fraction.toSint() });
  }
  if (features.gelu) factors.push({ selected: control.prepareGelu, left: x.wrap(16), right: erf.toSint() });
  if (features.layernorm) {
    const deviation = x
      .wrap(22)
      .shl(4)
      .sub(control.mean)
      .wrap(MEAN_BITS + 1);
    const factor = control.deviationFactor.toSint();
    factors.push({ selected: control.prepareNormalise, left: deviation, right: factor });
    factors.push({ selected: control.prepareNormalise.not(), left: x.wrap(22), right: x.wrap(22) });
  }
  const leftBits = Math.max(...factors.map(({ left }) => left.width));
  const rightBits = Math.max(...factors.map(({ right }) => right.width));
  const left = reg(sint(leftBits), { reset: false });
  const right = reg(sint(rightBits), { reset: false });
  const kept = reg(sint(32), { reset: false });
  left.next = firstOf(factors.map(({ selected, left: value }) => [selected, value]));
  right.next = firstOf(factors.map(({ selected, right: value }) => [selected, value]));
  kept.next = x;

  const product = reg(sint(leftBits + rightBits), { reset: false });
  const keptOn = reg(sint(32), { reset: false });
  product.next = left.mul(right);
  keptOn.next = kept;

  const aligned = reg(sint(33), { reset: false });
  const alignments: [Bool, Sint][] = [];
  if (features.softmax) alignments.push([control.alignExp, expMantissa(product, keptOn)]);
  if (features.gelu) alignments.push([control.alignGelu, product.wrap(33)]);
  if (features.layernorm)
    alignments.push([control.alignNormalise, shiftIntoWindow(product, control.deviationShift, 19).extend(33)]);
  aligned.next = alignments.reduceRight((rest, [selected, value]) => mux(selected, value, rest), keptOn.extend(33));

  const value = reg(sint(33), { reset: false });
  const roundings: [Bool, Sint][] = [];
  if (features.softmax) roundings.push([control.roundExp, expValue(aligned)]);
  if (features.layernorm) roundings.push([control.roundNormalise, roundHalf(aligned.wrap(19)).saturate(18)]);
  value.next = roundings.reduceRight<Sint>(
    (rest, [selected, choice]) => mux(selected, choice.extend(33), rest),
    aligned,
  );
  return { square: product.asUint().wrap(SQUARE_BITS), value };
}

/** The last value when no earlier condition holds. */
const firstOf = (choices: readonly (readonly [Bool, Sint])[]): Sint =>
  choices.slice(0, -1).reduceRight((rest, [selected, value]) => mux(selected, value, rest), choices.at(-1)![1]);

/** The stage `square` of GELU: x beside it, and from t² the factor 65536 ± erf (u18) that `prepare` takes. */
function geluSquare(narrowed: Sint): { x: Sint; erf: Uint } {
  const x = reg(sint(32), { reset: false });
  const square = reg(uint(26), { reset: false });
  const short = narrowed.wrap(16);
  const negative = short.bit(15);
  const distance = mux(negative, short.add(GELU_CLIP), sintLit(GELU_CLIP).sub(short));
  const t = mux(distance.bit(distance.width - 1), uintLit(0, 13), distance.asUint().wrap(13));
  x.next = narrowed;
  square.next = t.mul(t);
  // 65536 + erf for positive x is 131072 - complement, 65536 - erf for negative x is the complement itself.
  // 9463 = 9 · 2^10 + 2^8 - 9: three additions, where a multiplier of that constant has nine terms.
  const nine = square.shl(3).add(square);
  const scaled = nine.shl(10).add(square.shl(8)).sub(nine).wrap(40);
  const complement = scaled.shr(22).wrap(16);
  const erf = mux(x.bit(15), complement.extend(18), uintLit(131072, 18).sub(complement).wrap(18));
  return { x, erf };
}

/** SQUARE · f, as (11 · 2^10 + 13) · f: four additions. */
function timesExpSquare(f: Uint): Uint {
  const three = f.shl(1).add(f);
  return f.shl(3).add(three).shl(10).add(three.shl(2).add(f));
}

/** v = 2^-f in Q.16 (u17) with the integer part of the exponent (u5) above it. */
function expMantissa(product: Sint, exponent: Sint): Sint {
  const polynomial = product.asUint().bits(37, 23).add(1).shr(1);
  const base = exponent.bits(11, 0).shl(3);
  const mantissa = uintLit(65536, 17).sub(base.add(polynomial)).wrap(17);
  return cat(exponent.bits(16, 12), mantissa).toSint().extend(33);
}

/** exp = min(65535, rshr(v, integer part)), u16. */
function expValue(aligned: Sint): Sint {
  const doubled = aligned.bits(16, 0).shl(1);
  const halved = doubled.shr(aligned.bits(21, 17));
  return halved.add(1).shr(1).saturate(16).toSint();
}
