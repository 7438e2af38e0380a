/** Error against float in units of the output's last bit: largest and mean. */
export interface ErrorFigure {
  readonly max: number;
  readonly mean: number;
}

/** Sums up errors, each against the exact value clipped to what the output can be. */
export class ErrorSum {
  #max = 0;
  #sum = 0;
  #count = 0;

  add(got: number, exact: number, low: number, high: number): void {
    const error = Math.abs(got - Math.max(low, Math.min(high, exact)));
    this.#max = Math.max(this.#max, error);
    this.#sum += error;
    this.#count++;
  }

  get figure(): ErrorFigure {
    return { max: this.#max, mean: this.#count === 0 ? 0 : this.#sum / this.#count };
  }
}
