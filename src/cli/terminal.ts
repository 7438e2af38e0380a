/** What the commands print: tables on standard output, progress on standard error. */
import pc from "picocolors";

/** A column: its head, and whether its cells are numbers (aligned right). */
export interface Column {
  readonly head: string;
  readonly align?: "left" | "right";
}

// eslint's no-control-regex is about accidents; here the escape character is meant.
const ANSI = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g");
const visibleLength = (text: string): number => text.replace(ANSI, "").length;

/** A plain table with one line of heads; colour codes in cells do not disturb the alignment. */
export function formatTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map((c, i) => Math.max(c.head.length, ...rows.map((r) => visibleLength(r[i] ?? ""))));
  const cell = (text: string, i: number): string => {
    const pad = " ".repeat(widths[i]! - visibleLength(text));
    return (columns[i]!.align ?? "right") === "left" ? text + pad : pad + text;
  };
  const line = (cells: readonly string[]): string => cells.map(cell).join("  ").trimEnd();
  return [pc.dim(line(columns.map((c) => c.head))), ...rows.map(line)].join("\n");
}

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
