import { SCALE_FORMATS } from "../isa/index.ts";
import type { NormVariant } from "../isa/index.ts";
import { dyadic, lastDyadic, perChannel } from "./dyadic.ts";
import type { Dyadic, DyadicChannels } from "./dyadic.ts";
import { iGeluElement } from "./ibert-functions.ts";
import { assertLength } from "./shape.ts";
import type { MatrixShape } from "./shape.ts";
import { assertSigned, assertUnsigned, saturateSigned } from "./width.ts";

/** What one GELU needs beside its input; made by `geluConstants`. */
export interface GeluConstants {
  readonly variant: NormVariant;
  /** Accumulator → x (s16, Q4.11), per tensor or per channel; format `fixed`. */
  readonly input: Dyadic | DyadicChannels;
  /** 2^-12, or `iGeluScale`, over the output scale; format `last`. */
  readonly output: Dyadic;
}

/** x: the accumulator as Q4.11, s16. */
export function geluInput(acc: number, m: number, e: number): number {
  assertSigned(acc, 32, "gelu accumulator");
  return saturateSigned(dyadic(acc, m, e, SCALE_FORMATS.fixed), 16);
}

/**
 * 1 - erf(a / √2) on [0, 4) in eight straight pieces: its value (Q.11) at the end of each, and how much it rises towards the
 * beginning (Q.1 for each of 32 steps). What it makes of GELU is within 6.8e-3.
 */
export const erfPieces = {
  base: [1276, 648, 269, 89, 24, 7, 3, 0],
  slope: [47, 38, 23, 11, 4, 1, 0, 0],
} as const;

/**
 * g: GELU of x (s16, Q4.11) at scale 2^-12, s17. A negative x is taken as its complement, not its negation, so that both
 * sides of 0 have steps of the same width. Source: GELU is x · (1 + erf(x / √2)) / 2; the straight pieces are closer to it than
 * the polynomial of I-BERT (arXiv 2101.01321), section 3.4.
 */
export function geluElement(x: number): number {
  assertSigned(x, 16, "gelu input");
  const magnitude = assertUnsigned(Math.min(x < 0 ? ~x : x, 8191), 13, "gelu magnitude");
  const piece = magnitude >> 10;
  const rise = assertUnsigned(erfPieces.slope[piece]! * (31 - ((magnitude >> 5) & 31)), 11, "gelu rise");
  const complement = assertUnsigned(erfPieces.base[piece]! + (rise >> 1), 12, "gelu complement of erf");
  const product = assertSigned(x * (x < 0 ? complement : 4095 - complement), 28, "gelu product");
  return assertSigned(product >> 11, 17, "gelu value");
}

/** g of x, by the variant of the function. */
export const geluElements: Readonly<Record<NormVariant, (x: number) => number>> = {
  systole: geluElement,
  ibert: iGeluElement,
};

/** GELU: acc s32 [rows][cols] → s8 [rows][cols]. */
export function gelu(acc: Int32Array, shape: MatrixShape, constants: GeluConstants): Int8Array {
  assertLength("acc", acc.length, shape);
  const { m, e } = perChannel(constants.input, shape.cols);
  const element = geluElements[constants.variant];
  const out = new Int8Array(acc.length);
  for (let row = 0, at = 0; row < shape.rows; row++) {
    for (let col = 0; col < shape.cols; col++, at++) {
      const g = element(geluInput(acc[at]!, m[col]!, e[col]!));
      out[at] = saturateSigned(lastDyadic(g, constants.output), 8);
    }
  }
  return out;
}
