import { when } from "../../control.ts";
import { reg } from "../../declare.ts";
import { module } from "../../module.ts";
import { sink, source } from "../../ports.ts";
import { bool, stream, uint } from "../../shapes.ts";
import { cat, mux, uintLit } from "../../values.ts";
import { counter } from "../counter.ts";
import { fire } from "../stream.ts";

/** What an {@link Upsizer} or {@link Downsizer} is. */
export interface ResizerParams {
  /** Bits of the narrow side. */
  readonly width: number;
  /** Narrow items in a wide one, 2 or more. */
  readonly ratio: number;
}

/**
 * Narrow to wide: gathers `ratio` items into one, the first in the low bits. Takes one in every cycle; the wide item can leave
 * in the cycle after its last part. `enq.ready` follows `deq.ready` within the cycle. Registers: the wide item.
 */
export const Upsizer = module(
  ({ width, ratio }: ResizerParams) => `upsizer_${ratio}x${width}`,
  ({ width, ratio }: ResizerParams) => ({ enq: sink(stream(uint(width))), deq: source(stream(uint(width * ratio))) }),
  (io, { width, ratio }) => {
    const gathered = reg(uint(width * ratio), { reset: false });
    const full = reg(bool);
    const enters = fire(io.enq);
    const place = counter(ratio, { enable: enters });
    io.enq.ready.set(full.not().or(io.deq.ready));
    io.deq.valid.set(full);
    io.deq.payload.set(gathered);
    when(enters, () => {
      gathered.next = cat(io.enq.payload, gathered.bits(width * ratio - 1, width));
    });
    when(place.wraps, () => {
      full.next = true;
    }).elsewhen(io.deq.ready, () => {
      full.next = false;
    });
  },
);

/**
 * Wide to narrow: hands an item out in `ratio` parts, the low bits first. One part in every cycle; the first can leave in the
 * cycle after the item came. `enq.ready` follows `deq.ready` within the cycle. Registers: the wide item.
 */
export const Downsizer = module(
  ({ width, ratio }: ResizerParams) => `downsizer_${ratio}x${width}`,
  ({ width, ratio }: ResizerParams) => ({ enq: sink(stream(uint(width * ratio))), deq: source(stream(uint(width))) }),
  (io, { width, ratio }) => {
    const rest = reg(uint(width * ratio), { reset: false });
    const full = reg(bool);
    const leaves = fire(io.deq);
    const place = counter(ratio, { enable: leaves });
    io.enq.ready.set(full.not().or(place.wraps));
    io.deq.valid.set(full);
    io.deq.payload.set(rest.bits(width - 1, 0));
    when(leaves, () => {
      rest.next = rest.bits(width * ratio - 1, width);
    });
    when(place.wraps, () => {
      full.next = false;
    });
    when(fire(io.enq), () => {
      full.next = true;
      rest.next = io.enq.payload;
    });
  },
);

/** What a {@link Gearbox} is: bits of an item on either side. */
export interface GearboxParams {
  readonly from: number;
  readonly to: number;
}

/**
 * Any width to any other: the items' bits one after the other, low bits first, cut anew. The faster side is limited by the
 * slower one only; what is enough for an item leaves one cycle after it came. No path leads through it in one cycle. Registers:
 * both widths and the larger one again; a barrel shifter.
 */
export const Gearbox = module(
  ({ from, to }: GearboxParams) => `gearbox_${from}to${to}`,
  ({ from, to }: GearboxParams) => ({ enq: sink(stream(uint(from))), deq: source(stream(uint(to))) }),
  (io, { from, to }) => {
    const unit = gcd(from, to);
    const [parts, wanted] = [from / unit, to / unit];
    const room = parts + wanted + Math.max(parts, wanted) - 1;
    const kept = reg(uint(room * unit));
    const level = reg(uint(Math.ceil(Math.log2(room + 1))));
    const enters = fire(io.enq);
    const leaves = fire(io.deq);
    io.enq.ready.set(level.le(room - parts));
    io.deq.valid.set(level.ge(wanted));
    io.deq.payload.set(kept.bits(to - 1, 0));
    const remaining = mux(leaves, level.sub(wanted).wrap(level.width), level);
    const rest = mux(leaves, kept.bits(room * unit - 1, to), kept);
    // Bits beyond the level are 0, so that what enters can be joined by or.
    const places = Array.from({ length: room - parts + 1 }, (_, place) => place);
    const entering = places.reduce(
      (bits, place) => mux(remaining.eq(place), io.enq.payload.shl(place * unit), bits),
      uintLit(0, room * unit),
    );
    kept.next = mux(enters, rest.or(entering), rest).wrap(room * unit);
    level.next = mux(enters, remaining.add(parts).wrap(level.width), remaining);
  },
);

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
