import { clock, inDomain } from "../../domains.ts";
import { reg, wire } from "../../declare.ts";
import { memory } from "../../memory.ts";
import { module } from "../../module.ts";
import { clocked, sink, source } from "../../ports.ts";
import { indexWidth, stream, uint } from "../../shapes.ts";
import { fire } from "../stream.ts";
import { grayEncode } from "../gray.ts";
import { synchroniseGray } from "../synchronise.ts";

/** What an {@link AsyncQueue} is. */
export interface AsyncQueueParams {
  /** Bits of an entry. */
  readonly width: number;
  /** Entries: a power of two, 2 or more. */
  readonly depth: number;
  /** Registers of each synchroniser, 2 or more. */
  readonly stages: number;
}

/**
 * First in, first out, from the clock domain `write` to the domain `read`, whose clocks need not know of each other. The places
 * of writer and reader cross as Gray codes, one bit of which changes at a time, so that each side sees a place the other one had:
 * it may see the queue fuller or emptier than it is, never the other way round.
 *
 * ```
 *   write edge 0           an entry enters; its place is written, in Gray code
 *   read edges 1 … stages  the place passes the synchroniser
 *   then                   valid; the entry can leave at the next read edge
 * ```
 *
 * One in and one out a cycle of the slower clock with 2 · stages + 4 entries or more. Reset both domains together, each for
 * stages + 1 cycles of its own at least. Source: C. E. Cummings, "Simulation and Synthesis Techniques for Asynchronous FIFO
 * Design", SNUG 2002.
 */
export const AsyncQueue = module(
  ({ width, depth }: AsyncQueueParams) => `async_queue_${depth}x${width}`,
  ({ width }: AsyncQueueParams) => ({
    enq: clocked("write", sink(stream(uint(width)))),
    deq: clocked("read", source(stream(uint(width)))),
  }),
  (io, { width, depth, stages }) => {
    const bits = indexWidth(depth);
    // One bit more than an address tells full from empty.
    const place = uint(bits + 1);
    const entries = memory({ shape: uint(width), depth });
    const headGray = wire(place);
    const tailGray = wire(place);

    inDomain(clock("write"), () => {
      const tail = reg(place);
      const tailCode = reg(place);
      const headSeen = synchroniseGray(headGray, { stages });
      // One round ahead: the codes of the two places differ in their two highest bits.
      const full = tailCode.xor(headSeen).eq(3 * 2 ** (bits - 1));
      const enters = fire(io.enq);
      const next = tail.add(enters).wrap(tail.width);
      io.enq.ready.set(full.not());
      entries.write({ address: tail.bits(bits - 1, 0), data: io.enq.payload, enable: enters });
      tail.next = next;
      tailCode.next = grayEncode(next);
      tailGray.set(tailCode);
    });

    inDomain(clock("read"), () => {
      const head = reg(place);
      const headCode = reg(place);
      const tailSeen = synchroniseGray(tailGray, { stages });
      const leaves = fire(io.deq);
      const next = head.add(leaves).wrap(head.width);
      io.deq.valid.set(headCode.ne(tailSeen));
      io.deq.payload.set(entries.read({ address: head.bits(bits - 1, 0), sync: false }));
      head.next = next;
      headCode.next = grayEncode(next);
      headGray.set(headCode);
    });
  },
);
