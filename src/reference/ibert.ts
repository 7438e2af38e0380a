/**
 * I-BERT's own integer algorithms, as the paper (arXiv 2101.01321, section 3) and its released code have them, for comparison with
 * the functions of this specification. No part of what the accelerator computes: they divide by run-time numbers, and floor where
 * this specification rounds.
 *
 * Scales are real; what the paper derives from them (q_b, q_c, q_ln2, …) are constants of a tensor, found once and offline.
 */
import { assertSigned, assertUnsigned, bitLength, saturateSigned, saturateUnsigned } from "./width.ts";

const floor = Math.floor;

/** Rounds half up, as the requantisation of the paper does (section 3.2). */
const rounded = (x: number): number => floor(x + 0.5);

/** a (q S + b)² + c as integers: q_b = floor(b / S), q_c = floor(c / (a S²)), at scale a S². Algorithm 1, i-poly. */
interface IPoly {
  readonly b: number;
  readonly c: number;
  readonly scale: number;
}

const iPoly = (scale: number, { a, b, c }: { readonly a: number; readonly b: number; readonly c: number }): IPoly => ({
  b: floor(b / scale),
  c: floor(c / (a * scale * scale)),
  scale: a * scale * scale,
});

/** Powers of two after which i-exp is 0 (`n` of the released code), and fraction bits that it keeps: enough for the 16 that follow. */
const [EXP_RANGE, EXP_BITS] = [30, 20];
/** Coefficients of the released code: 0.35815147 p² + 0.96963238 p + 1. */
const EXP = { a: 0.35815147, b: 0.96963238, c: 1 } as const;

/** Constants of i-exp at a scale of the scores. */
export interface IExpConstants {
  /** floor(ln 2 / S): the divisor of every element. */
  readonly ln2: number;
  readonly b: number;
  readonly c: number;
  /** Scale of the result. */
  readonly scale: number;
}

/** Throws RangeError for a scale so fine that the polynomial leaves 32 bits, or so coarse that ln 2 is no whole step of it. */
export function iExpConstants(scale: number): IExpConstants {
  const { a, b, c } = EXP;
  const constants = {
    ln2: floor(Math.LN2 / scale),
    b: floor(b / a / scale),
    c: floor(c / a / (scale * scale)),
    scale: (a * scale * scale) / 2 ** EXP_BITS,
  };
  if (constants.ln2 < 1 || constants.c >= 2 ** 31) throw new RangeError(`i-exp at scale ${scale}`);
  return constants;
}

/** i-exp of a distance (u32) below the maximum, algorithm 3: a division by q_ln2, a product and a sum of 32 bits, a shift. */
export function iExpInteger(distance: number, { ln2, b, c }: IExpConstants): number {
  assertUnsigned(distance, 32, "i-exp distance");
  const clipped = Math.min(distance, EXP_RANGE * ln2);
  const z = floor(clipped / ln2);
  const p = z * ln2 - clipped;
  const polynomial = assertSigned(p * (p + b) + c, 32, "i-exp polynomial");
  return assertUnsigned(Math.max(0, floor(polynomial * 2 ** (EXP_BITS - z))), 53, "i-exp");
}

/** Softmax of one row of scores (s32) → u8 at 1/256: i-exp, 16 bits of it, floor(2^32 / sum), floor. Section 3.5 and released code. */
export function iSoftmax(row: Int32Array, scale: number): Uint8Array {
  const constants = iExpConstants(scale);
  const top = row.reduce((a, b) => Math.max(a, b), -(2 ** 31));
  const largest = iExpInteger(0, constants);
  const exps = Float64Array.from(row, (score) => rounded((iExpInteger(top - score, constants) * 32767) / largest));
  const sum = assertUnsigned(
    exps.reduce((a, b) => a + b, 0),
    28,
    "i-softmax sum",
  );
  const factor = floor(2 ** 32 / sum);
  return Uint8Array.from(exps, (exp) => saturateUnsigned(floor((exp * factor) / 2 ** 24), 8));
}

/** Steps of {@link iSqrt} and its result. */
export interface ISqrt {
  readonly root: number;
  /** Divisions that it took. */
  readonly steps: number;
}

/** floor(sqrt(n)) of a u32 by Newton's method, algorithm 4: every step divides by a run-time number. */
export function iSqrt(n: number): ISqrt {
  assertUnsigned(n, 32, "i-sqrt");
  if (n === 0) return { root: 0, steps: 0 };
  let root = 2 ** Math.ceil(bitLength(n) / 2);
  for (let steps = 1; ; steps++) {
    const next = floor((root + floor(n / root)) / 2);
    if (next >= root) return { root, steps };
    root = next;
  }
}

/** Input of i-LayerNorm and what it is scaled by; one gamma and beta a column. */
export interface ILayerNormOptions {
  /** Bits dropped before squaring: a constant of the tensor, calibrated so that the largest sum of squares fits 32 bits. */
  readonly shift: number;
  readonly gamma: ArrayLike<number>;
  readonly beta: ArrayLike<number>;
  readonly outputScale: number;
}

/**
 * LayerNorm of one row → s8, section 3.6 and released code: rounded mean, deviations of 22 bits shifted before they are
 * squared, i-sqrt of a sum of 32 bits, floor(2^31 / sigma), beta / gamma added before gamma. Undefined for a row without deviations:
 * it divides by zero.
 */
export function iLayerNorm(
  x: Int32Array,
  { shift, gamma, beta, outputScale }: ILayerNormOptions,
): Int8Array | undefined {
  const d = x.length;
  const mean = rounded(x.reduce((sum, value) => sum + value, 0) / d);
  const deviations = Float64Array.from(x, (value) => assertSigned(value, 22, "i-layernorm input") - mean);
  const variance = deviations.reduce((sum, y) => sum + floor(y / 2 ** shift) ** 2, 0);
  const sigma = iSqrt(saturateUnsigned(variance, 32)).root * 2 ** shift;
  if (sigma === 0) return undefined;
  const factor = floor(2 ** 31 / sigma);
  const scale = Math.sqrt(d) / 2 ** 30;
  return Int8Array.from(deviations, (y, column) => {
    const offset = floor(beta[column]! / gamma[column]! / scale);
    const normalised = floor((y * factor) / 2) + offset;
    return saturateSigned(rounded((normalised * scale * gamma[column]!) / outputScale), 8);
  });
}

/** The released code's 1.4142 for √2. */
const ROOT_2 = 1.4142;

/**
 * GELU of q at scale S → s8, section 3.4: i-erf by the square of a clipped distance, then q (q_erf + q_1). `drop` bits of i-erf are
 * dropped before the product: 14 in the released code, whose input has the width of an accumulator, 0 for an input of 8 bits.
 */
export function iGeluInteger(
  q: number,
  options: { readonly scale: number; readonly bits: number; readonly drop: number; readonly outputScale: number },
): number {
  const { scale, bits, drop, outputScale } = options;
  assertSigned(q, bits, "i-gelu input");
  const poly = iPoly(scale / ROOT_2, { a: -0.2888, b: -1.769, c: 1 });
  const distance = Math.min(Math.abs(q), -poly.b) + poly.b;
  const erf = floor((Math.sign(q) * (distance * distance + poly.c)) / 2 ** drop);
  const erfScale = poly.scale * 2 ** drop;
  const product = assertSigned(q * (erf + floor(1 / erfScale)), 53, "i-gelu product");
  return saturateSigned(rounded((product * scale * erfScale) / 2 / outputScale), 8);
}
