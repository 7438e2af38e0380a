import type { Recipe } from "../synthesis/recipe.ts";
import type { FpgaFamily } from "../types.ts";
import { xilinxDeclarations } from "./declarations.ts";
import { fpgaUse } from "./resources.ts";

/** How a family's flow is called for a module inside a design, and the libraries that it needs beside those it reads. */
interface Flow {
  readonly script: (top: string) => readonly string[];
  readonly files: () => Readonly<Record<string, string>>;
}

const NO_FILES = (): Readonly<Record<string, string>> => ({});
const BLOCKS = "blocks.v";

/** Yosys' flows: no pads, no clock buffers. */
const FLOWS: Readonly<Record<FpgaFamily, Flow>> = {
  xc7: { script: (top) => xilinx("xc7", top), files: NO_FILES },
  xcup: {
    script: (top) => [`read_verilog -lib ${BLOCKS}`, ...xilinx("xcup", top)],
    files: () => ({ [BLOCKS]: xilinxDeclarations(["DSP48E2", "RAMB18E2", "RAMB36E2"]) }),
  },
  ecp5: { script: (top) => [`synth_ecp5 -top ${top}`], files: NO_FILES },
  ice40: { script: (top) => [`synth_ice40 -dsp -top ${top}`], files: NO_FILES },
};

/**
 * Begins behind the reading of all libraries, which takes most of the flow's time: 7-series needs only the cells that Yosys has
 * models of, UltraScale+ three more.
 */
const xilinx = (family: "xc7" | "xcup", top: string): string[] => [
  "read_verilog -lib +/xilinx/cells_sim.v",
  `synth_xilinx -family ${family} -noiopad -noclkbuf -top ${top} -run prepare:check`,
];

/** Cells of an FPGA: DSP blocks and block RAMs as Yosys' flow for the family infers them. */
export function fpgaRecipe(family: FpgaFamily): Recipe {
  const flow = FLOWS[family];
  return {
    script: (top) => [...flow.script(top), "opt_clean"].join("\n"),
    files: flow.files(),
    version: 1,
    figures: (cells) => ({ ge: 0, flipFlops: fpgaUse(family, cells).ff }),
    timing: undefined,
  };
}
