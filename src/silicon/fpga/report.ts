import type { FpgaReport } from "../report/schema.ts";
import type { DesignStructure } from "../synthesis/index.ts";
import type { FpgaFamily, ModuleSynthesis } from "../types.ts";
import { addUse, fpgaUse, type FpgaUse } from "./resources.ts";

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
  return {
    ...useOf(structure.top),
    modules: rows.map(({ path, module, instances }) => {
      const { lut, ff, dsp, bram } = useOf(module);
      const [luts, ffs, dsps, brams] = [lut, ff, dsp, bram].map((one) => one * instances) as [
        number,
        number,
        number,
        number,
      ];
      return { path, module, instances, lut: luts, ff: ffs, dsp: dsps, bram: brams };
    }),
  };
}
