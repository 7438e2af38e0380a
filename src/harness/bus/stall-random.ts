/** The random numbers of the memory model: xorshift64*, word for word those of templates/native/axi-memory.h. */

const MULTIPLIER_HIGH = 0x2545f491;
const MULTIPLIER_LOW = 0x4f6cdd1d;
const WORD = 2 ** 32;

/** Vigna, "An experimental exploration of Marsaglia's xorshift generators, scrambled" (2016), in halves of 32 bits. */
export class StallRandom {
  #high: number;
  #low: number;

  /** `seed` is a whole number from 0. */
  constructor(seed: number) {
    const state = BigInt.asUintN(64, BigInt(seed) * 2654435761n + 88172645463325252n);
    this.#high = Number(state >> 32n) | 0;
    this.#low = Number(state & 0xffffffffn) | 0;
  }

  /** True with the probability `threshold` / 2^32; draws a number unless the threshold is 0. */
  stalled(threshold: number): boolean {
    if (threshold === 0) return false;
    this.#advance();
    return this.#productHigh() < threshold;
  }

  /** A draw modulo `divisor`, 1 to 1024. */
  modulo(divisor: number): number {
    this.#advance();
    const low = Math.imul(this.#low, MULTIPLIER_LOW) >>> 0;
    return ((this.#productHigh() % divisor) * (WORD % divisor) + (low % divisor)) % divisor;
  }

  #advance(): void {
    let high = this.#high;
    let low = this.#low;
    high ^= (high << 13) | (low >>> 19);
    low ^= low << 13;
    low ^= (low >>> 7) | (high << 25);
    high ^= high >>> 7;
    high ^= (high << 17) | (low >>> 15);
    low ^= low << 17;
    this.#high = high;
    this.#low = low;
  }

  /** The upper half of the state's product with the multiplier, unsigned. */
  #productHigh(): number {
    const cross = Math.imul(this.#high, MULTIPLIER_LOW) + Math.imul(this.#low, MULTIPLIER_HIGH);
    return (upperProduct(this.#low >>> 0, MULTIPLIER_LOW) + cross) >>> 0;
  }
}

/** The upper 32 bits of the product of two unsigned words. */
function upperProduct(a: number, b: number): number {
  const [a0, a1, b0, b1] = [a & 0xffff, a >>> 16, b & 0xffff, b >>> 16];
  const middle = a1 * b0 + ((a0 * b0) >>> 16);
  return a1 * b1 + Math.floor(middle / 65536) + ((((middle & 0xffff) + a0 * b1) / 65536) >>> 0);
}
