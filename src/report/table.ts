/** Plain tables for a terminal. */
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
