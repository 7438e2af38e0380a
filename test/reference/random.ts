import { describe } from "vitest";

/** A deterministic stream of random numbers (mulberry32). */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed | 0;
  }

  /** Uniform in [0, 1), 32 bits. */
  unit(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** Uniform integer in low..high, both included. */
  integer(low: number, high: number): number {
    return low + Math.floor(this.unit() * (high - low + 1));
  }

  gaussian(): number {
    return Math.sqrt(-2 * Math.log(1 - this.unit())) * Math.cos(2 * Math.PI * this.unit());
  }

  pick<T>(values: readonly T[]): T {
    return values[this.integer(0, values.length - 1)]!;
  }

  /** A signed word of `bits`: half of them uniform, half of random magnitude or beside the extremes and zero. */
  signed(bits: number): number {
    const top = 2 ** (bits - 1);
    if (this.unit() < 0.5) return this.integer(-top, top - 1);
    if (this.unit() < 0.3) return this.pick([-top, 1 - top, top - 1, top - 2, -1, 0, 1]);
    const magnitude = 2 ** this.integer(0, bits - 1);
    return Math.max(-top, Math.min(top - 1, this.integer(-magnitude, magnitude)));
  }

  /** An unsigned word of `bits`, distributed as in {@link signed}. */
  unsigned(bits: number): number {
    if (this.unit() < 0.5) return this.integer(0, 2 ** bits - 1);
    if (this.unit() < 0.3) return this.pick([0, 1, 2 ** bits - 1, 2 ** bits - 2, 2 ** (bits - 1)]);
    return this.integer(0, 2 ** this.integer(0, bits) - 1);
  }
}

/** The seed of every randomised suite: SYSTOLE_SEED when set, else different in every run. */
export const seed = Number(process.env.SYSTOLE_SEED ?? Math.floor(Math.random() * 2 ** 31));

/** A suite with a random stream; its name holds the seed, so that a failure prints it. */
export function describeRandom(name: string, suite: (random: Random) => void): void {
  describe(`${name} (SYSTOLE_SEED=${seed})`, () => {
    suite(new Random(seed));
  });
}
