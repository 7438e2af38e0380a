import type { Design } from "../ir.ts";
import { clockName, clockPorts } from "../verilog/clocking.ts";
import { designPorts, type EmittedPort } from "../verilog/index.ts";

/**
 * Simulation of several clocks: a step is a step of a grid of time that all clocks share. In each step the clocks whose tick is
 * high have a rising edge, all at the same moment; what belongs to the others keeps its state.
 */

/** The input that says whether the clock of a domain of the top ticks in this step. */
export function tickName(domain: string | undefined): string {
  return `${clockName(domain)}_tick`;
}

/** Whether a design has further clock domains, in the top or below it. */
export function hasDomains({ modules }: Design): boolean {
  return modules.some((module) => module.domains.length > 0);
}

/** The domains of the top whose clocks it needs, when the design has several; none for a design of one clock, which ticks in every step. */
export function tickingDomains(design: Design): (string | undefined)[] {
  if (!hasDomains(design)) return [];
  return clockPorts(design.top).flatMap(({ role, domain }) => (role === "clock" ? [domain] : []));
}

/** The ports of a simulation of a design: its own, and with several domains `clock` for the grid and a tick in place of each clock. */
export function simulationPorts(design: Design): EmittedPort[] {
  const { top } = design;
  if (!hasDomains(design)) return designPorts(top);
  const bit = (name: string): EmittedPort => ({ name, direction: "input", width: 1, signed: false });
  const clocks = clockPorts(top).map(({ name, role, domain }) => bit(role === "clock" ? tickName(domain) : name));
  return [bit("clock"), ...clocks, ...designPorts(top).slice(clocks.length)];
}
