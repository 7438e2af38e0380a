import type { FaultName } from "../isa/index.ts";

/** A program did what the hardware answers with a fault: same code and same command index as the FAULT registers. */
export class MachineFault extends Error {
  override readonly name = "MachineFault";
  readonly fault: FaultName;
  /** Index of the offending command. */
  readonly command: number;

  constructor(fault: FaultName, command: number, message: string) {
    super(`command ${command}: ${fault}: ${message}`);
    this.fault = fault;
    this.command = command;
  }
}

/**
 * A program whose result depends on the timing of the row unit, which no fault reports: a pass reads row factors, or
 * starts row sums, that a row job still in flight may own. Always a mistake of whoever made the program.
 */
export class RowJobRace extends Error {
  override readonly name = "RowJobRace";
  readonly command: number;

  constructor(command: number, message: string) {
    super(`command ${command}: ${message}`);
    this.command = command;
  }
}
