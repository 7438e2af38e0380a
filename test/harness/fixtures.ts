/** Hand-written designs for the harness' own tests, with the ports that the HDL would report for them. */
import { readFileSync } from "node:fs";
import type { VerilogDesign, VerilogPort } from "../../src/harness/index.ts";

/** Counts enabled cycles; `next` and `negated` are combinational in `amount`. */
export const counter = fixture("counter");

/** Inputs a16 to a512, registered as b16 to b512; not512 is combinational. */
export const wide = fixture("wide");

/** A FIFO of four bytes between the streams `enq` and `deq`. */
export const queue = fixture("queue");

/** Fails an assertion, or ends the simulation, when told to; holds a register that is never written. */
export const watchful = fixture("watchful");

/** An AXI4 master in the testbench's hands: `p_araddr` goes to `m_axi_araddr`, `m_axi_rdata` to `p_rdata`, and so on. 64 bits wide. */
export const axiPuppet = fixture("axi_puppet");

/** Copies memory in bursts, with registers, interrupt and trace ports. */
export function axiCopier(dataBits = 128): VerilogDesign {
  return fixture("axi_copier", dataBits);
}

/** Register addresses of the copier. */
export const COPIER = {
  id: 0x00,
  control: 0x04,
  status: 0x08,
  source: 0x10,
  destination: 0x14,
  beats: 0x18,
  longest: 0x1c,
  misdeeds: 0x20,
} as const;

/** Reads `fixtures/<name>.sv` as a one-file design; a parameter DATA gets the value `dataBits`. */
export function fixture(name: string, dataBits = 0): VerilogDesign {
  const text = fixtureText(name).replace(/DATA = \d+/, `DATA = ${dataBits}`);
  return { files: [{ name: `${name}.sv`, text }], top: name, ports: declaredPorts(text, dataBits) };
}

export function fixtureText(name: string): string {
  return readFileSync(new URL(`fixtures/${name}.sv`, import.meta.url), "utf8");
}

/** The ports of a module as the fixtures write them: one a line, widths plain numbers or in terms of DATA. */
function declaredPorts(text: string, dataBits: number): VerilogPort[] {
  const pattern = /^ {4}(input|output) +(?:wire|logic) +(signed +)?(?:\[ *([^\]:]+):0\] +)?(\w+),?$/gm;
  return [...text.matchAll(pattern)].map(([, direction, signed, high, name]) => ({
    name: name!,
    direction: direction as "input" | "output",
    width: high === undefined ? 1 : highBit(high, dataBits) + 1,
    signed: signed !== undefined,
  }));
}

function highBit(expression: string, dataBits: number): number {
  if (expression === "DATA-1") return dataBits - 1;
  if (expression === "DATA/8-1") return dataBits / 8 - 1;
  return Number(expression);
}
