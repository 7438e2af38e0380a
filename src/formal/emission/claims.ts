import type { Term } from "../terms/index.ts";

/** States of a module before and after a clock edge, as constants of Yosys' sort. */
export const NOW = "|state now|";
export const NEXT = "|state next|";
/** A state at power-on. */
export const FIRST = "|state first|";

/** What is to be shown of a module: a value of the intermediate form and the same value in Yosys' words. */
export interface Claim {
  /** What it is, for messages: `next value of count`. */
  readonly what: string;
  readonly own: Term;
  readonly verilog: string;
}

/** A module in both readings. */
export interface Comparison {
  readonly name: string;
  /** What the intermediate form's variables are in Yosys' words. */
  readonly meaning: ReadonlyMap<Term, string>;
  readonly claims: readonly Claim[];
  /** Wires of both readings: shown first, where the claims are hard, each makes what reads it easier. No claims by themselves. */
  readonly wires: readonly Claim[];
  /** What may be relied on, one bit each. */
  readonly assumptions: readonly Term[];
  /** Modules placed in it, with the widths of their ports. */
  readonly children: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

/** A net of a state, as a bit vector: Yosys takes single bits for truth values. */
export function verilogNet(module: string, net: string, width: number, state: string): string {
  const value = `(|${module}_n ${net}| ${state})`;
  return width === 1 ? `(ite ${value} #b1 #b0)` : value;
}

/** A truth value of Yosys as one bit. */
export function verilogBit(condition: string): string {
  return `(ite ${condition} #b1 #b0)`;
}
