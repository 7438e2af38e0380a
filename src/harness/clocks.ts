/** Several clocks in one simulation: when each ticks, on a grid of time that all share. */
import { SystoleError } from "../errors.ts";
import { emitVerilog, type Design } from "../hdl/index.ts";
import { didYouMean } from "../hdl/problems.ts";
import { clockPorts } from "../hdl/verilog/clocking.ts";
import { hasDomains, simulationPorts, tickingDomains, tickName } from "../hdl/simulate/index.ts";
import type { VerilogDesign } from "./verilog.ts";

/** When a clock has its rising edges, in steps of the simulation. */
export interface ClockOptions {
  /** Steps from one to the next, 1 or more. */
  readonly period: number;
  /** Step of the first. Default: 0. */
  readonly phase?: number;
}

/** The clocks of a design by the names of their domains; the design's own is `clock`. A clock that is not named ticks in every step. */
export type Clocks = Readonly<Record<string, ClockOptions>>;

/** The clocks of a design of several clock domains. */
export interface ClockSchedule {
  /** The inputs that make the clocks tick, with the domain of each. */
  readonly ticks: readonly { readonly domain: string; readonly port: string }[];
  /** Reset ports. */
  readonly resets: readonly string[];
  /** Whether the clock of a domain ticks in a step. Throws SystoleError for a domain that the design does not have. */
  readonly isTick: (domain: string, step: number) => boolean;
}

/** The schedule of a design's clocks; none for a design of one clock. Throws SystoleError for clocks that the design does not have. */
export function scheduleClocks(design: Design, clocks: Clocks = {}): ClockSchedule | undefined {
  const ticks = tickingDomains(design).map((domain) => ({ domain: domain ?? "clock", port: tickName(domain) }));
  const known = ticks.map(({ domain }) => domain);
  const demand = (domain: string): void => {
    if (!known.includes(domain)) throw unknownClock(design, domain, known);
  };
  for (const [domain, { period, phase = 0 }] of Object.entries(clocks)) {
    demand(domain);
    if (Number.isInteger(period) && period >= 1 && Number.isInteger(phase) && phase >= 0) continue;
    throw new SystoleError({
      code: "harness-clock",
      message: `clock ${domain}: period ${period}, phase ${phase}`,
      remedy: "A period is a whole number of steps, 1 or more, a phase 0 or more.",
    });
  }
  if (ticks.length === 0) return undefined;
  return {
    ticks,
    resets: clockPorts(design.top).flatMap(({ role, name }) => (role === "reset" ? [name] : [])),
    isTick: (domain, step) => {
      demand(domain);
      const { period, phase = 0 } = clocks[domain] ?? { period: 1 };
      return step >= phase && (step - phase) % period === 0;
    },
  };
}

function unknownClock(design: Design, domain: string, known: readonly string[]): SystoleError {
  const near = didYouMean(domain, known);
  const all =
    known.length === 0 ? "It has one clock, which ticks in every step." : `Its clocks are ${known.join(", ")}.`;
  return new SystoleError({
    code: "harness-clock",
    message: `${design.top.name} has no clock ${domain}`,
    remedy: near === undefined ? all : `Did you mean ${near}?`,
  });
}

/**
 * The Verilog of a design for a simulator that toggles one clock: with several domains, inside a module that lets the clock
 * through to those that tick.
 */
export function simulationVerilog(design: Design): VerilogDesign {
  const verilog = emitVerilog(design);
  if (!hasDomains(design)) return verilog;
  const ports = simulationPorts(design);
  const clocks = new Map<string, string>();
  for (const { name, role, domain } of clockPorts(design.top)) if (role === "clock") clocks.set(name, tickName(domain));
  const top = `${verilog.top}_on_grid`;
  const declare = ports.map(({ name, direction, width, signed }) => {
    return `  ${direction} logic ${signed ? "signed " : ""}${width === 1 ? "" : `[${width - 1}:0] `}${name}`;
  });
  const connect = verilog.ports.map(({ name }) => {
    const tick = clocks.get(name);
    return `    .${name}(${tick === undefined ? name : `clock && ${tick}`})`;
  });
  const text = [
    `module ${top} (`,
    `${declare.join(",\n")}\n);`,
    `  ${verilog.top} dut (`,
    `${connect.join(",\n")}\n  );`,
    "endmodule\n",
  ].join("\n");
  return { ...verilog, top, ports, files: [...verilog.files, { name: `${top}.sv`, text }] };
}
