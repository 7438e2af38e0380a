import { bool, input, module, mux, output, reg, sint, sintLit, uint, when, wire } from "../../hdl/index.ts";
import type { Bool, Sint, Value } from "../../hdl/index.ts";
import { laneControl } from "./lane-control.ts";
import type { backControl } from "./lane-control.ts";
import { laneFront } from "./lane-front.ts";
import { laneFunction } from "./lane-function.ts";
import { narrowTo, roundHalf, shiftKeepingHalf, SHIFTED_BITS } from "./narrow.ts";
import { hasFunctions, hasRowSums, SQUARE_BITS, sumElementBits } from "./shape.ts";
import type { NormFeatures } from "./shape.ts";

/**
 * One column of the norm unit: an accumulator element a cycle, through the stages of `NormStages`.
 *
 * Latency `output` - `fetch` cycles from `accumulator` or `residual` to `result`, throughput one element a cycle. The
 * control of each stage arrives with the operation, in the cycle in which the stage holds it. Three multipliers when
 * functions are built (scale, function, affine), else one.
 *
 * Only `fetch` and the registers for parameters have an enable. The others take a value every cycle: an enable costs half
 * as much as the register itself, and when nothing is fetched they settle anyway.
 *
 * For the row sums the lane shows x² when the stage `align` holds the operation and exp or x when `affine` does, each
 * 0 unless its mask is set. `maskResult` makes the result 0.
 */
export const Lane = module(
  "norm_lane",
  (features: NormFeatures) => ({
    control: input(laneControl),
    accumulator: input(sint(32)),
    residual: input(sint(8)),
    countSquare: input(bool),
    countSum: input(bool),
    maskResult: input(bool),
    square: output(uint(SQUARE_BITS)),
    sum: output(sint(sumElementBits(features))),
    result: output(sint(32)),
  }),
  (io, features) => {
    const narrowed = laneFront(io.control.front, io, features);
    if (!hasFunctions(features)) {
      io.square.set(0);
      io.sum.set(0);
      io.result.set(addAndNarrow(io.control.back, narrowed, io.maskResult));
      return;
    }
    const { square, value } = laneFunction(io.control.function, narrowed, features);
    io.square.set(features.layernorm ? mux(io.countSquare, square, 0) : 0);
    io.sum.set(hasRowSums(features) ? mux(io.countSum, value.wrap(sumElementBits(features)), 0) : 0);

    const ownGain = reg(sint(16), { reset: false });
    const offset = ownOffset(io.control.back, value);
    // A net of its own, so that no tool sees a wider multiplier than 33 x 17.
    const factor = wire(sint(17));
    const common = io.control.function.factor.toSint();
    factor.set(features.layernorm ? mux(io.control.function.ownGain, ownGain.extend(17), common) : common);
    const scaled = reg(sint(50), { reset: false });
    scaled.next = value.mul(factor).add(offset).wrap(50);
    when(io.control.function.loadGain, () => {
      ownGain.next = value.wrap(16);
    });

    const shifted = reg(sint(SHIFTED_BITS), { reset: false });
    shifted.next = shiftKeepingHalf(scaled, io.control.function.lastExponent);
    io.result.set(narrowResult(io.control.back, roundHalf(shifted), io.maskResult));
  },
);

/** The lane's offset (bias or B), left there by a parameter row; 0 unless it is to be added. */
function ownOffset(control: Value<typeof backControl>, passing: Sint): Sint {
  const kept = reg(sint(32), { reset: false, name: "own_offset" });
  when(control.loadOffset, () => {
    kept.next = passing.wrap(32);
  });
  return mux(control.addOffset, kept, sintLit(0, 32));
}

/** Without functions: the value plus the offset. */
function addAndNarrow(control: Value<typeof backControl>, value: Sint, mask: Bool): Sint {
  return narrowResult(control, value.add(ownOffset(control, value)), mask);
}

/** The register that `lastNarrow` loads: saturated, ReLU, masked. */
function narrowResult(control: Value<typeof backControl>, value: Sint, mask: Bool): Sint {
  const result = reg(sint(32), { reset: false, name: "result" });
  const wide = control.toWord;
  const formats = [
    { selected: wide.or(control.toUnsignedByte).not(), bits: 8 },
    { selected: control.toUnsignedByte, bits: 8, unsigned: true },
  ];
  const clear = mask.or(control.relu.and(value.bit(value.width - 1)));
  result.next = mux(clear, sintLit(0, 32), narrowTo(value, formats, 32));
  return result;
}
