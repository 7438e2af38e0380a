import { cat, mux, pipe, reg, select, sint, sintLit, uintLit } from "../../hdl/index.ts";
import type { Bool, Sint, Uint, Value } from "../../hdl/index.ts";
import type { functionControl, laneControl } from "./lane-control.ts";
import { SCALED_BITS } from "./requantiser.ts";
import { erfFactor, expPolynomial, laneReduce, QUOTIENT_BITS } from "./lane-polynomial.ts";
import type { Reduced } from "./lane-polynomial.ts";
import { hasReduce, isIbert, isIbertLayerNorm, LAYERNORM_BITS, meanFractionBits, SQUARE_BITS } from "./shape.ts";
import type { NormFeatures } from "./shape.ts";

/** 2^-f in eight straight pieces: value (Q.13) at the end of each, and slope (Q.6) back from there; see `exp2Fraction` of the reference. */
const EXP_BASE = [7510, 6887, 6318, 5790, 5311, 4872, 4465, 4097];
const EXP_SLOPE = [85, 78, 71, 66, 60, 55, 51, 46];
/** 1 - erf(|x| / √2) on [0, 4) in eight straight pieces (Q.11; slope Q.1): see `geluElement`. */
const GELU_BASE = [1276, 648, 269, 89, 24, 7, 3, 0];
const GELU_SLOPE = [47, 38, 23, 11, 4, 1, 0, 0];

/** Bits of the two factors. */
const LEFT_BITS = 16;
const RIGHT_BITS = 15;
/** Bits of 2^-f plus half an LSB of the exp. */
const MANTISSA_BITS = 14;

/** What the function part of a lane hands on. */
export interface FunctionOutputs {
  /** Loaded by `multiply`: x² (u29) for the statistics. */
  readonly square: Uint;
  /** Loaded by `round`: exp (u16), n (s17), g (s17), or the scaled value itself. */
  readonly value: Sint;
}

type FunctionControl = Value<ReturnType<typeof functionControl>>;

/** The factors of one function's product, and whether they are wanted. */
interface Factors {
  readonly selected: Bool;
  readonly left: Sint;
  readonly right: Sint;
}

/**
 * Function part of a lane: one product a function, its two factors prepared and its result shifted.
 *
 * ```
 *              exp                GELU            normalise               statistics   others
 *   prepare    511 - f, slope     x, 1 ± erf      (16x - mean) >> s, r    x, x         ·
 *   multiply   product            g               n                       x²           ·
 *   round      2^-f, >> integer   · >> 11         · >> 10                 x            scaled
 * ```
 *
 * Variants of I-BERT have the stage `reduce` before, see `laneReduce`. i-GELU differs in its second factor alone; i-exp needs no
 * product:
 *
 * ```
 *              i-exp
 *   prepare    square
 *   multiply   square + q_c
 *   round      · >> z
 * ```
 *
 * `scaled` is the requantiser's register; the result is the register that `round` loads.
 */
export function laneFunction(
  control: Value<ReturnType<typeof laneControl>>,
  scaled: Sint,
  features: NormFeatures,
): FunctionOutputs {
  if (!hasReduce(features)) return functionStages(control.function, { scaled }, features);
  return functionStages(control.function, laneReduce(scaled, control.requantiser.toExponent, features), features);
}

function functionStages(
  control: FunctionControl,
  { scaled, ...reduced }: Pick<Reduced, "scaled"> & Partial<Reduced>,
  features: NormFeatures,
): FunctionOutputs {
  const x = scaled.wrap(LEFT_BITS);
  const factors: Factors[] = [];
  if (features.softmax && reduced.quotient === undefined) {
    factors.push({ selected: control.prepareExp, ...expFactors(scaled.asUint()) });
  }
  if (features.layernorm) {
    factors.push({ selected: control.prepareNormalise, ...normaliseFactors(control, scaled, features) });
  }
  if (features.gelu) {
    const right = isIbert(features, "gelu") ? erfFactor(reduced.square!, x.bit(x.width - 1)) : geluFactor(x);
    factors.push({ selected: control.prepareGelu, left: x, right });
  }
  if (features.layernorm) {
    // x² where nothing is selected.
    factors.push({ selected: control.prepareNormalise.not(), left: x, right: x.wrap(LAYERNORM_BITS) });
  }
  const pair = factors.length > 0 ? factorRegisters(factors) : undefined;
  const kept = reg(sint(SCALED_BITS), { reset: false });
  // z of i-exp goes in the place of what the exp was made of.
  kept.next =
    reduced.quotient === undefined
      ? scaled
      : mux(control.prepareExp, reduced.quotient.extend(SCALED_BITS).asSint(), scaled);

  const product = pair === undefined ? sintLit(0, LEFT_BITS + RIGHT_BITS) : productRegister(pair.left, pair.right);
  const value = reg(sint(SCALED_BITS), { reset: false });
  let beside: Beside;
  if (reduced.quotient !== undefined) beside = besideIExp(control, kept, reduced.square!);
  else if (features.softmax) beside = besideExp(control, kept, product);
  else beside = { plain: keptOnce(kept), exp: undefined };
  const roundings: [Bool, Sint][] = [];
  if (beside.exp !== undefined) roundings.push([control.roundExp, beside.exp]);
  if (features.gelu) roundings.push([control.roundGelu, product.shr(11).wrap(SCALED_BITS)]);
  if (features.layernorm) roundings.push([control.roundNormalise, normalised(control, product, features)]);
  value.next = firstOf([...roundings, [control.roundExp, beside.plain]]);
  return { square: product.asUint().wrap(SQUARE_BITS), value };
}

