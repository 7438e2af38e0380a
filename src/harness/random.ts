/** Random numbers for tests: from a seed that a failure tells and the environment can give back. */

/** A stream of random numbers, the same for the same seed on every machine (xorshift128 seeded by splitmix32). */
export class Random {
  readonly seed: number;
  readonly #state: Uint32Array;

  constructor(seed: number) {
    this.seed = seed;
    let z = seed >>> 0;
    this.#state = Uint32Array.from({ length: 4 }, () => {
      z = (z + 0x9e3779b9) >>> 0;
      let t = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
      t = Math.imul(t ^ (t >>> 15), 0x735a2d97);
      return (t ^ (t >>> 15)) >>> 0;
    });
  }

  /** 32 random bits. */
  word(): number {
    const s = this.#state;
    const t = s[3]! ^ (s[3]! << 11);
    const first = s[0]!;
    s[3] = s[2]!;
    s[2] = s[1]!;
    s[1] = first;
    s[0] = first ^ (first >>> 19) ^ t ^ (t >>> 8);
    return s[0];
  }

  /** In [0, 1). */
  unit(): number {
    return this.word() / 2 ** 32;
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.unit() < probability;
  }

  /** A whole number from `least` to `most`, both included; the span may have up to 53 bits. */
  integer(least: number, most: number): number {
    const span = most - least + 1;
    const wide = span > 2 ** 32 ? this.word() * 2 ** 21 + (this.word() >>> 11) : this.word();
    return least + Math.floor((wide / (span > 2 ** 32 ? 2 ** 53 : 2 ** 32)) * span);
  }

  /** An unsigned number of `width` bits. */
  bits(width: number): bigint {
    let value = 0n;
    for (let i = 0; i < width; i += 32) value = (value << 32n) | BigInt(this.word());
    return BigInt.asUintN(width, value);
  }

  /** One of the choices. */
  pick<T>(choices: readonly T[]): T {
    return choices[this.integer(0, choices.length - 1)]!;
  }
}

/**
 * Runs a random test: `SYSTOLE_SEED` gives the seed, else chance does. A failure's message ends with the seed.
 */
export async function withSeed<T>(body: (random: Random) => T | Promise<T>): Promise<T> {
  const given = process.env["SYSTOLE_SEED"];
  const seed = given === undefined || given === "" ? Math.floor(Math.random() * 2 ** 31) : Number(given);
  try {
    return await body(new Random(seed));
  } catch (error) {
    if (error instanceof Error) error.message += `\n(seed ${seed}: repeat with SYSTOLE_SEED=${seed})`;
    throw error;
  }
}
