/** I-BERT's own algorithms beside the functions as built: how accurate they are, and what they would need. */
import { grouped } from "../../report/index.ts";
import { largestSigma, SCALES, SHIFTS } from "../accuracy/index.ts";
import type { AccuracyRow, ErrorFigure } from "../accuracy/index.ts";
import { figures, kge, strong } from "./page-format.ts";
import type { MeasuredPiece } from "./pieces.ts";
import type { AreaRow } from "./result.ts";

const figure = (error: ErrorFigure | undefined): string =>
  error === undefined ? "divides by 0" : `${error.max.toFixed(2)} / ${error.mean.toFixed(2)}`;

export function accuracySection(rows: readonly AccuracyRow[]): string[] {
  const functions = [...new Set(rows.map((row) => row.function))];
  const tables = functions.map((name) => {
    const own = rows.filter((row) => row.function === name);
    const widths = Object.keys(own[0]!.ibert);
    return figures(
      [name, "as built", ...widths.map((width) => `I-BERT, ${width}`)],
      own.map((row) => [row.rows, figure(row.ours), ...widths.map((width) => figure(row.ibert[width]))]),
    );
  });
  return [
    "## I-BERT's own integers: accuracy",
    "The functions as built are I-BERT's, restated for hardware: base 2 in place of a division by ln 2, straight pieces in place of polynomials, a reciprocal for each row in place of divisions ([Numerics](../numerics.md)). `src/reference/ibert.ts` has I-BERT's own integer algorithms as the paper (arXiv 2101.01321, section 3) and its released code have them. Errors against float on the same rows, in units of the last bit of an 8-bit output, largest / mean:",
    tables.join("\n\n"),
    `\`fine\` and \`coarse\` are scores of which a unit is ${SCALES.fine} and ${SCALES.coarse}: I-BERT's ln 2 is a whole number of units, ${Math.floor(Math.LN2 / SCALES.coarse)} of the coarse ones, and its error counts once for each power of two. \`shift\` is the number of bits that i-LayerNorm drops before it squares, a constant of the tensor: ${SHIFTS.map((shift) => `${shift} serves rows with a sigma up to ${grouped(largestSigma(shift))} units`).join(", ")}. A row far from what the shift was made for comes out wrong, and one without deviations divides by zero. The floor of the probabilities loses half a unit in the mean.`,
  ];
}

export function piecesSection(pieces: readonly MeasuredPiece[], functionRows: readonly AreaRow[]): string[] {
  if (pieces.length === 0) return [];
  const functions = [...new Set(pieces.map((piece) => piece.function))];
  const sum = (of: readonly MeasuredPiece[]): number => of.reduce((total, { ge }) => total + ge, 0);
  const rows = functions.flatMap((name) => {
    const own = pieces.filter((piece) => piece.function === name);
    return [
      ...own.map(({ what, widths, ge }) => [`${name}: ${what}`, widths, kge(ge)]),
      strong([`${name}: an element`, "", kge(sum(own))]),
    ];
  });
  const all = functionRows[0];
  const lane = all === undefined ? 0 : (all.norm["lane_*"] ?? 0) / all.lanes;
  return [
    "## I-BERT's own integers: what they would take",
    "Not built. An element a cycle and lane needs these pieces, synthesised one by one with the same cells; widths in bits, signs included:",
    figures(["", "bits", "kGE"], rows),
    `Together ${kge(sum(pieces))} kGE a lane before any pipeline register, multiplexer or control, when nothing is shared; with the rescaling of 32 bits shared by all three, and each other multiplier by those that need less, ${kge(sharedLane(pieces))} kGE. ${lane > 0 ? `The lane as built has ${kge(lane)} kGE with all of these. ` : ""}A row needs floor(2^32 / sum), or floor(2^31 / sigma) and i-sqrt, whose every step divides 32 bits by 17, six times at most, where the root digit by digit takes one short step a bit.`,
    "To build them as variants of the same unit: the divider by ln 2 goes before the stage that squares, with five bits of quotient; `x floor(2^31 / sigma)` is the widest product and sets the lane's multiplier; the row unit gets a divider of 32 bits that Softmax and both parts of LayerNorm take in turns; tensors get constants q_ln2, q_b, q_c and the shift, which the commands have no fields for today.",
  ];
}

/** The widest of each kind that one element needs at a time: rescaling, a second product, a square, what else there is. */
function sharedLane(pieces: readonly MeasuredPiece[]): number {
  const kinds = [/^(input )?to|output's scale/, /^x floor|^q \(|^p \(/, /^square/, /^z =|^>>/];
  return kinds.reduce((total, kind, index) => {
    const own = pieces.filter(({ what }) => kind.test(what)).map(({ ge }) => ge);
    // The last kind is all needed at once.
    return total + (index === kinds.length - 1 ? own.reduce((a, b) => a + b, 0) : Math.max(0, ...own));
  }, 0);
}
