import type { ModuleSynthesis } from "../types.ts";
import { readNetlist } from "./netlist.ts";
import type { Recipe } from "./recipe.ts";
import type { SynthesisUnit } from "./units.ts";
import { runYosysJob, type YosysProgram } from "./yosys.ts";

const NETLIST = "netlist.json";

/** The whole script that synthesises a unit. */
export function unitScript(unit: SynthesisUnit, recipe: Recipe): string {
  return [
    // Properties would become cells and keep alive what only they look at.
    "read_verilog -sv -noassert -noassume unit.sv boxes.sv",
    `hierarchy -check -top ${unit.module}`,
    // Memories of flip-flops come first: beside the register of its address one would be built as another memory.
    ...(unit.flatten === true ? ["proc", "memory -nordff", "flatten -noscopeinfo"] : []),
    ...(unit.blockRam === true ? ['setattr -set ram_style "block" m:*'] : []),
    recipe.script(unit.module),
    // Of an FPGA's flow the netlist alone: its library is in the design too.
    `write_json ${recipe.selected === true ? "-selected " : ""}${NETLIST}`,
    "",
  ].join("\n");
}

/** All that the result of a unit depends on but for the version of Yosys. */
export const unitInputs = (unit: SynthesisUnit, recipe: Recipe): string[] => [
  unitScript(unit, recipe),
  unit.verilog,
  unit.stubs,
  String(recipe.version),
  ...Object.entries(recipe.files).flat(),
];

/** Synthesises one unit. Rejects with what Yosys said. */
export async function runUnit(
  unit: SynthesisUnit,
  recipe: Recipe,
  program: YosysProgram,
  signal: AbortSignal,
): Promise<ModuleSynthesis> {
  const files = { ...recipe.files, "unit.sv": unit.verilog, "boxes.sv": unit.stubs };
  const script = unitScript(unit, recipe);
  const json = await runYosysJob({ script, files, result: NETLIST }, program, signal);
  return recipe.read(readNetlist(json, unit.module, new Set(unit.blackBoxes)), unit.flatten === true);
}
