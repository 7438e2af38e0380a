import type { Recipe } from "../synthesis/recipe.ts";
import { countCells } from "../synthesis/netlist.ts";
import type { FpgaFamily } from "../types.ts";
import { fpgaUse } from "./resources.ts";

/**
 * Yosys' flow of each family, for a module inside a design: no pads, no clock buffers. Xilinx' flow begins behind the reading of
 * its libraries, which takes most of its time: 7-series needs only the cells that Yosys has models of.
 */
const FLOWS: Readonly<Record<FpgaFamily, (top: string) => readonly string[]>> = {
  xc7: (top) => xilinx("xc7", top, ["cells_sim"]),
  xcup: (top) => xilinx("xcup", top, ["cells_sim", "cells_xtra"]),
  ecp5: (top) => [`synth_ecp5 -top ${top}`],
  ice40: (top) => [`synth_ice40 -dsp -top ${top}`],
};

function xilinx(family: "xc7" | "xcup", top: string, libraries: readonly string[]): string[] {
  return [
    ...libraries.map((library) => `read_verilog -lib +/xilinx/${library}.v`),
    `synth_xilinx -family ${family} -noiopad -noclkbuf -top ${top} -run prepare:check`,
  ];
}

/** Cells of an FPGA: DSP blocks and block RAMs as Yosys' flow for the family infers them. */
export function fpgaRecipe(family: FpgaFamily): Recipe {
  return {
    script: (top) => [...FLOWS[family](top), "opt_clean"].join("\n"),
    selected: true,
    files: {},
    version: 1,
    read: (netlist) => {
      const cells = countCells(netlist);
      return { module: netlist.module, cells, ge: 0, flipFlops: fpgaUse(family, cells).ff, timing: undefined };
    },
  };
}
