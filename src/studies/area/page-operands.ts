/** The page's section on operand widths: the array alone. */
import { grouped } from "../../report/index.ts";
import { figures, kge, mm2 } from "./page-format.ts";
import type { OperandRow } from "./result.ts";

/** Longest sums of the encoders: the second product of a feed-forward network of BERT-Base. */
const TERMS = 3072;

const perMac = ({ picojoules, macs }: OperandRow): number => picojoules / macs;
const times = (from: number, to: number): string => (to / from).toFixed(1);

/** Nothing without at least two widths. */
export function operandSection(rows: readonly OperandRow[]): string[] {
  const [least, most] = [rows[0], rows.at(-1)];
  if (least === undefined || most === undefined || least === most) return [];
  const sums = rows.map(({ bits }) => `${2 * bits + Math.ceil(Math.log2(TERMS))}`);
  const steps = rows.slice(1).map((row, index) => {
    const before = rows[index]!;
    return `From ${before.bits} to ${row.bits} bits a processing element grows ${times(before.processingElementGe, row.processingElementGe)} times and a multiply-accumulate takes ${times(perMac(before), perMac(row))} times the energy`;
  });
  return [
    "## Operand bits",
    `The array of ${least.rows} x ${least.cols} alone, with its skew registers: scratchpad, accumulator, norm unit and DMA know operands of 8 bits only, and no configuration has others. Sums inside have twice the bits and log2(rows) more, so that none overflows. Each width multiplies the same normal random numbers, rounded to it (4 standard deviations reach the largest value), in tiles of 64 rows without a gap; every sum of the RTL is compared with the exact product, and every cycle's toggles count.`,
    figures(
      ["bits", "of a sum", "a PE, kGE", "array, kGE", "mm²", "flip-flops", "MHz", "pJ/MAC"],
      rows.map((row) => [
        String(row.bits),
        String(row.sumBits),
        (row.processingElementGe / 1000).toFixed(2),
        kge(row.arrayGe),
        row.um2 === undefined ? "" : mm2(row.um2),
        grouped(row.flipFlops),
        grouped(row.fmaxMhz),
        perMac(row).toFixed(2),
      ]),
    ),
    `${steps.join(". ")}: multipliers grow with the square of their bits, registers and adders in proportion. Behind the array, sums of ${grouped(TERMS)} products take ${sums.slice(0, -1).join(", ")} and ${sums.at(-1)!} bits: the accumulator's 32 hold those that are not longer.`,
  ];
}
