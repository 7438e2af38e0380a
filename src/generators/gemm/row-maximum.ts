import {
  bool,
  input,
  max,
  memory,
  module,
  mux,
  output,
  pipe,
  reg,
  sint,
  sintLit,
  times,
  when,
} from "../../hdl/index.ts";
import type { Sint } from "../../hdl/index.ts";
import type { Params } from "../../config/index.ts";
import { accumulatorRow, rowMaxShape } from "../common/index.ts";
import { outputRow } from "./output-sequencer.ts";

/** Values that one stage reduces to one. */
const FAN_IN = 4;

/** Cycles from a row of sums to its maximum at the port. */
export const rowMaximumLatency = (p: Params): number => treeStages(p) + 1;
const treeStages = (p: Params): number => Math.ceil(Math.log2(p.cols) / Math.log2(FAN_IN));

/**
 * Row maximum: the largest valid element of each finished row, over the tiles of a command and of the commands that
 * continue it, kept by row slot.
 *
 * ```
 *   cycle t           a row of sums; columns beyond the valid ones become the least value
 *   t + 1 … t + s     a tree of four-input maxima, one level a cycle (s = log4(cols), rounded up)
 *   t + s - 1         the slot's previous maximum is read
 *   t + s             the larger of the two, unless the row starts afresh
 *   t + s + 1         port; into the slot
 * ```
 *
 * Latency s + 1, throughput one row a cycle; the same slot not before four cycles later, which a tile's weights see to.
 */
export const RowMaximum = module(
  "row_maximum",
  (p: Params) => {
    const { maxStart, slot, columns } = outputRow(p);
    return {
      row: input({ valid: bool, sums: accumulatorRow(p), maxStart, slot, columns }),
      rowMax: output(rowMaxShape(p)),
    };
  },
  (io, p) => {
    const least = sintLit(-(2 ** (p.accumulatorBits - 1)), p.accumulatorBits);
    let level: readonly Sint[] = io.row.sums.map((sum, c) => mux(io.row.columns.gt(c), sum, least));
    let valid = io.row.valid;
    const stages = treeStages(p);
    for (let s = 0; s < stages; s++) {
      const maxima = times(level.length / Math.min(FAN_IN, level.length), (i) => {
        const inputs = level.slice(FAN_IN * i, FAN_IN * (i + 1));
        const maximum = reg(sint(p.accumulatorBits), { reset: false });
        when(valid, () => {
          maximum.next = largest(inputs);
        });
        return maximum;
      });
      level = maxima;
      valid = pipe(valid, 1, { reset: true });
    }

    const slots = memory({ shape: sint(p.accumulatorBits), depth: p.rowSlots });
    const reading = pipe(io.row.valid, stages - 1, { reset: true });
    const readSlot = pipe(io.row.slot, stages - 1);
    const previous = slots.read({ address: readSlot, enable: reading });
    const start = pipe(io.row.maxStart, stages);
    const slot = pipe(readSlot, 1);

    const rowMax = reg(rowMaxShape(p));
    rowMax.valid.next = valid;
    rowMax.slot.next = slot;
    rowMax.value.next = mux(start, level[0]!, max(level[0]!, previous));
    slots.write({ address: rowMax.slot, data: rowMax.value, enable: rowMax.valid });
    io.rowMax.set(rowMax);
  },
);

/** The largest of some values, by pairs of pairs: two comparisons one after the other for four. */
function largest(values: readonly Sint[]): Sint {
  if (values.length === 1) return values[0]!;
  const half = values.length / 2;
  return max(largest(values.slice(0, half)), largest(values.slice(half)));
}
