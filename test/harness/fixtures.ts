/** Hand-written designs for the harness' own tests, with the ports that the HDL would report for them. */
import { readFileSync } from "node:fs";
import type { VerilogDesign, VerilogPort } from "../../src/harness/index.ts";

/** Reads `fixtures/<name>.sv` as a one-file design; `clock` and `reset` are added to the ports. */
export function fixture(name: string, ports: readonly VerilogPort[]): VerilogDesign {
  return {
    files: [{ name: `${name}.sv`, text: fixtureText(name) }],
    top: name,
    ports: [input("clock", 1), input("reset", 1), ...ports],
  };
}

export function fixtureText(name: string): string {
  return readFileSync(new URL(`fixtures/${name}.sv`, import.meta.url), "utf8");
}

export function input(name: string, width: number, signed = false): VerilogPort {
  return { name, direction: "input", width, signed };
}

export function output(name: string, width: number, signed = false): VerilogPort {
  return { name, direction: "output", width, signed };
}

/** Counts enabled cycles; `next` and `negated` are combinational in `amount`. */
export const counter = fixture("counter", [
  input("enable", 1),
  input("amount", 8),
  output("count", 16),
  output("next", 16),
  output("negated", 8, true),
]);
