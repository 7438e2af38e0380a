/** The section on FPGAs of docs/technology.md: what counts as what, and the devices that designs are held against. */
import {
  FPGA_CELLS,
  FPGA_FAMILIES,
  fpgaFamilies,
  LARGEST_DEVICES,
  type FpgaCell,
  type FpgaUse,
} from "../silicon/fpga/index.ts";
import { table } from "./markdown.ts";

const NAMES: Readonly<Record<keyof FpgaUse, string>> = {
  ...{ lut: "LUT", lutRam: "LUT as memory", lutShift: "LUT as shift register" },
  ...{ ff: "flip-flop", dsp: "DSP", bram: "block RAM" },
};

/** `LUT|INV`: the pattern as a list of names. */
const cellNames = ({ cell }: FpgaCell): string => `\`${cell.source.replaceAll(/[\^$]/g, "")}\``;

function useText({ use }: FpgaCell): string {
  const parts = (Object.keys(NAMES) as (keyof FpgaUse)[]).flatMap((key) => {
    // Memories and shift registers are look-up tables too, and named once.
    if (key === "lut" && (use.lutRam ?? use.lutShift ?? 0) > 0) return [];
    const count = use[key] ?? 0;
    return count === 0 ? [] : [`${count} ${NAMES[key]}`];
  });
  return parts.length === 0 ? "nothing of its own" : parts.join(", ");
}

/** Paragraphs and tables, without a heading. */
export function fpgaSection(): string[] {
  const seen = new Set<readonly FpgaCell[]>();
  const cells = fpgaFamilies().flatMap((family) => {
    const known = FPGA_CELLS[family];
    if (seen.has(known)) return [];
    seen.add(known);
    const families = fpgaFamilies().filter((each) => FPGA_CELLS[each] === known);
    return known.map((cell) => [
      families.map((each) => FPGA_FAMILIES[each]).join(", "),
      cellNames(cell),
      useText(cell),
      cell.source,
    ]);
  });
  const devices = fpgaFamilies().map((family) => {
    const { name, lut, ff, dsp, bram, source } = LARGEST_DEVICES[family];
    return [FPGA_FAMILIES[family], name, lut, ff, dsp, bram, source];
  });
  return [
    "What the cells that Yosys' flows leave count as (patterns of their names; a cell that is in no row is an error):",
    table(["family", "cells", "count as", "source"], cells),
    "The devices with the most logic, which `systole report --fpga` holds a design against. Figures of data sheets; they are not read from a file and change no area.",
    table(["family", "device", "LUT", "flip-flops", "DSP", "block RAM", "source"], devices),
  ];
}
