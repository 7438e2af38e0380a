/** Which bank a client of a memory uses in which cycle. */

/** Stretches remembered; a stretch of single accesses is at least as long as they are cycles apart from the present. */
const STRETCHES = 1024;

/** At most one access a cycle, in stretches of consecutive addresses. Entered and asked for in order of cycles. */
export class BankCalendar {
  readonly #mask: number;
  readonly #from = new Float64Array(STRETCHES);
  readonly #until = new Float64Array(STRETCHES);
  /** Address less cycle of a stretch with steps of 1; address of one that stays. */
  readonly #address = new Float64Array(STRETCHES);
  readonly #steps = new Uint8Array(STRETCHES);
  #last = -1;
  #asked = 0;

  constructor(banks: number) {
    this.#mask = banks - 1;
  }

  /** `count` accesses from `cycle` on, one a cycle, to consecutive addresses or (`step` 0) to one. */
  enter(cycle: number, address: number, count: number, step: 0 | 1 = 1): void {
    const key = address - step * cycle;
    let place = this.#last % STRETCHES;
    const continues =
      this.#last >= 0 && this.#until[place] === cycle && this.#address[place] === key && this.#steps[place] === step;
    if (continues) {
      this.#until[place] = cycle + count;
      return;
    }
    this.#last++;
    place = this.#last % STRETCHES;
    this.#from[place] = cycle;
    this.#until[place] = cycle + count;
    this.#address[place] = key;
    this.#steps[place] = step;
  }

  /** Whether the bank of `address` is in use in `cycle`. */
  uses(cycle: number, address: number): boolean {
    this.#asked = Math.max(this.#asked, this.#last - STRETCHES + 1);
    while (this.#asked <= this.#last && this.#until[this.#asked % STRETCHES]! <= cycle) this.#asked++;
    if (this.#asked > this.#last) return false;
    const place = this.#asked % STRETCHES;
    if (this.#from[place]! > cycle) return false;
    const used = this.#address[place]! + this.#steps[place]! * cycle;
    return ((used ^ address) & this.#mask) === 0;
  }
}
