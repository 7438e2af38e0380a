import { assertSigned, assertUnsigned, powerOfTwo } from "./width.ts";

/** A dyadic multiplier, value m · 2^-e: m u16 (0, or in [2^15, 2^16) when made by {@link toDyadic}), e in 1..48. */
export interface Dyadic {
  readonly m: number;
  readonly e: number;
}

/** One dyadic multiplier per output channel; both arrays have one entry per column. */
export interface DyadicChannels {
  readonly m: Uint16Array;
  readonly e: Uint8Array;
}

/** Largest shift of a dyadic multiplier and of every rounding shift on the element path. */
export const maxExponent = 48;

/**
 * rshr: x · 2^-s rounded half up; s = 0 gives x.
 * |x| < 2^52 and s in 0..48, which make x · 2^-s + 1/2 exact in a double.
 */
export function roundShift(x: number, s: number): number {
  if (!(s >= 0 && s <= maxExponent)) throw new RangeError(`rounding shift ${s}: must be 0..${maxExponent}`);
  return s === 0 ? x : Math.floor(x * powerOfTwo(-s) + 0.5);
}

/** rshr on BigInt, for the row unit's values beyond 53 bits. */
export function roundShiftBig(x: bigint, s: bigint): bigint {
  return s === 0n ? x : (x + (1n << (s - 1n))) >> s;
}

/** dyadic: x (s33) times m · 2^-e rounded half up, product s49; the caller saturates. Source: I-BERT (arXiv 2101.01321), section 3.2. */
export function dyadic(x: number, m: number, e: number): number {
  assertSigned(x, 33, "dyadic input");
  assertUnsigned(m, 16, "dyadic multiplier");
  if (!(e >= 1 && e <= maxExponent)) throw new RangeError(`dyadic exponent ${e}: must be 1..${maxExponent}`);
  const product = assertSigned(x * m, 49, "dyadic product");
  return Math.floor(product * powerOfTwo(-e) + 0.5);
}

/** The real value of a dyadic multiplier. */
export function dyadicValue({ m, e }: Dyadic): number {
  return m * powerOfTwo(-e);
}

/**
 * The dyadic multiplier nearest to a real scale: m in [2^(bits-1), 2^bits), relative error at most 2^-bits.
 * A scale below 2^(bits-49) has no such multiplier and gives 0: times any s32 it would be under half an LSB.
 * Throws RangeError for a scale that is negative, not finite, or 2^(bits-1) and more.
 */
export function toDyadic(real: number, options: { readonly bits?: number } = {}): Dyadic {
  const bits = options.bits ?? 16;
  if (!(Number.isInteger(bits) && bits >= 2 && bits <= 16)) {
    throw new RangeError(`dyadic multiplier of ${bits} bits: must be an integer 2..16`);
  }
  if (!(real >= 0 && real < Infinity)) throw new RangeError(`dyadic scale ${real}: must be finite and not negative`);
  if (real < 2 ** (bits - 1 - maxExponent)) return { m: 0, e: maxExponent };
  let e = bits - 1 - Math.floor(Math.log2(real));
  // Math.log2 may be one off beside a power of two, and the rounding may reach 2^bits.
  while (e > 1 && Math.round(real * 2 ** e) >= 2 ** bits) e--;
  while (e < maxExponent && Math.round(real * 2 ** e) < 2 ** (bits - 1)) e++;
  if (e < 1) throw new RangeError(`dyadic scale ${real}: must be below ${2 ** (bits - 1)} for ${bits} bits`);
  return { m: Math.min(2 ** bits - 1, Math.round(real * 2 ** e)), e };
}

/** {@link toDyadic} for every channel. */
export function toDyadicChannels(reals: ArrayLike<number>, options: { readonly bits?: number } = {}): DyadicChannels {
  const m = new Uint16Array(reals.length);
  const e = new Uint8Array(reals.length);
  for (let channel = 0; channel < reals.length; channel++) {
    const scale = toDyadic(reals[channel]!, options);
    m[channel] = scale.m;
    e[channel] = scale.e;
  }
  return { m, e };
}

/** The multipliers as one per channel: a per-tensor multiplier is repeated, per-channel ones are checked for their number. */
export function perChannel(scale: Dyadic | DyadicChannels, channels: number): DyadicChannels {
  if (typeof scale.m === "number") {
    const { m, e } = scale as Dyadic;
    return { m: new Uint16Array(channels).fill(m), e: new Uint8Array(channels).fill(e) };
  }
  const table = scale as DyadicChannels;
  if (table.m.length !== channels || table.e.length !== channels) {
    throw new RangeError(`${table.m.length} multipliers and ${table.e.length} exponents for ${channels} channels`);
  }
  return table;
}
