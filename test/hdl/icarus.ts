import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EmittedDesign } from "../../src/hdl/index.ts";

/** Inputs of one clock cycle, by port. */
export type Stimulus = Readonly<Record<string, bigint>>;

/** What {@link runIcarus} gives for an output of which a bit is unknown. */
export const UNKNOWN = -1n;

/**
 * Runs a design in Icarus Verilog, directly or as Yosys reads and rewrites it: one cycle of reset, then the stimuli.
 * Gives the outputs of each cycle before its clock edge, as bit patterns; {@link UNKNOWN} where a bit is.
 */
export function runIcarus(
  design: EmittedDesign,
  stimuli: readonly Stimulus[],
  throughYosys: boolean,
): Record<string, bigint>[] {
  const folder = mkdtempSync(join(tmpdir(), "systole-icarus-"));
  try {
    for (const file of design.files) writeFileSync(join(folder, file.name), file.text);
    let sources = design.files.map((file) => file.name);
    const run = (program: string, args: readonly string[]): string => {
      return execFileSync(program, args, { cwd: folder, encoding: "utf8", maxBuffer: 1 << 28 });
    };
    if (throughYosys) {
      const script = `read_verilog -sv ${sources.join(" ")}; hierarchy -top ${design.top}; proc; opt; memory -nomap; write_verilog -noattr all.v`;
      run("yosys", ["-q", "-p", script]);
      sources = ["all.v"];
    }
    writeFileSync(join(folder, "testbench.sv"), testbench(design, stimuli));
    run("iverilog", ["-g2012", "-o", "simulation", "testbench.sv", ...sources]);
    const lines = run("vvp", ["-n", "simulation"]).split("\n");
    const outputs = design.ports.filter((port) => port.direction === "output");
    return lines
      .filter((line) => line.startsWith("cycle "))
      .map((line) => {
        const words = line.split(" ").slice(1);
        return Object.fromEntries(outputs.map((port, index) => [port.name, toBits(words[index]!)]));
      });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The testbench that {@link runIcarus} puts around a design: Verilog, a line of outputs for each cycle. */
export function testbench({ ports, top }: EmittedDesign, stimuli: readonly Stimulus[]): string {
  const outputs = ports.filter((port) => port.direction === "output");
  const cycles = stimuli.map((stimulus) => {
    const pokes = Object.entries(stimulus).map(([name, value]) => {
      const { width } = ports.find((port) => port.name === name)!;
      return `${name} = ${width}'h${BigInt.asUintN(width, value).toString(16)};`;
    });
    return `${pokes.join(" ")} #1 $display("cycle${" %b".repeat(outputs.length)}", ${outputs.map((o) => o.name).join(", ")}); #1 tick;`;
  });
  return `module testbench;
${ports.map(({ name, width, direction }) => `${direction === "input" ? "reg" : "wire"} [${width - 1}:0] ${name};`).join("\n")}
${top} dut (${ports.map(({ name }) => `.${name}(${name})`).join(", ")});
task tick; begin ${ports.some(({ name }) => name === "clock") ? "clock = 1; #1 clock = 0; #1;" : ";"} end endtask
initial begin
${ports.some(({ name }) => name === "clock") ? "clock = 0;" : ""}
${ports.some(({ name }) => name === "reset") ? "reset = 1; #1 tick; reset = 0;" : ""}
${cycles.join("\n")}
$finish;
end
endmodule
`;
}

function toBits(word: string): bigint {
  return /^[01]+$/.test(word) ? BigInt(`0b${word}`) : UNKNOWN;
}
