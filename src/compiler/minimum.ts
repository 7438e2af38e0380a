/** Whether a configuration can compute anything at all. */
import type { Params } from "../config/index.ts";
import { SystoleError } from "../errors.ts";
import { SCALE_FORMATS } from "../isa/index.ts";
import { compileMatmul } from "./kernels.ts";

/**
 * Throws `compile-capacity` when not even the product of one row with one column fits the memories; `file` names the
 * configuration in the error.
 */
export function requireAnyTiling(params: Params, file: string): void {
  const scales = { m: Uint16Array.of(1), e: Int8Array.of(SCALE_FORMATS.byte.least) };
  try {
    compileMatmul(params, { rows: 1, inner: 1, cols: 1, weights: Int8Array.of(1), scales });
  } catch (error) {
    if (!(error instanceof SystoleError)) throw error;
    const { code, message, location, remedy } = error;
    throw new SystoleError({ code, message, location: { ...location, file }, remedy, cause: error });
  }
}
