/** What a design takes of FPGAs as text for a terminal. */
import pc from "picocolors";
import { formatTable, grouped } from "../../report/index.ts";
import { FPGA_FAMILIES, fpgaFamilies, type FpgaResource, type FpgaUse } from "../fpga/index.ts";
import type { FpgaFamily } from "../types.ts";
import { lacking } from "./fpga-misfit.ts";
import type { CostReport, FpgaReport } from "./schema.ts";

/** One table of all families: the whole, its blocks, and what the family's largest device has. */
export function fpgaTable(fpga: NonNullable<CostReport["fpga"]>): string {
  const rows = fpgaFamilies().flatMap((family) => {
    const use = fpga[family];
    if (use === undefined) return [];
    const cells = ({ lut, ff, dsp, bram, lutRam, lutShift }: FpgaUse): string[] => {
      const within = [lutRam, lutShift].map((luts) => (luts === 0 ? "" : grouped(luts)));
      return [grouped(lut), ...within, grouped(ff), grouped(dsp), String(bram)];
    };
    // The engines and memories of the top module, and the processing element.
    const parts = use.modules.filter(
      ({ path, module }, index) => index > 0 && (!path.includes(".") || module === "pe"),
    );
    const { name, ...most } = use.largestDevice;
    const has = (resource: FpgaResource): string =>
      use.exceeds.includes(resource) ? pc.red(grouped(most[resource])) : pc.dim(grouped(most[resource]));
    return [
      [pc.bold(FPGA_FAMILIES[family]), ...cells(use)],
      ...parts.map((part) => [`  ${part.path}`, ...cells(part)]),
      [pc.dim(`  the largest, ${name}, has`), has("lut"), "", "", has("ff"), has("dsp"), has("bram")],
    ];
  });
  const heads = ["LUT", "as memory", "as shift registers", "flip-flops", "DSP", "block RAM"];
  const table = formatTable([{ head: "FPGA", align: "left" }, ...heads.map((head) => ({ head }))], rows);
  return [table, ...fpgaFamilies().flatMap((family) => misfit(family, fpga[family]))].join("\n");
}

const misfit = (family: FpgaFamily, use: FpgaReport | undefined): string[] =>
  use === undefined || use.exceeds.length === 0
    ? []
    : [pc.red(`does not fit ${FPGA_FAMILIES[family]}: ${lacking(use)}`)];
