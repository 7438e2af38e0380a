import type { FpgaFamily } from "../types.ts";

/** What can run out on a device. */
export const FPGA_RESOURCES = ["lut", "ff", "dsp", "bram"] as const;
export type FpgaResource = (typeof FPGA_RESOURCES)[number];

/** A device and what it has, block RAMs in those of the report. */
export interface FpgaDevice extends Readonly<Record<FpgaResource, number>> {
  readonly name: string;
  readonly source: string;
}

/** The device with the most logic of each family that has DSP blocks: what does not fit there fits nowhere in the family. */
export const LARGEST_DEVICES: Readonly<Record<FpgaFamily, FpgaDevice>> = {
  xc7: {
    ...{ name: "XC7V2000T", lut: 1_221_600, ff: 2_443_200, dsp: 2_160, bram: 1_292 },
    source:
      "DS180: 305,400 slices of four look-up tables and eight flip-flops; XC7VX980T has 3,600 DSP and 1,500 RAMB36",
  },
  xcup: {
    ...{ name: "XCVU13P", lut: 1_728_000, ff: 3_456_000, dsp: 12_288, bram: 2_688 },
    source: "DS890; 1,280 UltraRAMs beside, which the flow does not use",
  },
  ecp5: {
    ...{ name: "LFE5U-85", lut: 83_640, ff: 83_640, dsp: 156, bram: 208 },
    source: "FPGA-DS-02012: 84 thousand look-up tables, which Project Trellis' database counts",
  },
  ice40: {
    ...{ name: "iCE40UP5K", lut: 5_280, ff: 5_280, dsp: 8, bram: 30 },
    source: "FPGA-DS-02008; of those without DSP iCE40HX8K has 7,680 look-up tables and 32 block RAMs",
  },
};

/** What a design takes more of than the family's largest device has. */
export const exceeds = (family: FpgaFamily, use: Readonly<Record<FpgaResource, number>>): FpgaResource[] =>
  FPGA_RESOURCES.filter((resource) => use[resource] > LARGEST_DEVICES[family][resource]);
