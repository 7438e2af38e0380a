/**
 * FPGAs: what a design takes of Xilinx 7-series and UltraScale+, Lattice ECP5 and iCE40, by Yosys' flows for them.
 *
 * - recipe: a module → the family's cells.
 * - resources: cells → look-up tables, flip-flops, DSP blocks, block RAMs.
 * - devices: the largest of each family, and what of it runs out.
 * - report: modules → the whole design, row by row.
 */
import type { FpgaFamily } from "../types.ts";

export { exceeds, FPGA_RESOURCES, LARGEST_DEVICES, type FpgaDevice, type FpgaResource } from "./devices.ts";
export { fpgaRecipe } from "./recipe.ts";
export { fpgaReport, type FpgaRow } from "./report.ts";
export { FPGA_CELLS, fpgaUse, type FpgaCell, type FpgaUse } from "./resources.ts";

/** The families and the names they are known by. */
export const FPGA_FAMILIES: Readonly<Record<FpgaFamily, string>> = {
  xc7: "Xilinx 7-series",
  xcup: "Xilinx UltraScale+",
  ecp5: "Lattice ECP5",
  ice40: "Lattice iCE40",
};

export const fpgaFamilies = (): FpgaFamily[] => Object.keys(FPGA_FAMILIES) as FpgaFamily[];
