import type { FpgaReport } from "../report/schema.ts";
import type { DesignStructure } from "../synthesis/index.ts";
import type { FpgaFamily, ModuleSynthesis } from "../types.ts";
import { exceeds, LARGEST_DEVICES } from "./devices.ts";
import { addUse, fpgaUse, NO_FPGA_USE, type FpgaUse } from "./resources.ts";

/** A row of the report's trees: a module or a memory, with how often it is built. */
export interface FpgaRow {
  readonly path: string;
  readonly module: string;
  readonly instances: number;
}

/** What a design takes of an FPGA, in all and for each row, everything inside it included. `modules` has its memories too. */
export function fpgaReport(
  family: FpgaFamily,
  structure: DesignStructure,
  modules: ReadonlyMap<string, ModuleSynthesis>,
  rows: readonly FpgaRow[],
): FpgaReport {
  const uses = new Map<string, FpgaUse>();
  const useOf = (name: string): FpgaUse => {
    const known = uses.get(name);
    if (known !== undefined) return known;
    const { cells } = modules.get(name)!;
    const inside = structure.modules.get(name);
    let use = fpgaUse(family, cells);
    for (const { module } of [...(inside?.children ?? []), ...(inside?.memories ?? [])])
      use = addUse(use, useOf(module));
    uses.set(name, use);
    return use;
  };
  const total = useOf(structure.top);
  const { name, lut, ff, dsp, bram } = LARGEST_DEVICES[family];
  return {
    ...total,
    largestDevice: { name, lut, ff, dsp, bram },
    exceeds: exceeds(family, total),
    modules: rows.map(({ path, module, instances }) => ({
      ...{ path, module, instances },
      ...addUse(NO_FPGA_USE, useOf(module), instances),
    })),
  };
}
