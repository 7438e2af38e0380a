import { cat, mux, pipe, reg, select, sintLit, times, uint, uintLit } from "../../hdl/index.ts";
import type { Bool, Sint, Uint } from "../../hdl/index.ts";
import { isIbert } from "./shape.ts";
import type { NormFeatures } from "./shape.ts";

/** i-exp at the scale ln 2 / 3398: q_ln2 and q_b; see `iExpElement` of the reference. */
const LN2 = 3398;
const EXP_B = 6636;
const EXP_C = 23_064_131;
const EXP_DROP = 10;
/** The quotient by q_ln2 is known but for 1 from the bits above these. */
const LOW_BITS = 10;
/** i-erf of an input in Q4.11: -q_b, -q_c, and the bits dropped from the square; see `iGeluElement`. */
const ERF_B = 5124;
const ERF_ONE = 1773;
const ERF_DROP = 14;

const OPERAND_BITS = 13;
const SQUARE_BITS = 26;
/** Bits of the quotient by q_ln2. */
export const QUOTIENT_BITS = 5;

/** What the stage `reduce` of a lane leaves for the stages behind it. */
export interface Reduced {
  /** The scaled value, a stage later. */
  readonly scaled: Sint;
  /** What i-poly squares, squared: q + q_b of i-exp or of i-erf. */
  readonly square: Uint;
  /** i-exp: how often ln 2 goes into the distance; 31 where the exp is 0. */
  readonly quotient: Uint | undefined;
}

/**
 * Stage `reduce` of a lane with a variant of I-BERT, and the square behind it, which i-exp and i-GELU share.
 *
 * ```
 *              i-exp                        i-GELU                  others
 *   reduce     z, q_b - (u mod q_ln2)       max(0, -q_b - |x|)      scaled      → quotient, operand, scaled
 *   prepare    operand²                     operand²                ·
 * ```
 *
 * `toExponent` is the requantiser's control, of the stage before.
 */
export function laneReduce(scaled: Sint, toExponent: Bool, features: NormFeatures): Reduced {
  const moved = pipe(scaled, 1, { name: "reduced" });
  const operand = reg(uint(OPERAND_BITS), { reset: false });
  const distance = isIbert(features, "gelu") ? erfDistance(scaled.wrap(16)) : undefined;
  let quotient: Uint | undefined;
  if (isIbert(features, "softmax")) {
    const exp = expOperand(scaled.asUint());
    quotient = pipe(exp.quotient, 1, { name: "quotient" });
    operand.next =
      distance === undefined
        ? exp.operand
        : mux(pipe(toExponent, 1, { name: "reduceExponent" }), exp.operand, distance);
  } else {
    operand.next = distance!;
  }
  return { scaled: moved, square: squared(operand), quotient };
}

/** x²: products of two different bits are the same twice, so that one of them at twice the place does, in half of the adders. */
function squared(x: Uint): Uint {
  const rows = times(x.width, (i) => {
    const above = i + 1 < x.width ? cat(x.bits(x.width - 1, i + 1), uintLit(1, 2)) : uintLit(1, 2);
    return mux(x.bit(i), above.shl(2 * i).extend(2 * x.width), 0);
  });
  return rows.reduce((sum, row) => sum.add(row).wrap(2 * x.width));
}

/** 5124 - |x| of x in Q4.11, 0 beyond. */
function erfDistance(x: Sint): Uint {
  const negative = x.bit(x.width - 1);
  // -|x| is x, or its complement and 1.
  const sum = mux(negative, x, x.not()).add(mux(negative, sintLit(ERF_B, 14), sintLit(ERF_B + 1, 14)));
  return mux(sum.bit(sum.width - 1), uintLit(0, OPERAND_BITS), sum.asUint().bits(OPERAND_BITS - 1, 0));
}

/** The exponent u17 divided by q_ln2: a guess from its upper bits, which is the quotient or 1 less. */
function expOperand(u: Uint): { readonly quotient: Uint; readonly operand: Uint } {
  const top = u.bits(15, LOW_BITS);
  const guesses = Array.from({ length: 2 ** top.width }, (_, n) => Math.floor((n * 2 ** LOW_BITS) / LN2));
  const guess = select(
    top,
    guesses.map((z) => uintLit(z, QUOTIENT_BITS)),
  );
  const base = select(
    top,
    guesses.map((z, n) => uintLit(EXP_B + z * LN2 - n * 2 ** LOW_BITS, OPERAND_BITS)),
  );
  const operand = base
    .sub(u.bits(LOW_BITS - 1, 0))
    .wrap(OPERAND_BITS)
    .asUint();
  const short = operand.le(EXP_B - LN2);
  const quotient = mux(short, guess.add(1).wrap(QUOTIENT_BITS), guess);
  return {
    quotient: mux(u.bit(16), uintLit(31, QUOTIENT_BITS), quotient),
    operand: mux(short, operand.add(LN2).wrap(OPERAND_BITS), operand),
  };
}

/** i-exp (u16) before it is halved z times, from the square's register. */
export const expPolynomial = (square: Uint): Uint => square.add(EXP_C).bits(SQUARE_BITS - 1, EXP_DROP);

/** q_erf + q_1 (u12, its sign turned) from the square; q_1 is q_c. */
export function erfFactor(square: Uint, negative: Bool): Sint {
  const dropped = square.bits(SQUARE_BITS - 2, ERF_DROP);
  return mux(
    negative,
    dropped.extend(12),
    uintLit(2 * ERF_ONE, 12)
      .sub(dropped)
      .wrap(12)
      .asUint(),
  ).toSint();
}
