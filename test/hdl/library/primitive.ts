/** Whether a polynomial over GF(2) is primitive, by the factors of 2^n - 1: the exact form of "the period is 2^n - 1". */

/** Whether a shift register of `width` bits with feedback from `taps` (numbered from 1) has the period 2^width - 1. */
export function isMaximal(width: number, taps: readonly number[]): boolean {
  const polynomial = taps.reduce((sum, tap) => sum ^ (1n << BigInt(tap)), 1n);
  const order = (1n << BigInt(width)) - 1n;
  const power = (exponent: bigint): bigint => {
    let [result, base] = [1n, 2n];
    for (let rest = exponent; rest > 0n; rest >>= 1n) {
      if (rest & 1n) result = multiply(result, base, polynomial, width);
      base = multiply(base, base, polynomial, width);
    }
    return result;
  };
  return power(order) === 1n && primeFactors(order).every((prime) => power(order / prime) !== 1n);
}

function multiply(a: bigint, b: bigint, polynomial: bigint, width: number): bigint {
  let [sum, shifted] = [0n, a];
  for (let rest = b; rest > 0n; rest >>= 1n) {
    if (rest & 1n) sum ^= shifted;
    shifted <<= 1n;
    if ((shifted >> BigInt(width)) & 1n) shifted ^= polynomial;
  }
  return sum;
}

/** The distinct prime factors: small ones by trial, the rest by Pollard's rho. */
export function primeFactors(n: bigint): bigint[] {
  const found = new Set<bigint>();
  let rest = n;
  for (let prime = 2n; prime < 2000n; prime++) {
    while (rest % prime === 0n) {
      found.add(prime);
      rest /= prime;
    }
  }
  const split = (m: bigint): void => {
    if (m === 1n) return;
    if (isPrime(m)) {
      found.add(m);
      return;
    }
    const divisor = rho(m);
    split(divisor);
    split(m / divisor);
  };
  split(rest);
  return [...found];
}

function rho(n: bigint): bigint {
  for (let offset = 1n; ; offset++) {
    const next = (x: bigint): bigint => (x * x + offset) % n;
    let [slow, fast, divisor] = [2n, 2n, 1n];
    while (divisor === 1n) {
      slow = next(slow);
      fast = next(next(fast));
      divisor = gcd(slow > fast ? slow - fast : fast - slow, n);
    }
    if (divisor !== n) return divisor;
  }
}

function gcd(a: bigint, b: bigint): bigint {
  return b === 0n ? a : gcd(b, a % b);
}

/** Miller and Rabin's test to the bases that decide every number of 64 bits (Sorenson, Webster 2015). */
function isPrime(n: bigint): boolean {
  const bases = [2n, 3n, 5n, 7n, 11n, 13n, 17n, 19n, 23n, 29n, 31n, 37n];
  if (n < 2n || bases.some((base) => n % base === 0n)) return bases.includes(n);
  let [odd, twos] = [n - 1n, 0];
  while (odd % 2n === 0n) {
    odd /= 2n;
    twos++;
  }
  return bases.every((base) => {
    let x = powerModulo(base, odd, n);
    if (x === 1n || x === n - 1n) return true;
    for (let i = 1; i < twos; i++) {
      x = (x * x) % n;
      if (x === n - 1n) return true;
    }
    return false;
  });
}

function powerModulo(base: bigint, exponent: bigint, n: bigint): bigint {
  let [result, square] = [1n, base % n];
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % n;
    square = (square * square) % n;
  }
  return result;
}
