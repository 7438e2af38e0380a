/** The constants of SHA-256: fractional parts of roots of the first primes, to 32 bits (FIPS 180-4, 4.2.2 and 5.3.3). */

const primes = (count: number): number[] => {
  const found: number[] = [];
  for (let n = 2; found.length < count; n++) if (found.every((p) => n % p !== 0)) found.push(n);
  return found;
};

/** 32 bits of the fraction of the root of this degree, exactly: floor(root(p) * 2^32) modulo 2^32. */
function fraction(prime: number, degree: bigint): number {
  const target = BigInt(prime) << (32n * degree);
  let root = 0n;
  for (let bit = 1n << 40n; bit > 0n; bit >>= 1n) if ((root + bit) ** degree <= target) root += bit;
  return Number(BigInt.asUintN(32, root));
}

/** The hash before the first block: square roots of the first 8 primes. */
export const INITIAL_HASH = primes(8).map((p) => fraction(p, 2n));

/** One constant a round: cube roots of the first 64 primes. */
export const ROUND_CONSTANTS = primes(64).map((p) => fraction(p, 3n));
