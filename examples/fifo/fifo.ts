/** A first-in first-out buffer around a block RAM, whose reads take a cycle. */
import {
  assert,
  cover,
  fire,
  indexWidth,
  memory,
  module,
  mux,
  output,
  pipe,
  reg,
  sink,
  source,
  stream,
  uint,
  bool,
  type Uint,
} from "systole/hdl";

/** What a {@link Fifo} is. */
export interface FifoParams {
  /** Bits of an entry; records go through it with `pack` and `unpack`. */
  readonly width: number;
  /** Entries, 2 or more; any number, not only powers of two. */
  readonly depth: number;
  /** `almostFull` is high while this many entries or fewer are free. */
  readonly reserve: number;
}

/**
 * First in, first out, one payload in and one out every cycle. What enters in cycle t can leave in t + 2: the RAM takes it
 * at the end of t and reads it at the end of t + 1. `level` counts all entries, those not yet readable among them.
 */
export const Fifo = module(
  "fifo",
  ({ width, depth }: FifoParams) => ({
    enq: sink(stream(uint(width))),
    deq: source(stream(uint(width))),
    level: output(uint(indexWidth(depth + 1))),
    almostFull: output(bool),
  }),
  (io, { width, depth, reserve }) => {
    const ram = memory({ shape: uint(width), depth });
    const count = uint(indexWidth(depth + 1));
    const level = reg(count);
    const readable = reg(count);
    const head = reg(uint(ram.addressWidth));
    const tail = reg(uint(ram.addressWidth));
    const after = (at: Uint): Uint => mux(at.eq(depth - 1), 0, at.add(1).wrap(ram.addressWidth));

    const enters = fire(io.enq);
    const leaves = fire(io.deq);
    const headNext = mux(leaves, after(head), head);
    head.next = headNext;
    tail.next = mux(enters, after(tail), tail);
    ram.write({ address: tail, data: io.enq.payload, enable: enters });
    // Reads one entry ahead: at the end of a cycle in which `head` leaves, the RAM already gives the entry after it.
    const front = ram.read({ address: headNext });

    // An entry becomes readable a cycle after it was written, so a read never meets the write of its own word.
    const written = pipe(enters, 1, { reset: true });
    level.next = level.add(enters).sub(leaves).wrap(count.width);
    readable.next = readable.add(written).sub(leaves).wrap(count.width);

    io.enq.ready.set(level.ne(depth));
    io.deq.valid.set(readable.ne(0));
    io.deq.payload.set(front);
    io.level.set(level);
    io.almostFull.set(level.ge(depth - reserve));

    assert(level.le(depth), "the level stays within the depth");
    assert(readable.le(level), "what is readable has been written");
    cover(level.eq(depth), "the buffer is full");
  },
);
