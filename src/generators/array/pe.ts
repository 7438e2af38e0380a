import { bool, input, module, mux, output, reg, sint, when } from "../../hdl/index.ts";

export interface PeParams {
  /** Bits of a weight; an activation has one more, so that u8 and s8 both fit. */
  readonly operandBits: number;
  /** Bits of a partial sum. */
  readonly sumBits: number;
}

/** What travels east, one column a cycle. */
export const eastward = (p: PeParams) => ({
  activation: sint(p.operandBits + 1),
  /** First activation row of a tile: from this row on, the shadow weight is the one in use. */
  swap: bool,
  /** The shadow weights of this column move one row south in this cycle. */
  shiftSouth: bool,
});

/** What travels south, one row a cycle. */
export const southward = (p: PeParams) => ({
  sum: sint(p.sumBits),
  /** The shadow weights of this row move one column east in this cycle. */
  shiftEast: bool,
});

/**
 * Processing element of the weight-stationary array: one multiply-accumulate a cycle and two weights, the one in use
 * and the shadow, which the next tile's weights shift through.
 *
 * ```
 *   cycle t                                                        cycle t + 1
 *   west.activation ──────────────► x ◄── swap ? shadow : active   east.activation
 *   north.sum ────────────────────► + ───────────────────────────► south.sum
 *   shadow ───────────────────────► (swap: also into active)
 *   northWeight or westWeight ───────────────────────────────────► shadow (when it shifts)
 * ```
 *
 * Latency 1, throughput 1. In the cycle of the swap the old shadow is multiplied and made active while the shadow may
 * already take a weight of the tile after, so that loads follow the wavefront without a gap.
 */
export const Pe = module(
  "pe",
  (p: PeParams) => ({
    west: input(eastward(p)),
    east: output(eastward(p)),
    north: input(southward(p)),
    south: output(southward(p)),
    northWeight: input(sint(p.operandBits)),
    westWeight: input(sint(p.operandBits)),
    shadowWeight: output(sint(p.operandBits)),
  }),
  (io, p) => {
    const east = reg(eastward(p), { reset: false });
    const south = reg(southward(p), { reset: false });
    const shadow = reg(sint(p.operandBits), { reset: false });
    const active = reg(sint(p.operandBits), { reset: false });

    // Always written: the multiplexer is needed for the product anyway, an enable would cost more than it saves.
    const weight = mux(io.west.swap, shadow, active);
    active.next = weight;
    when(io.west.shiftSouth, () => {
      shadow.next = io.northWeight;
    }).elsewhen(io.north.shiftEast, () => {
      shadow.next = io.westWeight;
    });

    east.next = io.west;
    south.sum.next = io.north.sum.add(io.west.activation.mul(weight)).wrap(p.sumBits);
    south.shiftEast.next = io.north.shiftEast;

    io.east.set(east);
    io.south.set(south);
    io.shadowWeight.set(shadow);
  },
);