/** What goes along with the product: the scaled value, and in its place what an exp is put together from. */
interface Beside {
  readonly plain: Sint;
  readonly exp: Sint | undefined;
}

function keptOnce(kept: Sint): Sint {
  const keptOn = reg(sint(SCALED_BITS), { reset: false });
  keptOn.next = kept;
  return keptOn;
}

/** Piece and integer part of an exp, to which the product is added. */
function besideExp(control: FunctionControl, kept: Sint, product: Sint): Beside {
  const rising = expRounding(kept.asUint());
  const keptOn = reg(sint(5 + MANTISSA_BITS), { reset: false });
  keptOn.next = mux(control.keepExp, rising.asSint(), kept.extend(rising.width));
  return { plain: keptOn.wrap(SCALED_BITS), exp: expValue(product, keptOn.asUint()) };
}

/** The polynomial of i-exp, which is halved z times. */
function besideIExp(control: FunctionControl, kept: Sint, square: Uint): Beside {
  const squared = pipe(square, 1, { name: "squared" });
  const halvings = pipe(kept.asUint().wrap(QUOTIENT_BITS), 1, { name: "halvings" });
  const keptOn = reg(sint(SCALED_BITS), { reset: false });
  keptOn.next = mux(control.keepExp, expPolynomial(squared).toSint(), kept);
  return { plain: keptOn, exp: keptOn.shr(halvings) };
}

function factorRegisters(factors: readonly Factors[]): { readonly left: Sint; readonly right: Sint } {
  const left = reg(sint(LEFT_BITS), { reset: false });
  const right = reg(sint(RIGHT_BITS), { reset: false });
  left.next = firstOf(factors.map((each) => [each.selected, each.left.extend(LEFT_BITS)]));
  right.next = firstOf(factors.map((each) => [each.selected, each.right.extend(RIGHT_BITS)]));
  return { left, right };
}

function productRegister(left: Sint, right: Sint): Sint {
  const product = reg(sint(LEFT_BITS + RIGHT_BITS), { reset: false });
  product.next = left.mul(right);
  return product;
}

/** The last value when no earlier condition holds. */
const firstOf = (choices: readonly (readonly [Bool, Sint])[]): Sint =>
  choices.slice(0, -1).reduceRight((rest, [selected, value]) => mux(selected, value, rest), choices.at(-1)![1]);

const table = (index: Uint, values: readonly number[], bits: number): Uint =>
  select(
    index,
    values.map((value) => uintLit(value, bits)),
  );

/** exp, u = Q5.12: how far the fraction is from the end of its piece, and the piece's slope. */
function expFactors(u: Uint): Omit<Factors, "selected"> {
  return { left: u.bits(8, 0).not().toSint(), right: table(u.bits(11, 9), EXP_SLOPE, 7).toSint() };
}

/** From u: its integer part (u5), and below it what the product is added to: the piece's base and half an LSB of the exp. */
function expRounding(u: Uint): Uint {
  const integer = u.bits(16, 12);
  // The exp is 8 · 2^-f >> integer: there is nothing to round up to 3, and nothing left beyond 16.
  const half = select(
    integer,
    Array.from({ length: 32 }, (_, i) => uintLit(i > 3 && i <= 16 ? 2 ** (i - 4) : 0, MANTISSA_BITS - 1)),
  );
  return cat(integer, table(u.bits(11, 9), EXP_BASE, 13).add(half));
}

/** exp (u16) of what `expRounding` left. */
function expValue(product: Sint, kept: Uint): Sint {
  const integer = kept.bits(4 + MANTISSA_BITS, MANTISSA_BITS);
  const rise = product.asUint().bits(15, 6);
  const mantissa = kept.wrap(MANTISSA_BITS).add(rise).wrap(MANTISSA_BITS);
  return cat(mantissa, uintLit(0, 3))
    .shr(integer)
    .wrap(SCALED_BITS - 1)
    .toSint();
}

/** 2048 ± erf (u12, Q.11) of x in Q4.11. */
function geluFactor(x: Sint): Sint {
  const negative = x.bit(x.width - 1);
  const magnitude = mux(negative, x.not(), x).asUint();
  const beyond = magnitude.bits(14, 13).reduceOr();
  const place = mux(beyond, uintLit(8191, 13), magnitude.wrap(13));
  const piece = place.bits(12, 10);
  const rise = table(piece, GELU_SLOPE, 6).mul(place.bits(9, 5).not()).shr(1);
  const complement = table(piece, GELU_BASE, 11).add(rise).wrap(12);
  return mux(negative, complement, complement.not()).toSint();
}

/** 16x - mean, normalised by the row's shift, and the row's r. I-BERT's: x - mean, and r. */
function normaliseFactors(control: FunctionControl, x: Sint, features: NormFeatures): Omit<Factors, "selected"> {
  const deviation = x.wrap(LAYERNORM_BITS).shl(meanFractionBits(features)).sub(control.mean);
  return {
    left: isIbertLayerNorm(features) ? deviation : deviation.shl(11).shr(control.deviationShift).wrap(LEFT_BITS),
    right: control.deviationFactor.toSint(),
  };
}

/** n (s17, Q.15): the product rounded up. I-BERT's: the product by the row's shift, rounded down. */
function normalised(control: FunctionControl, product: Sint, features: NormFeatures): Sint {
  if (isIbertLayerNorm(features)) return product.shl(2).shr(control.deviationShift).wrap(SCALED_BITS);
  return product.add(1023).shr(10).wrap(SCALED_BITS);
}
