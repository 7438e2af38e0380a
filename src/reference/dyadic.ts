import { LARGEST_MULTIPLIER, MULTIPLIER_BITS, OPERAND_BITS } from "../isa/index.ts";
import type { PreShiftedFormat, ScaleFormat } from "../isa/index.ts";
import { assertSigned, assertUnsigned, powerOfTwo, saturateSigned } from "./width.ts";

/**
 * A dyadic multiplier, value m · 2^-e: m u11, in [2^10, 2^11) when made by {@link toDyadic} within the format's exponents;
 * e as the format allows.
 */
export interface Dyadic {
  readonly m: number;
  readonly e: number;
}

/** One dyadic multiplier per output channel; both arrays have one entry per column. */
export interface DyadicChannels {
  readonly m: Uint16Array;
  readonly e: Int8Array;
}

/** Largest rounding shift. */
export const maxRoundShift = 48;

/**
 * rshr: x · 2^-s rounded half up; s = 0 gives x.
 * |x| < 2^52 and s in 0..48, which make x · 2^-s + 1/2 exact in a double.
 */
export function roundShift(x: number, s: number): number {
  if (!(s >= 0 && s <= maxRoundShift)) throw new RangeError(`rounding shift ${s}: must be 0..${maxRoundShift}`);
  return s === 0 ? x : Math.floor(x * powerOfTwo(-s) + 0.5);
}

/**
 * dyadic: x (s33) times m · 2^-e, shifted first: operand = sat17(floor(x · 2^(P - e))), result (operand · m + 2^(P - 1)) >> P
 * with the format's post shift P. The result has 28 - P bits and the caller saturates it.
 * Source: I-BERT (arXiv 2101.01321), section 3.2, which multiplies first.
 */
export function dyadic(x: number, m: number, e: number, format: PreShiftedFormat): number {
  assertSigned(x, 33, "dyadic input");
  assertUnsigned(m, MULTIPLIER_BITS, "dyadic multiplier");
  const { name, postShift, least, most } = format;
  if (!(e >= least && e <= most)) throw new RangeError(`${name} exponent ${e}: must be ${least}..${most}`);
  const operand = saturateSigned(Math.floor(x * powerOfTwo(postShift - e)), OPERAND_BITS);
  const product = assertSigned(operand * m, OPERAND_BITS + MULTIPLIER_BITS, "dyadic product");
  return (product + (1 << (postShift - 1))) >> postShift;
}

/** The last product: a function's value (s17) times m · 2^-e, rounded half up; product s28; the caller saturates. */
export function lastDyadic(value: number, { m, e }: Dyadic): number {
  assertSigned(value, 17, "last dyadic input");
  assertUnsigned(m, MULTIPLIER_BITS, "dyadic multiplier");
  return roundShift(assertSigned(value * m, 28, "last dyadic product"), e);
}

/** The real value of a dyadic multiplier. */
export function dyadicValue({ m, e }: Dyadic): number {
  return m * 2 ** -e;
}

/**
 * The dyadic multiplier of `format` nearest to a real scale: m in [2^10, 2^11), relative error at most 2^-11, where the format
 * has an exponent for it. A smaller scale has the format's greatest exponent and a smaller m, down to 0.
 * Throws RangeError for a scale that is negative, not finite, or too large for the format.
 */
export function toDyadic(real: number, { name, least, most }: ScaleFormat): Dyadic {
  if (!(real >= 0 && real < Infinity)) throw new RangeError(`${name} scale ${real}: must be finite and not negative`);
  const limit = 2 ** (MULTIPLIER_BITS - least);
  if (real >= limit) throw new RangeError(`${name} scale ${real}: must be below ${limit}`);
  if (real === 0) return { m: 0, e: most };
  const rounded = (e: number): number => Math.round(real * 2 ** e);
  let e = Math.max(least, Math.min(most, MULTIPLIER_BITS - 1 - Math.floor(Math.log2(real))));
  // Math.log2 may be one off beside a power of two, and the rounding may reach 2^11.
  while (e > least && rounded(e) > LARGEST_MULTIPLIER) e--;
  while (e < most && rounded(e) < 2 ** (MULTIPLIER_BITS - 1)) e++;
  return { m: Math.min(LARGEST_MULTIPLIER, rounded(e)), e };
}

/** {@link toDyadic} for every channel. */
export function toDyadicChannels(reals: ArrayLike<number>, format: ScaleFormat): DyadicChannels {
  const m = new Uint16Array(reals.length);
  const e = new Int8Array(reals.length);
  for (let channel = 0; channel < reals.length; channel++) {
    const scale = toDyadic(reals[channel]!, format);
    m[channel] = scale.m;
    e[channel] = scale.e;
  }
  return { m, e };
}

/** The multipliers as one per channel: a per-tensor multiplier is repeated, per-channel ones are checked for their number. */
export function perChannel(scale: Dyadic | DyadicChannels, channels: number): DyadicChannels {
  if (typeof scale.m === "number") {
    const { m, e } = scale as Dyadic;
    return { m: new Uint16Array(channels).fill(m), e: new Int8Array(channels).fill(e) };
  }
  const table = scale as DyadicChannels;
  if (table.m.length !== channels || table.e.length !== channels) {
    throw new RangeError(`${table.m.length} multipliers and ${table.e.length} exponents for ${channels} channels`);
  }
  return table;
}
