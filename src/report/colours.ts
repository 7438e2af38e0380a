/** Colours of the report: operations keep theirs in every layer, table and timeline. */
import type { Report } from "./schema.ts";

/** Told apart in light and dark, and neighbours in a layer also without seeing red and green. */
const PALETTE = [
  "#4e79a7",
  "#e1953b",
  "#5a9e6f",
  "#b0588b",
  "#8274c0",
  "#3f9fae",
  "#c4603f",
  "#98953a",
  "#7b8794",
  "#cf7fae",
];

/** What an engine does with its time: executes, is held up by memory, waits for another engine's post, for a command: one behind a full queue, one on its way. */
export const STATE_COLOURS = {
  busy: "#5a9e6f",
  memory: "#e1953b",
  load: "#7c93b0",
  gemm: "#a58bb5",
  norm: "#b98d86",
  store: "#93a074",
  behind: "#c9c6bd",
  dispatch: "#8f8b80",
} as const;

/** The colour of every kind of operation, in the order of the report. */
export function kindColours(report: Report): ReadonlyMap<string, string> {
  const kinds = [...new Set(report.operations.map((o) => o.kind))];
  return new Map(kinds.map((kind, i) => [kind, PALETTE[i % PALETTE.length]!]));
}
