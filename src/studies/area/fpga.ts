/** What the base configuration takes of each family of FPGAs. */
import type { Params } from "../../config/index.ts";
import { fpgaFamilies, measureCost } from "../../silicon/index.ts";
import type { CostReport, FpgaFamily, FpgaReport } from "../../silicon/index.ts";
import type { MeasurePartOptions } from "./measure.ts";
import type { FpgaTotals } from "./result.ts";

export interface MeasureFpgaOptions extends MeasurePartOptions<FpgaFamily> {
  readonly params: Params;
  readonly families?: readonly FpgaFamily[];
}

/** The totals of a report's family: its processing elements, and the look-up tables in what is a macro on a chip, apart. */
export function fpgaTotals(family: FpgaFamily, report: CostReport): FpgaTotals {
  const { modules, ...use } = report.fpga![family]!;
  const sum = (rows: readonly FpgaReport["modules"][number][], of: "dsp" | "lut"): number =>
    rows.reduce((total, row) => total + row[of], 0);
  const macros = new Set(report.memories.filter(({ built }) => built === "macro").map(({ path }) => path));
  const elements = modules.filter(({ module }) => module === "pe");
  return {
    family,
    ...use,
    elements: elements.reduce((total, { instances }) => total + instances, 0),
    elementDsp: sum(elements, "dsp"),
    macroLut: sum(
      modules.filter(({ path }) => macros.has(path)),
      "lut",
    ),
  };
}

/** Each family's totals. Errors: those of `measureCost`. */
export async function measureFpga(options: MeasureFpgaOptions): Promise<FpgaTotals[]> {
  const { params, technology, families = fpgaFamilies(), signal, onStart, onSynthesis } = options;
  const totals: FpgaTotals[] = [];
  for (const family of families) {
    await onStart(family);
    const report = await measureCost(params, { technology, fpga: [family], signal, onProgress: onSynthesis });
    totals.push(fpgaTotals(family, report));
  }
  return totals;
}
