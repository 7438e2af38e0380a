import { DEFAULT_VARIANTS } from "../../config/index.ts";
import type { Params } from "../../config/index.ts";
import { elaborateAccelerator } from "../../generators/index.ts";
import { Requantiser } from "../../generators/norm/index.ts";
import { elaborate, type Design } from "../../hdl/index.ts";
import { measureEnergy } from "../energy/index.ts";
import { fpgaReport } from "../fpga/index.ts";
import {
  DEFAULT_MACRO_RULE,
  designStructure,
  fpgaUnits,
  NO_MACROS,
  synthesise,
  synthesisUnits,
} from "../synthesis/index.ts";
import { macroCost, tableCost } from "../technology/index.ts";
import type { MacroCost, MacroShape } from "../types.ts";
import { buildCostReport } from "./build.ts";
import type { CostOptions, MeasuredDesign, MeasureOptions, Technology } from "./options.ts";
import { flattenedLogic } from "./parts.ts";
import type { CostReport, EnergyReport } from "./schema.ts";
import { designTiming, requireDelays } from "./timing.ts";

/** Synthesises a design and lays out its parts. Errors: those of `synthesise`, `liberty-no-delays`, `macro-table-no-fit`. */
export async function measureDesign(design: Design, options: MeasureOptions): Promise<MeasuredDesign> {
  const { technology, macroRule = DEFAULT_MACRO_RULE } = options;
  requireDelays(technology.library);
  const structure = designStructure(design, macroRule);
  const macroCost = macroCosts(technology);
  // What a table of macros lacks is said at once, not after minutes of synthesis.
  for (const { memories } of structure.modules.values()) {
    for (const memory of memories) if (memory.built === "macro") macroCost(memory);
  }
  const target = { kind: "cells", library: technology.library } as const;
  const synthesis = await synthesise(synthesisUnits(design, macroRule), { ...options, target });
  return { structure, modules: synthesis.modules, macroCost, synthesis };
}

/** A lane's requantiser, s32 to s8 with its registers and its own m and e; what a function needs beside is not built. */
export const requantiserDesign = (): Design =>
  elaborate(Requantiser, { softmax: false, layernorm: false, gelu: false, variants: DEFAULT_VARIANTS });

/** Synthesises a configuration's accelerator and sums up what it costs. Errors: those of `measureDesign` and of a run. */
export async function measureCost(params: Params, options: CostOptions): Promise<CostReport> {
  const { technology } = options;
  const design = elaborateAccelerator(params);
  const parts = await measureDesign(design, options);
  const requantiser = await measureDesign(requantiserDesign(), options);
  const { library, node } = technology;
  const report = buildCostReport({
    config: params.config,
    library: library.name,
    node: node?.name,
    um2PerGe: um2PerGe(technology),
    parts,
    requantiser,
    timing: designTiming(parts, library, node),
  });
  const flattened = options.flatten === true ? await flattenedLogic(design, parts, options) : undefined;
  const energy = await energyOf(params, options, parts, report.fmaxMhz);
  const fpga = await fpgaOf(design, report, options);
  return {
    ...report,
    ...(flattened !== undefined && { flattened }),
    ...(fpga !== undefined && { fpga }),
    ...(energy !== undefined && { energy }),
  };
}

async function energyOf(
  params: Params,
  { energy, technology, macroRule, signal }: CostOptions,
  { modules, macroCost: macro }: MeasuredDesign,
  fmaxMhz: number,
): Promise<EnergyReport | undefined> {
  if (energy === undefined) return undefined;
  const { workload, name, layers, onProgress } = energy;
  return measureEnergy({
    params,
    workload,
    costs: { modules, macro, node: technology.node, ...(macroRule !== undefined && { rule: macroRule }) },
    fmaxMhz,
    layers,
    ...(name !== undefined && { name }),
    ...(onProgress !== undefined && { onProgress }),
    ...(signal !== undefined && { signal }),
  });
}

/** The design on FPGAs: no memory is a macro, their flows build them. */
async function fpgaOf(design: Design, report: CostReport, options: MeasureOptions): Promise<CostReport["fpga"]> {
  if (options.fpga === undefined || options.fpga.length === 0) return undefined;
  const units = fpgaUnits(design, options.macroRule ?? DEFAULT_MACRO_RULE);
  const structure = designStructure(design, NO_MACROS);
  const rows = [...report.modules, ...report.memories];
  const found: CostReport["fpga"] = {};
  for (const family of options.fpga) {
    const { modules } = await synthesise(units, { ...options, target: { kind: "fpga", family } });
    found[family] = fpgaReport(family, structure, modules, rows);
  }
  return found;
}

/** µm² of a gate equivalent of logic: the Liberty file's, else the node's. */
export function um2PerGe({ library, node }: Technology): number | undefined {
  return library.liberty === undefined ? node?.geUm2.value : library.nand2Area;
}

function macroCosts(technology: Technology): (shape: MacroShape) => MacroCost {
  const { macros, node } = technology;
  const perGe = um2PerGe(technology);
  return (shape) =>
    macros === undefined || perGe === undefined ? macroCost(shape, node) : tableCost(macros, shape, perGe);
}
