/** Runs Verilog: tool look-up, linters, the Verilator build, the testbench API and the accelerator's native loop. */
export { formatLint, LINTERS, lintVerilog, type Linter, type LintMessage } from "./lint.ts";
export type { VerilogDesign, VerilogFile, VerilogPort } from "./verilog.ts";
