import { when } from "../../control.ts";
import { reg } from "../../declare.ts";
import { memory } from "../../memory.ts";
import { module } from "../../module.ts";
import { sink, source } from "../../ports.ts";
import { indexWidth, stream, uint } from "../../shapes.ts";
import { fire } from "../stream.ts";

/** What a {@link Queue} is. */
export interface QueueParams {
  /** Bits of an entry. */
  readonly width: number;
  /** Entries, at least 1. */
  readonly depth: number;
}

/**
 * First in, first out. What enters in cycle t can leave in t + 1; one in and one out every cycle with 2 entries or more.
 * No path leads through it in one cycle: `enq.ready` follows the registers only, and so do `deq.valid` and the payload.
 */
export const Queue = module(
  ({ width, depth }: QueueParams) => `queue_${depth}x${width}`,
  ({ width }: QueueParams) => ({ enq: sink(stream(uint(width))), deq: source(stream(uint(width))) }),
  (io, { width, depth }) => {
    const entries = memory({ shape: uint(width), depth });
    const head = reg(uint(indexWidth(depth)));
    const tail = reg(uint(indexWidth(depth)));
    const count = reg(uint(indexWidth(depth + 1)));
    const enters = fire(io.enq);
    const leaves = fire(io.deq);
    io.enq.ready.set(count.lt(depth));
    io.deq.valid.set(count.ne(0));
    io.deq.payload.set(entries.read({ address: head, sync: false }));
    entries.write({ address: tail, data: io.enq.payload, enable: enters });
    const last = depth - 1;
    when(enters, () => {
      when(tail.eq(last), () => {
        tail.next = 0;
      }).otherwise(() => {
        tail.next = tail.add(1).wrap(tail.width);
      });
    });
    when(leaves, () => {
      when(head.eq(last), () => {
        head.next = 0;
      }).otherwise(() => {
        head.next = head.add(1).wrap(head.width);
      });
    });
    when(enters.and(leaves.not()), () => {
      count.next = count.add(1).wrap(count.width);
    }).elsewhen(leaves.and(enters.not()), () => {
      count.next = count.sub(1).wrap(count.width);
    });
  },
);
