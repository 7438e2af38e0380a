import { bool, cat, input, instance, module, mux, output, pipe, sint, uint } from "../../hdl/index.ts";
import type { Params } from "../../config/index.ts";
import { laneBack } from "./lane-back.ts";
import { laneControl } from "./lane-control.ts";
import { laneFront } from "./lane-front.ts";
import { laneFunction } from "./lane-function.ts";
import { rawWords } from "./operation.ts";
import { Requantiser, SCALED_BITS } from "./requantiser.ts";
import { hasFunctions, hasRowSums, normFeatures, normStages, SQUARE_BITS, sumElementBits } from "./shape.ts";
import type { NormFeatures } from "./shape.ts";

/** What a lane is built for. */
export interface LaneParams extends NormFeatures {
  /** Bits that the lane passes on in a raw operation: 8, 16 or 32, so that all lanes together fill a word. */
  readonly rawBits: number;
}

export const laneParams = (p: Params): LaneParams => ({ ...normFeatures(p), rawBits: 32 / rawWords(p) });

/** Bits of a lane's residual input: a residual, or raw bits as far as they go through the lane. */
export const residualBits = (rawBits: number): number => Math.min(16, rawBits);

/**
 * One column of the norm unit: an accumulator element a cycle, through the stages of `NormStages`.
 *
 * Latency `output` - `fetch` cycles from `accumulator` or `residual` to `result`, throughput one element a cycle. The
 * control of each stage arrives with the operation, in the cycle in which the stage holds it. Three multipliers when
 * functions are built (scale, function, affine), else two; a squarer beside with I-BERT's Softmax or GELU.
 *
 * Only `fetch` and the registers for parameters have an enable. The others take a value every cycle: an enable costs half
 * as much as the register itself, and when nothing is fetched they settle anyway.
 *
 * For the row sums the lane shows x² when the stage `round` holds the operation and exp or x when `affine` does, each
 * 0 unless its mask is set. `maskResult` makes a byte 0. Raw bits go the way of a residual; what they have above 16 bits
 * goes beside.
 */
export const Lane = module(
  "norm_lane",
  ({ rawBits, ...features }: LaneParams) => ({
    control: input(laneControl(features)),
    accumulator: input(sint(32)),
    residual: input(sint(residualBits(rawBits))),
    countSquare: input(bool),
    countSum: input(bool),
    maskResult: input(bool),
    square: output(uint(SQUARE_BITS)),
    sum: output(sint(sumElementBits(features))),
    result: output(sint(32)),
  }),
  (io, { rawBits, ...features }) => {
    const { control } = io;
    const operand = laneFront(control.front, io, features);
    const requantiser = instance(Requantiser, features);
    requantiser.control.set(control.requantiser);
    requantiser.operand.set(operand);
    const scaled = requantiser.scaled.extend(SCALED_BITS);
    const functions = hasFunctions(features) ? laneFunction(control, scaled, features) : undefined;
    const value = functions?.value ?? scaled;
    io.square.set(functions !== undefined && features.layernorm ? mux(io.countSquare, functions.square, 0) : 0);
    io.sum.set(hasRowSums(features) ? mux(io.countSum, value.wrap(sumElementBits(features)), 0) : 0);
    const result = laneBack(control.back, { value, operand, mask: io.maskResult }, features);
    if (rawBits <= 16) {
      io.result.set(result);
      return;
    }
    const { fetch, output: end } = normStages(features);
    const high = pipe(io.accumulator.asUint().bits(31, 16), end - fetch);
    const bits = result.asUint();
    io.result.set(cat(mux(control.back.raw, high, bits.bits(31, 16)), bits.bits(15, 0)).asSint());
  },
);
