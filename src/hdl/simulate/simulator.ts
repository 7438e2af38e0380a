import type { Property } from "../ir.ts";
import { formatSite } from "../location.ts";
import { HdlError, type Problem } from "../problems.ts";
import type { Design } from "../ir.ts";
import type { EmittedPort } from "../verilog/index.ts";
import type { Inspection } from "./places.ts";
import type { PortLayout } from "./ports.ts";

/** An assertion or assumption that did not hold at a clock edge. */
export interface Failure {
  /** Number of the clock cycle, from 0. */
  readonly cycle: number;
  /** Instance names from the top down, joined by dots; empty for the top. */
  readonly path: string;
  readonly property: Property;
}

/**
 * A simulation of a design inside this process. Ports are shared words: inputs are written to `now` and act at the next
 * call; outputs are as the last call left them.
 */
export interface Simulator {
  readonly layout: PortLayout<EmittedPort>;
  /** The ports now. */
  readonly now: Uint32Array;
  /** The ports as the last clock edge of the last `step` saw them, inputs included. */
  readonly sampled: Uint32Array;
  /** Clock cycles since the start. */
  readonly cycle: number;
  /** Lets the outputs follow the inputs, without a clock edge. */
  settle(): void;
  /** Runs clock cycles, at least one; ends after a cycle in which an assertion fails. Gives the cycles that were run. */
  step(cycles: number): number;
  /** What can be looked at by name. */
  inspect(): Inspection;
  /** The failed assertions since the last call. */
  takeFailures(): Failure[];
}

/** A failure as one line of text. */
export function formatFailure({ cycle, path, property }: Failure): string {
  const where = property.site === undefined ? "" : ` (${formatSite(property.site)})`;
  const place = path === "" ? "" : ` in ${path}`;
  return `cycle ${cycle}: ${property.check} failed${place}: ${property.message}${where}`;
}

/** Throws HdlError for what only Verilog knows: modules whose contents come from elsewhere. */
export function demandContents(design: Design): void {
  const problems = design.modules
    .filter((module) => module.external !== undefined)
    .map((module): Problem => ({
      code: "hdl-simulate-external",
      message: `module ${module.hint} is external: its contents are not known to the simulator`,
      site: module.site,
      help: "simulate the design with Verilator and the module's Verilog, or give the module a body",
    }));
  if (problems.length > 0) throw new HdlError(problems);
}
