/** What becomes of a linear layer's sums. */
import { lastScale, NORM_FUNCTIONS } from "../isa/index.ts";
import type { PartialFields } from "../isa/index.ts";
import type { Dyadic, DyadicChannels } from "../reference/index.ts";
import type { Block } from "./blocks.ts";
import type { ProgramBuilder } from "./builder.ts";
import { storeInt8, storeRaw } from "./results.ts";
import type { Buffer } from "./steps.ts";

/** `raw` leaves as s32, for the host or for a check. */
export type LinearEpilogue =
  | { readonly kind: "requantise"; readonly scales: DyadicChannels; readonly relu: boolean }
  | { readonly kind: "gelu"; readonly input: DyadicChannels; readonly output: Dyadic }
  | { readonly kind: "raw" };

/** Sums in the accumulator, [tile][rows] from row `firstRow` of the buffer on. */
export interface Sums {
  readonly operation: number;
  readonly accumulator: Buffer;
  readonly firstRow: number;
  /** The buffer with the scales, and the row in it of the block's first tile. */
  readonly parameters: Buffer;
  readonly scaleRow: number;
}

/** The pass over a block of sums, and its STORE. */
export function storeSums(builder: ProgramBuilder, epilogue: LinearEpilogue, sums: Sums, target: Block): void {
  const { operation, accumulator, firstRow, parameters, scaleRow } = sums;
  if (epilogue.kind === "raw") {
    storeRaw(builder, { operation, accumulator, firstRow }, target);
    return;
  }
  const fields = (): PartialFields<"norm"> => ({
    ...(epilogue.kind === "gelu"
      ? { function: NORM_FUNCTIONS.gelu, ...lastScale(epilogue.output) }
      : { function: NORM_FUNCTIONS.requantise, relu: epilogue.relu ? 1 : 0 }),
    perChannel: 1,
    paramAddress: parameters.address + scaleRow,
    paramStride: 1,
  });
  storeInt8(builder, { operation, accumulator, firstRow, reads: [parameters], fields }, target);
}
