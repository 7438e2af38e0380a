/**
 * Widths: assertions that an intermediate fits the bits the hardware gives it, and the saturating and wrapping narrowings.
 * An assertion is two comparisons, so all of them stay on in every run.
 */

/** An intermediate of the reference left the width the hardware has for it: a fault of the numerics, not of the user. */
export class WidthError extends Error {
  override readonly name = "WidthError";
  readonly stage: string;
  readonly value: number | bigint;
  readonly type: string;

  constructor(stage: string, value: number | bigint, type: string) {
    super(`${stage}: ${String(value)} does not fit ${type}`);
    this.stage = stage;
    this.value = value;
    this.type = type;
  }
}

const maxBits = 64;
/** `powers[n]` = 2^n; a table because `2 ** n` with a variable exponent is a call into the C library. */
const powers = Float64Array.from({ length: maxBits + 1 }, (_, n) => 2 ** n);
const negativePowers = Float64Array.from({ length: maxBits + 1 }, (_, n) => 2 ** -n);

/** 2^n as a double, n in -64..64. */
export function powerOfTwo(n: number): number {
  return n >= 0 ? powers[n]! : negativePowers[-n]!;
}

/** Returns `value`; throws {@link WidthError} naming `stage` unless it fits a signed word of `bits` (at most 53). */
export function assertSigned(value: number, bits: number, stage: string): number {
  const bound = powers[bits - 1]!;
  // Written so that NaN fails too.
  if (!(value >= -bound && value < bound)) throw new WidthError(stage, value, `s${bits}`);
  return value;
}

/** Returns `value`; throws {@link WidthError} naming `stage` unless it fits an unsigned word of `bits` (at most 53). */
export function assertUnsigned(value: number, bits: number, stage: string): number {
  if (!(value >= 0 && value < powers[bits]!)) throw new WidthError(stage, value, `u${bits}`);
  return value;
}

/** {@link assertSigned} for values beyond 53 bits. */
export function assertSignedBig(value: bigint, bits: number, stage: string): bigint {
  if (BigInt.asIntN(bits, value) !== value) throw new WidthError(stage, value, `s${bits}`);
  return value;
}

/** {@link assertUnsigned} for values beyond 53 bits. */
export function assertUnsignedBig(value: bigint, bits: number, stage: string): bigint {
  if (BigInt.asUintN(bits, value) !== value) throw new WidthError(stage, value, `u${bits}`);
  return value;
}

/** Saturates to a signed word of `bits`: satN of the specification. */
export function saturateSigned(value: number, bits: number): number {
  const bound = powers[bits - 1]!;
  return value < -bound ? -bound : value >= bound ? bound - 1 : value;
}

/** Saturates to an unsigned word of `bits`: satuN of the specification. */
export function saturateUnsigned(value: number, bits: number): number {
  const bound = powers[bits]!;
  return value < 0 ? 0 : value >= bound ? bound - 1 : value;
}

/** Number of bits of a non-negative integer below 2^53; 0 for 0. */
export function bitLength(value: number): number {
  return value < 2 ** 32 ? 32 - Math.clz32(value) : 64 - Math.clz32(Math.floor(value / 2 ** 32));
}
