/** What a testbench did to the inputs of a design: enough to run the same cycles again. */
import type { MailboxLayout } from "./mailbox.ts";

/** Numbers of a log, 64 MiB: beyond, a run is not remembered. */
const MOST_NUMBERS = 1 << 24;

/** Notes the inputs of each step, what changed of them only. */
export class StimulusLog {
  /** Words of the inputs, and their values in the step before. */
  readonly #words: Int32Array;
  readonly #before: Uint32Array;
  /** Of each step: cycles, changes, then word and value of each change. */
  #numbers = new Uint32Array(1024);
  #used = 0;
  #complete = true;
  #cycles = 0;

  constructor({ slots }: MailboxLayout) {
    const inputs = slots.filter(({ direction }) => direction === "input");
    const words = inputs.flatMap(({ offset, words }) => Array.from({ length: words }, (_, i) => offset + i));
    this.#words = Int32Array.from(words);
    this.#before = new Uint32Array(words.length);
  }

  /** Whether `replay` repeats the run: not after very many changes, and not when something else than the inputs was changed. */
  get complete(): boolean {
    return this.#complete;
  }

  /** Cycles of the run. */
  get cycles(): number {
    return this.#cycles;
  }

  /** Something that is not noted here has been changed. */
  giveUp(): void {
    this.#complete = false;
    this.#numbers = new Uint32Array(0);
    this.#used = 0;
  }

  /** A step of some cycles follows, with the inputs as they are in `now`. */
  note(now: Uint32Array, cycles: number): void {
    if (!this.#complete) return;
    const [words, before] = [this.#words, this.#before];
    if (this.#used + 2 * words.length + 2 > this.#numbers.length && !this.#grow()) return;
    const numbers = this.#numbers;
    const start = this.#used;
    let used = start + 2;
    for (let i = 0; i < words.length; i++) {
      const value = now[words[i]!]!;
      if (value === before[i]!) continue;
      before[i] = value;
      numbers[used++] = words[i]!;
      numbers[used++] = value;
    }
    this.#cycles += cycles;
    numbers[start] = cycles;
    numbers[start + 1] = (used - start) / 2 - 1;
    this.#used = used;
  }

  /** Repeats the run in an engine that has just begun. */
  replay(engine: { readonly now: Uint32Array; step(cycles: number): unknown }): void {
    const numbers = this.#numbers;
    for (let at = 0; at < this.#used;) {
      const cycles = numbers[at]!;
      const end = at + 2 + 2 * numbers[at + 1]!;
      for (at += 2; at < end; at += 2) engine.now[numbers[at]!] = numbers[at + 1]!;
      engine.step(cycles);
    }
  }

  #grow(): boolean {
    const room = 2 * (this.#numbers.length + this.#words.length) + 2;
    if (room > MOST_NUMBERS) {
      this.giveUp();
      return false;
    }
    const numbers = new Uint32Array(room);
    numbers.set(this.#numbers);
    this.#numbers = numbers;
    return true;
  }
}
