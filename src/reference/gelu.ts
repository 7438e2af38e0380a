import { dyadic, perChannel } from "./dyadic.ts";
import type { Dyadic, DyadicChannels } from "./dyadic.ts";
import { assertLength } from "./shape.ts";
import type { MatrixShape } from "./shape.ts";
import { assertSigned, assertUnsigned, saturateSigned } from "./width.ts";

/** What one GELU needs beside its input; made by `geluConstants`. */
export interface GeluConstants {
  /** Accumulator → x (s16, Q4.11), per tensor or per channel. */
  readonly input: Dyadic | DyadicChannels;
  /** 2^-28 / output scale. */
  readonly output: Dyadic;
}

/** x: the accumulator as Q4.11, s16. */
export function geluInput(acc: number, m: number, e: number): number {
  assertSigned(acc, 32, "gelu accumulator");
  return saturateSigned(dyadic(acc, m, e), 16);
}

/** g: GELU of x (s16, Q4.11) at scale 2^-28, s33. Source: I-BERT (arXiv 2101.01321), section 3.4, with sqrt(2) folded in. */
export function geluElement(x: number): number {
  assertSigned(x, 16, "gelu input");
  const t = assertUnsigned(5124 - Math.min(Math.abs(x), 5124), 13, "gelu clipped distance");
  const square = assertUnsigned(9463 * t * t, 38, "gelu square term");
  const erf = assertUnsigned(65536 - Math.floor(square / 2 ** 22), 17, "gelu erf");
  return assertSigned(x * (65536 + (x < 0 ? -erf : erf)), 33, "gelu product");
}

/** GELU: acc s32 [rows][cols] → s8 [rows][cols]. */
export function gelu(acc: Int32Array, shape: MatrixShape, constants: GeluConstants): Int8Array {
  assertLength("acc", acc.length, shape);
  const { m, e } = perChannel(constants.input, shape.cols);
  const { m: outputM, e: outputE } = constants.output;
  const out = new Int8Array(acc.length);
  for (let row = 0, at = 0; row < shape.rows; row++) {
    for (let col = 0; col < shape.cols; col++, at++) {
      const g = geluElement(geluInput(acc[at]!, m[col]!, e[col]!));
      out[at] = saturateSigned(dyadic(g, outputM, outputE), 8);
    }
  }
  return out;
}
