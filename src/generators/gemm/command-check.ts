import { boolLit, mux, uintLit } from "../../hdl/index.ts";
import type { Bool, Uint, Value } from "../../hdl/index.ts";
import type { Params } from "../../config/index.ts";
import { FAULTS, GEMM_INITS } from "../../isa/index.ts";
import type { CommandShape } from "../common/index.ts";
import { FAULT_BITS } from "../common/index.ts";

/**
 * What is wrong with a command before it starts: a size of zero, an unknown initial value, a sub-slice that a word does
 * not have, row slots beyond the memory, row maxima in a configuration without Softmax.
 */
export function checkCommand(command: Value<CommandShape<"gemm">>, p: Params): { faulty: Bool; code: Uint } {
  const { rows, kTiles, nTiles, init, aSub, wSub, transpose, trackMax, rowSlot } = command;
  const wFaulty =
    p.wordKSteps === p.wordTiles
      ? beyond(wSub, p.wordTiles)
      : mux(transpose.asBool(), beyond(wSub, p.wordKSteps), beyond(wSub, p.wordTiles));
  const known = Math.max(...Object.values(GEMM_INITS));
  const illegal = rows
    .eq(0)
    .or(kTiles.eq(0))
    .or(nTiles.eq(0))
    .or(init.gt(known))
    .or(beyond(aSub, p.wordKSteps))
    .or(wFaulty);
  const tracks = trackMax.asBool();
  const unknown = p.features.has("softmax") ? boolLit(false) : tracks;
  const slots = tracks.and(rowSlot.add(rows).gt(p.rowSlots));
  return {
    faulty: illegal.or(unknown).or(slots),
    code: mux(
      illegal,
      uintLit(FAULTS.illegalField.code, FAULT_BITS),
      mux(unknown, uintLit(FAULTS.unknownCommand.code, FAULT_BITS), uintLit(FAULTS.rowSlotRange.code, FAULT_BITS)),
    ),
  };
}

/** Whether a sub-slice is none of `count`. */
const beyond = (sub: Uint, count: number): Bool => (count < 2 ** sub.width ? sub.ge(count) : boolLit(false));
