import type { Config } from "../../config/index.ts";
import { Areas, type DesignParts } from "./areas.ts";
import { PUBLISHED_BLOCKS } from "./published.ts";
import { treeRows } from "./rows.ts";
import type { CostReport, EnergyReport, FpgaReport, TimingPath } from "./schema.ts";
import type { FpgaFamily } from "../types.ts";

/** All that a report is built from. */
export interface ReportInputs {
  readonly config: Config;
  readonly library: string;
  readonly node: string | undefined;
  /** µm² of one gate equivalent; none without a node or a Liberty file. */
  readonly um2PerGe: number | undefined;
  readonly parts: DesignParts;
  /** One lane of the norm unit with no functions built in, synthesised by itself. */
  readonly requantiser: DesignParts;
  readonly timing: { readonly model: string; readonly paths: readonly TimingPath[] };
  readonly fpga?: Partial<Record<FpgaFamily, FpgaReport>> | undefined;
  readonly energy?: EnergyReport | undefined;
}

/** Instances of the top module that are DMA. */
const DMA = ["load", "store", "axiRead", "axiWrite"];

/** The cost report of a synthesised accelerator. */
export function buildCostReport(inputs: ReportInputs): CostReport {
  const { config, library, node, um2PerGe, parts, timing, fpga, energy } = inputs;
  const { structure } = parts;
  const areas = new Areas(parts);
  const total = areas.module(structure.top);
  const engines = new Map(structure.modules.get(structure.top)!.children.map(({ name, module }) => [name, module]));
  const engine = (name: string): number => areas.module(engines.get(name)!).ge;
  const { modules, memories } = treeRows(structure, areas, { um2PerGe });
  const worst = Math.max(...timing.paths.map(({ picoseconds }) => picoseconds));
  const totalUm2 = modules[0]!.um2;
  return {
    kind: "cost",
    config,
    library,
    ...(node !== undefined && { node }),
    totalGe: total.ge,
    logicGe: total.ge - total.sramGe,
    sramGe: total.sramGe,
    sramBits: total.sramBits,
    ...(totalUm2 !== undefined && { totalUm2 }),
    normShare: engine("norm") / total.ge,
    fmaxMhz: 1e6 / worst,
    blocks: {
      pe: areas.module("pe").ge,
      requantiserPerLane: new Areas(inputs.requantiser).module(inputs.requantiser.structure.top).ge,
      normUnit: engine("norm"),
      dma: DMA.reduce((sum, name) => sum + engine(name), 0),
      control: engine("control"),
    },
    published: Object.fromEntries(
      PUBLISHED_BLOCKS.flatMap(({ key, theirs }) =>
        theirs === undefined ? [] : [[key, { ge: theirs.ge, what: theirs.what, source: theirs.source }] as const],
      ),
    ),
    modules: [...modules],
    memories: [...memories],
    timing: { model: timing.model, paths: [...timing.paths] },
    ...(fpga !== undefined && { fpga }),
    ...(energy !== undefined && { energy }),
  };
}
