import type { ModuleSynthesis } from "../types.ts";
import { readCounts } from "./counts.ts";
import { countCells, readNetlist } from "./netlist.ts";
import type { Recipe } from "./recipe.ts";
import type { SynthesisUnit } from "./units.ts";
import { runYosysJob, type YosysProgram } from "./yosys.ts";

const COUNTS = "counts.json";

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
    // Of a flow for FPGAs the module alone: its library is in the design too.
    ...(timingOf(unit, recipe) === undefined
      ? [`tee -q -o ${COUNTS} stat -json ${unit.module}`]
      : ["setattr -unset src *", "write_json"]),
    "",
  ].join("\n");
}

/** A design in one piece has no timing: that is composed of its modules', and its netlist would be hundreds of megabytes. */
const timingOf = ({ flatten }: SynthesisUnit, { timing }: Recipe): Recipe["timing"] =>
  flatten === true ? undefined : timing;

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
  const { module } = unit;
  const boxes = new Set(unit.blackBoxes);
  const timing = timingOf(unit, recipe);
  if (timing === undefined) {
    const cells = readCounts(await runYosysJob({ script, files, result: COUNTS }, program, signal), module, boxes);
    return { module, cells, ...recipe.figures(cells), timing: undefined };
  }
  const netlist = readNetlist(await runYosysJob({ script, files }, program, signal), module, boxes);
  const cells = countCells(netlist);
  return { module, cells, ...recipe.figures(cells), timing: timing(netlist) };
}
