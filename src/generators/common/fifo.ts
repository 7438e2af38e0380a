import {
  indexWidth,
  instance,
  lit,
  memory,
  module,
  pack,
  reg,
  sink,
  source,
  stream,
  uint,
  unpack,
  when,
  widthOf,
} from "../../hdl/index.ts";
import type { Bool, BoolLike, Like, Shape, Value } from "../../hdl/index.ts";

export interface FifoParams {
  readonly width: number;
  /** Entries: a power of two, at least 2. */
  readonly depth: number;
}

/**
 * First in, first out, in order and without a gap: a word offered in cycle t can be taken in t + 1; one in and one out a
 * cycle, also when full or empty is near. `ready` does not depend on `deq.ready`, `valid` not on `enq.valid`.
 */
export const Fifo = module(
  (p: FifoParams) => `fifo_${p.depth}x${p.width}`,
  (p: FifoParams) => ({
    enq: sink(stream(uint(p.width))),
    deq: source(stream(uint(p.width))),
  }),
  (io, { width, depth }) => {
    const bits = indexWidth(depth);
    // One bit more than an address tells full from empty.
    const head = reg(uint(bits + 1));
    const tail = reg(uint(bits + 1));
    const words = memory({ shape: uint(width), depth });

    const full = head.xor(tail).eq(depth);
    const push = io.enq.valid.and(full.not());
    words.write({ address: tail.bits(bits - 1, 0), data: io.enq.payload, enable: push });
    when(push, () => {
      tail.next = tail.add(1).wrap(bits + 1);
    });
    io.enq.ready.set(full.not());

    const valid = head.ne(tail);
    io.deq.valid.set(valid);
    io.deq.payload.set(words.read({ address: head.bits(bits - 1, 0), sync: false }));
    when(valid.and(io.deq.ready), () => {
      head.next = head.add(1).wrap(bits + 1);
    });
  },
);

/** A FIFO of records in the open body: offer with `push`, say when to `take`. */
export interface RecordFifo<S extends Shape> {
  /** There is room. */
  readonly ready: Bool;
  /** Offers a value; it is taken in if there is room. Call once. */
  push(valid: BoolLike, value: Like<S>): void;
  /** There is a head. */
  readonly valid: Bool;
  readonly head: Value<S>;
  /** Removes the head, if there is one, in cycles where `when` holds. Call once. */
  take(when: BoolLike): void;
}

/** Places a {@link Fifo} for values of a shape. */
export function fifo<S extends Shape>(name: string, shape: S, depth: number): RecordFifo<S> {
  const { enq, deq } = instance(Fifo, { width: widthOf(shape), depth }, { name });
  return {
    ready: enq.ready,
    push: (valid, value) => {
      enq.valid.set(valid);
      enq.payload.set(pack(lit(shape, value)));
    },
    valid: deq.valid,
    head: unpack(shape, deq.payload),
    take: (when) => {
      deq.ready.set(when);
    },
  };
}
