/** One lane with the control side of the pipeline: operations in, every result of the lane at full width out. */
import { input, instance, module, output, sint, uint } from "../../src/hdl/index.ts";
import type { Params } from "../../src/config/index.ts";
import { Lane, laneParams } from "../../src/generators/norm/index.ts";
import { NormPipeline } from "../../src/generators/norm/pipeline.ts";
import { normFeatures, SQUARE_BITS, sumElementBits } from "../../src/generators/norm/shape.ts";

export const LaneBench = module(
  "norm_lane_bench",
  (p: Params) => {
    const { start, enter, rowMax, factor, resultValid } = NormPipeline.ports(p);
    return {
      start,
      enter,
      rowMax,
      factor,
      /** What the memory gives two cycles after `enter`. */
      accumulator: input(sint(32)),
      residual: input(sint(8)),
      square: output(uint(SQUARE_BITS)),
      sum: output(sint(sumElementBits(normFeatures(p)))),
      result: output(sint(32)),
      resultValid,
    };
  },
  (io, p) => {
    const pipeline = instance(NormPipeline, p);
    const lane = instance(Lane, laneParams(p));
    pipeline.start.set(io.start);
    pipeline.enter.set(io.enter);
    pipeline.rowMax.set(io.rowMax);
    pipeline.factor.set(io.factor);
    lane.control.set(pipeline.control);
    lane.accumulator.set(io.accumulator);
    lane.residual.set(io.residual);
    lane.countSquare.set(pipeline.countSquare[0]!);
    lane.countSum.set(pipeline.countSum[0]!);
    lane.maskResult.set(pipeline.maskResult[0]!);
    io.square.set(lane.square);
    io.sum.set(lane.sum);
    io.result.set(lane.result);
    io.resultValid.set(pipeline.resultValid);
  },
);
