/** What a cost report is asked for, and what it is built from. */
import type { Workload } from "../../bench/index.ts";
import type { MacroRule, Synthesis, SynthesisOptions } from "../synthesis/index.ts";
import type { MacroTable, TechnologyNode } from "../technology/index.ts";
import type { CellLibrary, FpgaFamily } from "../types.ts";
import type { DesignParts } from "./areas.ts";

/** With what a variant is to be built. */
export interface Technology {
  readonly library: CellLibrary;
  /** Node whose table gives areas in µm², delays and energies; without one there are no µm² but a Liberty file's. */
  readonly node?: TechnologyNode | undefined;
  /** The user's macros instead of the built-in model. Needs a node or a Liberty file. */
  readonly macros?: MacroTable | undefined;
}

/** A workload that is run on the RTL to see how much of it moves. */
export interface EnergyWish {
  readonly workload: Workload;
  /** What the workload is called in the report; default: its kind and dimensions. */
  readonly name?: string | undefined;
  /** Layers of the encoder of which the workload is one. */
  readonly layers?: number | undefined;
  /** Told the share of commands that have retired, 0 to 1. */
  readonly onProgress?: ((share: number) => void) | undefined;
}

export interface MeasureOptions extends Omit<SynthesisOptions, "target"> {
  readonly technology: Technology;
  readonly macroRule?: MacroRule | undefined;
  /** FPGA families to map the design to as well. */
  readonly fpga?: readonly FpgaFamily[] | undefined;
}

export interface CostOptions extends MeasureOptions {
  /** Without one the report has no energy. */
  readonly energy?: EnergyWish | undefined;
  /** Synthesise the design as one piece too, to hold the sum of its modules against. */
  readonly flatten?: boolean | undefined;
}

/** A design after synthesis, with what its report is made of. */
export interface MeasuredDesign extends DesignParts {
  readonly synthesis: Synthesis;
}
