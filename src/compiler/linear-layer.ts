import type { DyadicChannels } from "../reference/index.ts";
import type { TensorDraft } from "./builder.ts";
import type { LinearEpilogue } from "./linear-epilogue.ts";

/** acc[rows][outputs] = input · weights + bias (+ residual), then the epilogue into `output`. */
export interface LinearLayer {
  readonly name: string;
  readonly operation: number;
  readonly input: TensorDraft;
  /** s8 [inputs][outputs]. */
  readonly weights: Int8Array;
  /** s32 [outputs]. */
  readonly bias: Int32Array;
  /** Added to the accumulator in its scale before anything else. */
  readonly residual?: { readonly tensor: TensorDraft; readonly ratio: DyadicChannels };
  readonly epilogue: LinearEpilogue;
  readonly output: TensorDraft;
  /** The program's only operation. */
  readonly alone?: boolean;
}
