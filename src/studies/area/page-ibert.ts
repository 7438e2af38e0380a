/** I-BERT's own algorithms beside the functions as restated: how accurate they are, and what they cost. */
import { grouped } from "../../report/index.ts";
import { largestSigma, SCALES, SHIFTS } from "../accuracy/index.ts";
import type { AccuracyRow, ErrorFigure } from "../accuracy/index.ts";
import { against, againstCount, figures, kge, onChip } from "./page-format.ts";
import { variantTable, withEnergy } from "./page-table.ts";
import { partOf, type AreaRow } from "./result.ts";

const figure = (error: ErrorFigure | undefined): string =>
  error === undefined ? "divides by 0" : `${error.max.toFixed(2)} / ${error.mean.toFixed(2)}`;

export function accuracySection(rows: readonly AccuracyRow[]): string[] {
  const functions = [...new Set(rows.map((row) => row.function))];
  const tables = functions.map((name) => {
    const own = rows.filter((row) => row.function === name);
    const widths = Object.keys(own[0]!.ibert);
    return figures(
      [name, "as built", '`"ibert"`', ...widths.map((width) => `I-BERT, ${width}`)],
      own.map((row) => [
        row.rows,
        figure(row.ours),
        figure(row.variant),
        ...widths.map((width) => figure(row.ibert[width])),
      ]),
    );
  });
  return [
    "## I-BERT's own integers: accuracy",
    "The functions as built by default are I-BERT's, restated for hardware: base 2 in place of a division by ln 2, straight pieces in place of polynomials, a reciprocal for each row in place of divisions ([Numerics](../numerics.md)). `\"ibert\"` is what `norm.variants` builds: I-BERT's polynomials, divisions and iterations between the unit's own input and output scales. `src/reference/ibert.ts` has I-BERT's integer algorithms with scales and widths as the paper (arXiv 2101.01321, section 3) and its released code have them. Errors against float on the same rows, in units of the last bit of an 8-bit output, largest / mean:",
    tables.join("\n\n"),
    `\`fine\` and \`coarse\` are scores of which a unit is ${SCALES.fine} and ${SCALES.coarse}: I-BERT's ln 2 is a whole number of units, ${Math.floor(Math.LN2 / SCALES.coarse)} of the coarse ones, and its error counts once for each power of two. \`shift\` is the number of bits that i-LayerNorm drops before it squares, a constant of the tensor: ${SHIFTS.map((shift) => `${shift} serves rows with a sigma up to ${grouped(largestSigma(shift))} units`).join(", ")}. A row far from what the shift was made for comes out wrong, and one without deviations divides by zero. The floor of the probabilities loses half a unit in the mean.`,
  ];
}

/** The same functions by the other algorithm in hardware: what they add to the norm unit, in time and in energy. */
export function ibertSection(all: readonly AreaRow[]): string[] {
  const [none, ...rows] = withEnergy(all);
  const most = rows.at(-1);
  if (none === undefined || most === undefined) return [];
  const normOf = (row: AreaRow): number => row.blocks.norm ?? 0;
  const laneOf = (row: AreaRow): number => (row.norm["lane_*"] ?? 0) / row.lanes;
  const single = rows.slice(0, -1).map((row) => {
    const lane = laneOf(row) - laneOf(none);
    const unit = (row.norm.rowUnit ?? 0) - (none.norm.rowUnit ?? 0);
    return `${row.name} ${signed(normOf(row) - normOf(none))} kGE (${signed(lane)} in each lane, ${signed(unit)} in the row unit)`;
  });
  // Two of them share a product, and the straight pieces that the third would have kept go.
  const shared = rows.slice(0, -1).some((row) => normOf(row) > normOf(most))
    ? " They take less together than the largest does alone, for the square serves Softmax and GELU, and the straight pieces of the default are in neither."
    : "";
  return [
    "## I-BERT's own algorithms: what they cost",
    "`norm.variants` builds a function as I-BERT has it, with everything else as it is; the model is quantised for it, and the RTL's results are those of that variant's integer reference.",
    variantTable("as I-BERT has them", all, [
      ...(["norm unit, kGE", "a lane, kGE", "row unit, kGE", "norm unit", "kGE", "MHz", "cycles"] as const),
      ...(["without DRAM", "norm unit, energy", "energy × delay"] as const),
    ]),
    `${single.join("; ")}. All three take ${against(normOf(none), normOf(most))} area in the norm unit and ${against(none.totalGe, most.totalGe)} in all, for ${againstCount(none.energy!.cycles, most.energy!.cycles)} cycles, ${against(partOf(none, "norm unit"), partOf(most, "norm unit"))} energy in the norm unit and ${against(onChip(none), onChip(most))} in the accelerator without DRAM.${shared}`,
  ];
}

/** In thousands, with its sign where it is not 0 to a digit. */
const signed = (ge: number): string => (Math.abs(ge) < 50 ? "0" : `${ge < 0 ? "−" : "+"} ${kge(Math.abs(ge))}`);
