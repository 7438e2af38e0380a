/** Figures and comparisons of the study's page as text: no number of it is typed in. */
import { grouped, percent } from "../../report/index.ts";
import type { AreaRow } from "./result.ts";
import { partOf } from "./result.ts";

/** Gate equivalents in thousands: `3,981`; small ones with a digit: `27.6`. */
export const kge = (ge: number): string => (ge < 99_950 ? (ge / 1000).toFixed(1) : grouped(ge / 1000));

export const mm2 = (um2: number): string => (um2 / 1e6).toFixed(3);

export const millijoules = (picojoules: number): string => `${(picojoules / 1e9).toFixed(picojoules < 1e8 ? 3 : 2)} mJ`;

/** Joules × seconds as `80.9 µJ·s`. */
export const productOf = (jouleSeconds: number): string => `${(jouleSeconds * 1e6).toPrecision(3)} µJ·s`;

/** How `to` differs from `from`: `1.0 % less`, `15 % more`, `as much`. */
export function against(from: number, to: number): string {
  const change = to / from - 1;
  if (Math.abs(change) < 5e-4) return "as much";
  const size = percent(Math.abs(change), Math.abs(change) < 0.1 ? 1 : 0);
  return `${size} ${change < 0 ? "less" : "more"}`;
}

/** The same of things that are counted: `1.0 % fewer`. */
export const againstCount = (from: number, to: number): string =>
  against(from, to).replace("less", "fewer").replace("as much", "as many");

/** What the accelerator itself takes. */
export const onChip = (row: AreaRow): number => (row.energy?.totalPicojoules ?? 0) - partOf(row, "DRAM");

const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

/** A table whose first column is text and whose others are figures. */
export function figures(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [line(head), `|---|${"---:|".repeat(head.length - 1)}`, ...rows.map(line)].join("\n");
}

/** A row of a table in bold. */
export const strong = (cells: readonly string[]): string[] => cells.map((cell) => (cell === "" ? "" : `**${cell}**`));
