/**
 * The polynomials themselves, over real numbers: I-BERT's (arXiv 2101.01321) for its published error figures, and the
 * base-2 exponential of this specification. No part of the integer path.
 */

/** Real coefficients of a (p + b)² + c. */
export interface SquareForm {
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

/** i-exp as the paper prints it (equation 13), to four digits: its error is 2.13e-3. */
export const iExpPrinted: SquareForm = { a: 0.3585, b: 1.353, c: 0.344 };

/** i-exp as the authors' code has it, 0.35815147 p² + 0.96963238 p + 1: the error the paper reports, 1.9e-3, is of this one. */
export const iExpReleased: SquareForm = squareForm(0.35815147, 0.96963238, 1);

/** Completes the square of a p² + b p + c. */
function squareForm(a: number, b: number, c: number): SquareForm {
  const centre = b / (2 * a);
  return { a, b: centre, c: c - a * centre * centre };
}

/** i-exp (section 3.5): exp(x) for x <= 0, by x = -z·ln2 + p with p in (-ln2, 0], and the polynomial in p. */
export function iExp(x: number, { a, b, c }: SquareForm = iExpReleased): number {
  const z = Math.floor(-x / Math.LN2);
  const p = x + z * Math.LN2;
  return (a * (p + b) ** 2 + c) * 2 ** -z;
}

/** i-erf (section 3.4): sgn(x) · (-0.2888 (min(|x|, 1.769) - 1.769)² + 1). */
export function iErf(x: number): number {
  return Math.sign(x) * (-0.2888 * (Math.min(Math.abs(x), 1.769) - 1.769) ** 2 + 1);
}

/** i-GELU (section 3.4): x/2 · (1 + i-erf(x/√2)). */
export function iGelu(x: number): number {
  return (x / 2) * (1 + iErf(x / Math.SQRT2));
}
