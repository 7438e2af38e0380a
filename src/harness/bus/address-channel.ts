import { copyWords, readPin, sameWords, wordsOf, type BusPins } from "./pins.ts";

const SIGNALS = ["addr", "id", "len", "size", "burst"] as const;

/** What a burst's address says. */
export interface BurstRequest {
  readonly address: number;
  readonly id: number;
  readonly beats: number;
  /** Logarithm of the bytes of a beat. */
  readonly size: number;
  /** 1: INCR. */
  readonly burst: number;
}

/** A master's address channel, `ar` or `aw`: its request, and the rule that it stays until it is taken. */
export class AddressChannel {
  readonly #sampled: Uint32Array;
  readonly #valid: number;
  readonly #places: readonly { readonly at: number; readonly words: number }[];
  /** The words that a request must keep. */
  readonly #kept: Int32Array;
  readonly #before: Uint32Array;
  #waiting = false;
  #addressBefore = 0;

  constructor(pins: BusPins, channel: "ar" | "aw") {
    this.#sampled = pins.sampled;
    this.#valid = pins.at(`${channel}valid`);
    this.#places = SIGNALS.map((signal) => ({
      at: pins.at(channel + signal),
      words: pins.words(channel + signal),
    }));
    this.#kept = wordsOf(
      pins,
      SIGNALS.map((signal) => channel + signal),
    );
    this.#before = new Uint32Array(this.#kept.length);
  }

  get valid(): boolean {
    return this.#sampled[this.#valid] !== 0;
  }

  /** The address offered in the cycle before. */
  get addressBefore(): number {
    return this.#addressBefore;
  }

  forget(): void {
    this.#waiting = false;
  }

  /** False when a request that was left waiting has changed or gone. */
  steady(valid: boolean): boolean {
    if (!this.#waiting) return true;
    return valid && sameWords(this.#sampled, this.#kept, this.#before);
  }

  /** Says whether a request is left waiting, and if so remembers it. */
  wait(waiting: boolean): void {
    this.#waiting = waiting;
    if (!waiting) return;
    copyWords(this.#sampled, this.#kept, this.#before);
    const { at, words } = this.#places[0]!;
    this.#addressBefore = readPin(this.#sampled, at, words);
  }

  request(): BurstRequest {
    const [address, id, length, size, burst] = this.#places.map(({ at, words }) => readPin(this.#sampled, at, words));
    return { address: address!, id: id!, beats: length! + 1, size: size!, burst: burst! };
  }
}
