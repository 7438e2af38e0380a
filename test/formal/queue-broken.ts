import {
  fire,
  indexWidth,
  memory,
  module,
  reg,
  sink,
  source,
  stream,
  uint,
  when,
  type QueueParams,
} from "../../src/hdl/index.ts";

/** What is wrong with a queue: three slips that a hurried author makes. */
export type QueueFault = "takes one too many" | "wraps one too late" | "counts a pass as an entry";

/** The library's queue with a fault. */
export const brokenQueue = (fault: QueueFault) =>
  module(
    "broken_queue",
    ({ width }: QueueParams) => ({ enq: sink(stream(uint(width))), deq: source(stream(uint(width))) }),
    (io, { width, depth }) => {
      const entries = memory({ shape: uint(width), depth });
      const head = reg(uint(indexWidth(depth)));
      const tail = reg(uint(indexWidth(depth)));
      const count = reg(uint(indexWidth(depth + 2)));
      const enters = fire(io.enq);
      const leaves = fire(io.deq);
      io.enq.ready.set(fault === "takes one too many" ? count.le(depth) : count.lt(depth));
      io.deq.valid.set(count.ne(0));
      io.deq.payload.set(entries.read({ address: head, sync: false }));
      entries.write({ address: tail, data: io.enq.payload, enable: enters });
      when(enters, () => {
        when(tail.eq(fault === "wraps one too late" ? depth : depth - 1), () => {
          tail.next = 0;
        }).otherwise(() => {
          tail.next = tail.add(1).wrap(tail.width);
        });
      });
      when(leaves, () => {
        when(head.eq(depth - 1), () => {
          head.next = 0;
        }).otherwise(() => {
          head.next = head.add(1).wrap(head.width);
        });
      });
      when(fault === "counts a pass as an entry" ? enters : enters.and(leaves.not()), () => {
        count.next = count.add(1).wrap(count.width);
      }).elsewhen(leaves.and(enters.not()), () => {
        count.next = count.sub(1).wrap(count.width);
      });
    },
  );
