/** Progress of long steps, on standard error. */
import pc from "picocolors";

const BAR_WIDTH = 24;
/** Milliseconds between two drawings of the bar. */
const REDRAW_MS = 100;

/** Shows how far a long step is: a bar on a terminal, one line a step elsewhere; silent when asked to be. */
export class Progress {
  readonly #quiet: boolean;
  readonly #live: boolean;
  #last = 0;
  #label = "";

  constructor(options: { quiet: boolean }) {
    this.#quiet = options.quiet;
    this.#live = process.stderr.isTTY && !options.quiet;
  }

  /** Begins a step; the step before it, if any, is left as it stands. */
  step(label: string): void {
    this.clear();
    this.#label = label;
    this.#last = 0;
    if (this.#live) this.update(0, "");
    else if (!this.#quiet) process.stderr.write(`${label}\n`);
  }

  /** Draws the current step at `fraction` (0 to 1) with a note behind it. */
  update(fraction: number, note: string): void {
    const now = Date.now();
    if (!this.#live || now - this.#last < REDRAW_MS) return;
    this.#last = now;
    const filled = Math.round(BAR_WIDTH * Math.min(1, Math.max(0, fraction)));
    const bar = "█".repeat(filled) + pc.dim("░".repeat(BAR_WIDTH - filled));
    process.stderr.write(`\r\u001b[K${this.#label} ${bar} ${note}`);
  }

  /** Removes the bar from the terminal. */
  clear(): void {
    if (this.#live) process.stderr.write("\r\u001b[K");
  }
}
