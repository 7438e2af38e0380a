import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { testbench } from "../icarus.ts";
import { describePlan } from "./describe.ts";
import type { SimulatorMistake } from "./referee.ts";

/**
 * Writes what a report of a simulator's mistake needs: the Verilog, a testbench that prints the outputs of every cycle, and
 * what differs. Gives a line about it.
 */
export function saveMistake(
  { disagreement, bench, batch }: SimulatorMistake & { readonly batch: number },
  { seed, folder }: { readonly seed: number; readonly folder: string },
): string {
  const { index, cycle, port, expected, found } = disagreement;
  const own = join(folder, `seed-${seed + batch}-design-${index}`);
  const { trials, verilog, stimuli } = bench;
  const line = `seed ${seed + batch}, design ${index}: ${port} in cycle ${cycle} is ${found} in Verilator, else ${expected} (${own})`;
  const all = trials.map(({ plan }) => describePlan(plan)).join("\n\n");
  mkdirSync(own, { recursive: true });
  for (const { name, text } of verilog.files) writeFileSync(join(own, name), text);
  writeFileSync(join(own, "testbench.sv"), testbench(verilog, stimuli));
  writeFileSync(join(own, "report.txt"), `${line}\n\n${all}\n`);
  return line;
}
