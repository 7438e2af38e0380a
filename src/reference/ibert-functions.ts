/**
 * What a norm unit built for I-BERT's variants computes: its polynomials (arXiv 2101.01321, sections 3.4 and 3.5) between the
 * unit's own requantisation and its own last product. Inputs have a fixed scale, so everything that the paper derives from it is
 * a constant. {@link iExpInteger} and {@link iGeluInteger} are the paper's own, at any scale.
 */
import { SCALE_FORMATS } from "../isa/index.ts";
import { dyadic } from "./dyadic.ts";
import type { Dyadic } from "./dyadic.ts";
import { iExpReleased } from "./polynomials.ts";
import { assertSigned, assertUnsigned, saturateUnsigned } from "./width.ts";

/** i-poly (algorithm 1): a (q S + b)² + c as (q + q_b)² + q_c at scale a S². */
const iPoly = (scale: number, { a, b, c }: { readonly a: number; readonly b: number; readonly c: number }) => ({
  b: Math.floor(b / scale),
  c: Math.floor(c / (a * scale * scale)),
  scale: a * scale * scale,
});

/**
 * q_ln2: ln 2 in steps of the distance. A whole number, so that nothing is lost where the paper has a floor, and the largest with
 * which i-exp of 0 has 26 bits: 16 of them fill the exp's.
 */
export const iExpSteps = 3398;
/** Constants of i-exp at the scale ln 2 / q_ln2: q_b = 6636, q_c = 23,064,131. */
const EXP = iPoly(Math.LN2 / iExpSteps, iExpReleased);
/** Bits of i-exp dropped: 65,527 for 1 is left. */
const EXP_DROP = 10;

/**
 * i-exp of a score relative to its row maximum: `difference` = max - score, u32; u16 with 65527 for 1.
 * `scale` (format `exponent`) = scale of the scores / ln 2 · q_ln2. Distances of 2^16 steps and more give 0.
 * Source: algorithm 3, with the coefficients of the released code. As there, everything is rounded down.
 */
export function iExpElement(difference: number, scale: Dyadic): number {
  assertUnsigned(difference, 32, "i-exp difference");
  const u = saturateUnsigned(dyadic(difference, scale.m, scale.e, SCALE_FORMATS.exponent), 17);
  if (u >= 2 ** 16) return 0;
  const z = assertUnsigned(Math.floor(u / iExpSteps), 5, "i-exp quotient");
  const p = z * iExpSteps - u;
  const sum = assertUnsigned(p + EXP.b, 13, "i-exp operand");
  const polynomial = assertUnsigned(sum * sum + EXP.c, 26, "i-exp polynomial");
  return assertUnsigned(polynomial >> EXP_DROP, 16, "i-exp") >> z;
}

/** The scale that i-erf's input x / √2 has when x is in Q4.11. */
const ERF_SCALE = 2 ** -11 / Math.SQRT2;
/** Bits of i-erf dropped before the product, as in the released code. */
const ERF_DROP = 14;
const ERF_B = Math.floor(-1.769 / ERF_SCALE);
/** q_c, and q_1 too: both are 1 at the scale of i-erf; -1773. */
const ERF_ONE = Math.floor(1 / (-0.2888 * ERF_SCALE ** 2 * 2 ** ERF_DROP));
/** Bits of the product dropped behind it. */
const GELU_DROP = 11;

/** The real value of a unit of {@link iGeluElement}: 0.2888 · 2^-10. */
export const iGeluScale = (2 ** -11 / 2) * 0.2888 * ERF_SCALE ** 2 * 2 ** (ERF_DROP + GELU_DROP);

/** i-GELU of x (s16, Q4.11) at {@link iGeluScale}, s17: algorithm 2, with the coefficients of the paper. */
export function iGeluElement(x: number): number {
  assertSigned(x, 16, "i-gelu input");
  const distance = assertUnsigned(Math.max(0, -ERF_B - Math.abs(x)), 13, "i-gelu distance");
  const square = assertUnsigned(distance * distance, 25, "i-gelu square") >> ERF_DROP;
  const erf = assertSigned((x < 0 ? -1 : 1) * (square + ERF_ONE), 12, "i-erf");
  // The scale of i-erf is negative, like the coefficient it comes from: the sum is taken as its negative, the scale as its positive.
  const factor = assertUnsigned(-(erf + ERF_ONE), 12, "i-gelu factor");
  return assertSigned(assertSigned(x * factor, 28, "i-gelu product") >> GELU_DROP, 17, "i-gelu value");
}
