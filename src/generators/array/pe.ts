import { bool, input, module, mux, output, pack, reg, sint, uint, unpack, when, widthOf } from "../../hdl/index.ts";
import type { UintShape } from "../../hdl/index.ts";

export interface PeParams {
  /** Bits of a weight; an activation has one more, so that u8 and s8 both fit. */
  readonly operandBits: number;
  /** Bits of a partial sum. */
  readonly sumBits: number;
}

/** What travels east, one column a cycle. */
export const eastward = (p: PeParams) => ({
  activation: sint(p.operandBits + 1),
  /** The shadow weight becomes the active one: the next activation is the first of a new tile. */
  swap: bool,
  /** The shadow weights of this column move one row south. */
  shiftSouth: bool,
});

/** What travels south, one row a cycle. */
export const southward = (p: PeParams) => ({
  sum: sint(p.sumBits),
  /** The shadow weights of this row move one column east. */
  shiftEast: bool,
});

/** The links between neighbours are packed into one net each: simulators copy them twice as fast as a net per field. */
export const eastwardLink = (p: PeParams): UintShape => uint(widthOf(eastward(p)));
export const southwardLink = (p: PeParams): UintShape => uint(widthOf(southward(p)));

/**
 * Processing element of the weight-stationary array: one multiply-accumulate a cycle and two weights, the active one
 * and the shadow, through which the next tile's weights shift.
 *
 * ```
 *   cycle t                                                   cycle t + 1
 *   west.activation ─────► x ◄── active                       east.activation
 *   north.sum ───────────► + ───────────────────────────────► south.sum
 *   west.swap ───────────► shadow ──────────────────────────► active
 *   west.shiftSouth ─────► northWeight ─────────────────────► shadow
 *   north.shiftEast ─────► westWeight ──────────────────────► shadow
 * ```
 *
 * Latency 1, throughput 1. The swap runs one cycle ahead of the activation it is meant for. In its cycle the old shadow
 * becomes active while the shadow may already take a weight of the tile after: loads follow the wavefront without a gap.
 */
export const Pe = module(
  "pe",
  (p: PeParams) => ({
    west: input(eastwardLink(p)),
    east: output(eastwardLink(p)),
    north: input(southwardLink(p)),
    south: output(southwardLink(p)),
    northWeight: input(sint(p.operandBits)),
    westWeight: input(sint(p.operandBits)),
    shadowWeight: output(sint(p.operandBits)),
  }),
  (io, p) => {
    const { activation, swap, shiftSouth } = unpack(eastward(p), io.west);
    const { sum, shiftEast } = unpack(southward(p), io.north);
    const east = reg(eastwardLink(p), { reset: false });
    const south = reg(southwardLink(p), { reset: false });
    const shadow = reg(sint(p.operandBits), { reset: false });
    const active = reg(sint(p.operandBits), { reset: false });

    east.next = io.west;
    south.next = pack({ sum: sum.add(activation.mul(active)).wrap(p.sumBits), shiftEast });
    active.next = mux(swap, shadow, active);
    when(shiftSouth, () => {
      shadow.next = io.northWeight;
    }).elsewhen(shiftEast, () => {
      shadow.next = io.westWeight;
    });

    io.east.set(east);
    io.south.set(south);
    io.shadowWeight.set(shadow);
  },
);
