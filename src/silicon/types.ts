/**
 * What the parts of the cost report hand each other: distinct modules after synthesis, and the figures of a memory macro.
 *
 * A design is synthesised module by module, each by itself with its children and its memories cut out as black boxes. The
 * figures of a design are sums over the tree of instances.
 */

/** What a module is mapped to. */
export type SynthesisTarget =
  { readonly kind: "cells"; readonly library: CellLibrary } | { readonly kind: "fpga"; readonly family: FpgaFamily };

export type FpgaFamily = "xc7" | "xcup" | "ecp5" | "ice40";

/** Standard cells to map logic to: the built-in generic set, or a Liberty file. */
export interface CellLibrary {
  readonly name: string;
  /** Text of the Liberty file; none for the generic set. */
  readonly liberty: string | undefined;
  /** Area of a two-input NAND of drive 1, in the unit of the library's areas: what one gate equivalent is. */
  readonly nand2Area: number;
}

/** One distinct module, synthesised by itself. */
export interface ModuleSynthesis {
  /** Name of the emitted Verilog module. */
  readonly module: string;
  /** Cells of the module's own logic, by type; children and memory macros are not among them. */
  readonly cells: Readonly<Record<string, number>>;
  /** Area of these cells in gate equivalents; 0 for an FPGA. */
  readonly ge: number;
  readonly flipFlops: number;
  /** Static timing of the module by itself; none for an FPGA. */
  readonly timing: ModuleTiming | undefined;
}

/** A signal of a module as its designer knows it, and as a place where a path begins or ends. */
export interface PathEnd {
  readonly kind: "input" | "output" | "register" | "memory";
  /** Port, register or `instance.port` name of the emitted Verilog, which is that of the design; bits are left out. */
  readonly name: string;
}

/**
 * The longest paths through a module's own logic, in picoseconds: between its ports, its registers, and the ports of its
 * children, so that paths of the whole design can be put together from those of its modules.
 */
export interface ModuleTiming {
  readonly arcs: readonly TimingArc[];
}

/** The longest combinational path between two ends. Registers are merged into one end each side but for the name of the worst. */
export interface TimingArc {
  readonly from: PathEnd;
  readonly to: PathEnd;
  /** Logic levels (cells) on the path, and its delay with clock-to-output and set-up where registers end it. */
  readonly levels: number;
  readonly picoseconds: number;
}

/** One memory of the design as a macro. */
export interface MacroShape {
  readonly words: number;
  readonly bits: number;
  /** Ports: `1rw` reads or writes, `1r1w` reads and writes in one cycle. */
  readonly ports: "1rw" | "1r1w";
}

/** What a macro costs. Source: the node's table or the user's. */
export interface MacroCost {
  readonly ge: number;
  readonly um2: number | undefined;
  readonly readPicojoules: number;
  readonly writePicojoules: number;
  readonly accessPicoseconds: number;
  readonly source: string;
}
