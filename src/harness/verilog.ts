/** A design as the harness takes it: Verilog text, the name of the top module, and the top's ports. */

/** One Verilog source file; `name` is a bare file name (`mesh.sv`). */
export interface VerilogFile {
  readonly name: string;
  readonly text: string;
}

/** A port of the top module as it stands in the Verilog. */
export interface VerilogPort {
  readonly name: string;
  readonly direction: "input" | "output";
  /** Bits, at least 1. */
  readonly width: number;
  /** Two's complement: values are sign-extended when read. */
  readonly signed?: boolean;
}

/** Everything a simulator needs to know about a design. */
export interface VerilogDesign {
  readonly files: readonly VerilogFile[];
  readonly top: string;
  readonly ports: readonly VerilogPort[];
}
