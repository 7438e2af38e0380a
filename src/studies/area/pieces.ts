/** What elements of I-BERT's own algorithms would need in hardware, piece by piece: area without registers or control. */
import { divisionStep, elaborate, input, module, output, sint, times, uint, uintLit } from "../../hdl/index.ts";
import type { Design, DivisionState } from "../../hdl/index.ts";
import { measureDesign } from "../../silicon/index.ts";
import type { SynthesisProgress, Technology } from "../../silicon/index.ts";

interface Widths {
  readonly a: number;
  readonly b: number;
}

const Product = module(
  "ibert_product",
  (p: Widths) => ({ a: input(sint(p.a)), b: input(sint(p.b)), y: output(sint(p.a + p.b)) }),
  (io) => {
    io.y.set(io.a.mul(io.b));
  },
);

const Square = module(
  "ibert_square",
  (p: Pick<Widths, "a">) => ({ a: input(sint(p.a)), y: output(sint(2 * p.a)) }),
  (io) => {
    io.y.set(io.a.mul(io.a));
  },
);

/** A restoring step for each of the `a` quotient bits, by a divisor of `b` bits: an element every cycle. */
const Quotient = module(
  "ibert_quotient",
  (p: Widths) => ({
    n: input(uint(p.a + p.b)),
    d: input(uint(p.b)),
    quotient: output(uint(p.a)),
    remainder: output(uint(p.b)),
  }),
  (io, p) => {
    let found: DivisionState = { remainder: io.n.bits(p.a + p.b - 1, p.a), quotient: uintLit(0, p.a) };
    times(p.a, (step) => {
      found = divisionStep(found, io.d, io.n.bit(p.a - 1 - step));
    });
    io.quotient.set(found.quotient);
    io.remainder.set(found.remainder);
  },
);

/** `a` bits shifted right by up to 2^b - 1. */
const Shift = module(
  "ibert_shift",
  (p: Widths) => ({ x: input(uint(p.a)), amount: input(uint(p.b)), y: output(uint(p.a)) }),
  (io) => {
    io.y.set(io.x.shr(io.amount));
  },
);

/** What an element of a function needs one of. */
export interface IBertPiece {
  readonly function: "Softmax" | "LayerNorm" | "GELU";
  readonly what: string;
  readonly widths: string;
  readonly design: () => Design;
}

const product = (a: number, b: number): Pick<IBertPiece, "widths" | "design"> => ({
  widths: `${a} x ${b}`,
  design: () => elaborate(Product, { a, b }),
});
const square = (a: number): Pick<IBertPiece, "widths" | "design"> => ({
  widths: `${a} squared`,
  design: () => elaborate(Square, { a }),
});

/**
 * An accumulator of 32 bits comes in, 8 bits go out. Widths are those at which the paper's INT32 intermediates just hold: 16 bits of
 * a value that is squared. Multipliers of rescalings have 16 bits, as its dyadic numbers.
 */
export const IBERT_PIECES: readonly IBertPiece[] = [
  {
    function: "Softmax",
    what: "z = floor(d / q_ln2) and the remainder, every element",
    widths: "5 steps of 16",
    design: () => elaborate(Quotient, { a: 5, b: 16 }),
  },
  { function: "Softmax", what: "p (p + q_b)", ...product(17, 18) },
  { function: "Softmax", what: ">> z", widths: "32 by 5", design: () => elaborate(Shift, { a: 32, b: 5 }) },
  { function: "Softmax", what: "to 16 bits", ...product(33, 17) },
  { function: "Softmax", what: "x floor(2^32 / sum)", ...product(17, 19) },
  { function: "LayerNorm", what: "input to 22 bits", ...product(32, 17) },
  { function: "LayerNorm", what: "square of the shifted deviation", ...square(18) },
  { function: "LayerNorm", what: "x floor(2^31 / sigma)", ...product(23, 32) },
  { function: "LayerNorm", what: "x gamma and the output's scale", ...product(32, 17) },
  { function: "GELU", what: "input to 16 bits", ...product(32, 17) },
  { function: "GELU", what: "square of the clipped distance", ...square(17) },
  { function: "GELU", what: "q (q_erf + q_1)", ...product(16, 18) },
  { function: "GELU", what: "to 8 bits", ...product(33, 17) },
];

/** A piece with its area. */
export interface MeasuredPiece extends Omit<IBertPiece, "design"> {
  readonly ge: number;
}

/** The area of every piece by synthesis. Errors: those of `synthesise`. */
export async function measurePieces(options: {
  readonly technology: Technology;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: SynthesisProgress) => void;
}): Promise<MeasuredPiece[]> {
  const measured: MeasuredPiece[] = [];
  for (const { design, ...piece } of IBERT_PIECES) {
    const { modules } = await measureDesign(design(), options);
    const ge = [...modules.values()].reduce((sum, each) => sum + each.ge, 0);
    measured.push({ ...piece, ge });
  }
  return measured;
}
