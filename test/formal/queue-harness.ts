import {
  assert,
  bool,
  cover,
  fire,
  indexWidth,
  input,
  instance,
  module,
  mux,
  type Queue,
  reg,
  sink,
  source,
  stream,
  uint,
  when,
  type Uint,
  type QueueParams,
} from "../../src/hdl/index.ts";
import type { Invariants } from "../../src/formal/index.ts";

/** A queue under proof. */
export type AnyQueue = typeof Queue;

/**
 * A queue among its properties. `mark` picks one entering payload, any; it is followed through the queue by the number of
 * payloads ahead of it, and must come out with its value, in its turn.
 */
export const queueHarness = (Part: AnyQueue) =>
  module(
    "queue_harness",
    ({ width }: QueueParams) => ({
      enq: sink(stream(uint(width))),
      deq: source(stream(uint(width))),
      mark: input(bool),
    }),
    (io, { width, depth }) => {
      const queue = instance(Part, { width, depth }, { name: "queue" });
      queue.enq.valid.set(io.enq.valid);
      queue.enq.payload.set(io.enq.payload);
      io.enq.ready.set(queue.enq.ready);
      io.deq.valid.set(queue.deq.valid);
      io.deq.payload.set(queue.deq.payload);
      queue.deq.ready.set(io.deq.ready);

      const counts = uint(indexWidth(depth + 2));
      const stored = reg(counts);
      const marked = reg(bool);
      const ahead = reg(counts);
      const value = reg(uint(width), { reset: false });
      const enters = fire(queue.enq);
      const leaves = fire(queue.deq);
      stored.next = stored.add(enters).sub(leaves).wrap(counts.width);
      when(marked.not().and(io.mark).and(enters), () => {
        marked.next = true;
        ahead.next = stored.sub(leaves).wrap(counts.width);
        value.next = io.enq.payload;
      });
      when(marked.and(leaves), () => {
        when(ahead.eq(0), () => {
          marked.next = false;
        }).otherwise(() => {
          ahead.next = ahead.sub(1).wrap(counts.width);
        });
      });

      assert(stored.le(depth), "never more inside than the depth");
      assert(queue.enq.ready.eq(stored.lt(depth)), "takes a payload as long as there is room");
      assert(queue.deq.valid.eq(stored.ne(0)), "offers a payload whenever one is inside");
      when(marked, () => {
        assert(ahead.lt(stored), "the marked payload is not lost");
        when(ahead.eq(0), () => {
          assert(queue.deq.payload.eq(value), "the marked payload comes out in its turn");
        });
      });
      cover(stored.eq(depth), "the queue is full");
    },
  );

/** What ties the registers of {@link Queue} to the harness. */
export const queueInvariants =
  ({ depth }: QueueParams): Invariants =>
  (state) => {
    const [head, tail, count] = [state.uint("queue.head"), state.uint("queue.tail"), state.uint("queue.count")];
    const [stored, ahead] = [state.uint("stored"), state.uint("ahead")];
    const place = head.add(ahead);
    const turned = place.sub(depth).wrap(head.width);
    const stands = (address: Uint) => state.word("queue.entries", address).eq(state.uint("value"));
    const end = head.add(count);
    return {
      "the count is what is inside": count.eq(stored),
      "head lies in the queue": head.lt(depth),
      "tail lies in the queue": tail.lt(depth),
      "tail is count entries behind head": tail.eq(end).or(tail.add(depth).eq(end)),
      "the marked payload stands in its place": state
        .bool("marked")
        .not()
        .or(mux(place.ge(depth), stands(turned), stands(place.wrap(head.width)))),
    };
  };
