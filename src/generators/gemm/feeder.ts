import { bool, module, mux, output, reg, sink, stream, times, when } from "../../hdl/index.ts";
import type { Bool, Sint, Uint } from "../../hdl/index.ts";
import type { Params } from "../../config/index.ts";
import { activationRow, weightRow } from "../array/index.ts";
import type { MeshParams } from "../array/index.ts";
import { operandRow } from "./requests.ts";

/** The array of an accelerator. */
export const meshParams = (p: Params): MeshParams => ({
  rows: p.rows,
  cols: p.cols,
  operandBits: p.operandBits,
  sumBits: p.partialSumBits,
});

/**
 * Feeder: lets activation rows and weight rows into the array as soon as its rules allow, in order.
 *
 * - The weights of a tile enter when the tile before has swapped its own in, from that very cycle on.
 * - The first activation row of a tile enters when all its weights have.
 *
 * Latency 0, throughput one row of each a cycle. So a tile takes max(M, rows) cycles, cols instead of rows when its
 * weights are transposed. Element k of a K step belongs to array row rows - 1 - k: weight rows then enter in
 * ascending order.
 */
export const Feeder = module(
  "feeder",
  (p: Params) => ({
    activations: sink(stream(operandRow(p.rows))),
    weights: sink(stream(operandRow(p.wordBytes))),
    activationRow: output(activationRow(meshParams(p))),
    weightRow: output(weightRow(meshParams(p))),
    /** An activation row enters in this cycle. */
    entered: output(bool),
    /** No activation row can enter before the weights of its tile are complete. */
    awaitsWeights: output(bool),
  }),
  (io, p) => {
    const { payload: a } = io.activations;
    const { payload: w } = io.weights;
    /** The shadow weights are complete and wait for their tile's first activation row. */
    const loaded = reg(bool);

    const enter = io.activations.valid.and(a.first.not().or(loaded));
    const swap = enter.and(a.first);
    const shift = io.weights.valid.and(loaded.not().or(swap));
    when(shift.and(w.last), () => {
      loaded.next = true;
    }).elsewhen(swap, () => {
      loaded.next = false;
    });

    /** Some rows of a tile have entered, and more are to come. */
    const underWay = reg(bool);
    when(enter, () => {
      underWay.next = a.last.not();
    });
    io.awaitsWeights.set(underWay.not().and(loaded.not()));

    io.activations.ready.set(a.first.not().or(loaded));
    io.weights.ready.set(loaded.not().or(swap));
    io.entered.set(enter);
    io.activationRow.set({
      elements: times(p.rows, (r) => activation(byteOf(a.word, p.rows - 1 - r), a.mode)),
      swap,
    });
    io.weightRow.set({
      north: times(p.cols, (c) => byteOf(w.word, c).asSint()),
      west: times(p.rows, (r) => byteOf(w.word, p.rows - 1 - r).asSint()),
      shiftSouth: shift.and(w.mode.not()),
      shiftEast: shift.and(w.mode),
      first: w.first,
    });
  },
);

const byteOf = (word: Uint, index: number): Uint => word.bits(8 * index + 7, 8 * index);

/** A byte as a signed number of nine bits, u8 or s8. */
const activation = (byte: Uint, unsigned: Bool): Sint => mux(unsigned, byte.toSint(), byte.asSint());
