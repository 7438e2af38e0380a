import { bool, boolLit, input, module, mux, output, pipe, reg, times, uint, wire } from "../../hdl/index.ts";
import type { Bool } from "../../hdl/index.ts";
import type { Params } from "../../config/index.ts";
import { INDEX_BITS, MASK_BITS, retireShape } from "../common/index.ts";
import { rowMaximumLatency } from "./row-maximum.ts";

/** Cycles from the last row of a command at the output sequencer to its total's write. */
const TO_TOTAL = 3;

/** Cycles from a command's last row at the output sequencer to its retirement, as it is or after a wait for row maxima. */
export const gemmRetireLatency = (p: Params, waits: boolean): number =>
  TO_TOTAL + (waits && p.features.has("softmax") ? rowMaximumLatency(p) : 0);

/**
 * Retires GEMM commands, in order and one at a time.
 *
 * ```
 *   cycle t                  last row of a command at the output sequencer
 *   cycle t + 3              its total is written: retire
 *   cycle t + 3 + maximum    the same for a command that tracks row maxima, when its last maximum is out, and for any
 *                            command whose total is written while such a one waits
 * ```
 */
export const Retirement = module(
  "retirement",
  () => ({
    last: input({ valid: bool, tracksMaxima: bool, post: uint(MASK_BITS), index: uint(INDEX_BITS) }),
    retire: output(retireShape),
  }),
  (io, p: Params) => {
    const { valid, tracksMaxima, post, index } = io.last;
    const reset = { reset: true };
    const ends = pipe(valid, TO_TOTAL, reset);
    const ending = pipe({ post, index }, TO_TOTAL);
    if (!p.features.has("softmax")) {
      io.retire.set({ valid: ends, ...ending });
      return;
    }
    // Place k holds a command in the k-th cycle of its wait; from the last one it retires.
    const waits = wire(bool);
    const places = times(rowMaximumLatency(p), () => reg(bool));
    places.forEach((place, k) => {
      place.next = places[k - 1] ?? waits;
    });
    const anyWaits = places.reduce<Bool>((any, place) => any.or(place), boolLit(false));
    waits.set(ends.and(pipe(tracksMaxima, TO_TOTAL).or(anyWaits)));
    const waited = places.at(-1)!;
    const late = pipe(ending, rowMaximumLatency(p));
    io.retire.set({ valid: waited.or(ends.and(waits.not())), ...mux(waited, late, ending) });
  },
);
