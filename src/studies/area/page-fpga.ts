/** The page's section on FPGAs. */
import { grouped } from "../../report/index.ts";
import { FPGA_FAMILIES } from "../../silicon/index.ts";
import type { FpgaTotals } from "./result.ts";

const KINDS = { lut: "LUT", ff: "flip-flops", dsp: "DSP", bram: "block RAM" } as const;

function fit({ exceeds, largestDevice, ...use }: FpgaTotals): string {
  if (exceeds.length === 0) return `fits ${largestDevice.name}`;
  const lacking = exceeds.map((kind) => `${grouped(use[kind])} ${KINDS[kind]} of ${grouped(largestDevice[kind])}`);
  return `exceeds ${largestDevice.name}: ${lacking.join(", ")}`;
}

const blocks = (count: number): string => (Number.isInteger(count) ? grouped(count) : count.toFixed(1));

export function fpgaSection(config: string, rows: readonly FpgaTotals[]): string[] {
  if (rows.length === 0) return [];
  const names = (of: readonly FpgaTotals[]): string => of.map(({ family }) => FPGA_FAMILIES[family]).join(", ");
  const inDsp = rows.filter(({ elements, elementDsp }) => elementDsp === elements);
  const inBlocks = rows.filter(({ macroLut }) => macroLut === 0);
  const rest = rows.filter((row) => row.macroLut > 0);
  const { elements } = rows[0]!;
  return [
    "## FPGAs",
    `\`systole report ${config} --fpga ${rows.map(({ family }) => family).join(" ")}\`, before placement:`,
    [
      "| | LUT | as memory | as shift registers | flip-flops | DSP | of them PEs | block RAM | |",
      "|---|---:|---:|---:|---:|---:|---:|---:|---|",
      ...rows.map(
        (row) =>
          `| ${[
            FPGA_FAMILIES[row.family],
            ...[row.lut, row.lutRam, row.lutShift, row.ff, row.dsp, row.elementDsp].map(grouped),
            blocks(row.bram),
            fit(row),
          ].join(" | ")} |`,
      ),
    ].join("\n"),
    `Each of the ${grouped(elements)} processing elements takes one DSP on ${inDsp.length === 0 ? "none of them" : names(inDsp)}; the other DSPs are multipliers of the norm unit. Scratchpad, accumulator and the memories of rows in GEMM engine and norm unit, all that is a macro on a chip, are block RAM without a single look-up table on ${inBlocks.length === 0 ? "none of them" : names(inBlocks)}${rest.length === 0 ? "" : ` (${rest.map((row) => `${row.macroLut} on ${FPGA_FAMILIES[row.family]}, gates of enables`).join(", ")})`}. Look-up tables as memory are the queues between units, of 2 to 8 words that are read without a clock; those as shift registers are the array's skew and delays of pipelines.`,
  ];
}
