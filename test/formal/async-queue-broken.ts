import {
  clock,
  clocked,
  fire,
  indexWidth,
  inDomain,
  memory,
  module,
  reg,
  sink,
  source,
  stream,
  synchroniseGray,
  uint,
  wire,
  type AsyncQueueParams,
} from "../../src/hdl/index.ts";

/** What is wrong with an asynchronous queue. */
export type AsyncQueueFault = "lets its places cross as binary numbers" | "takes one too many";

/** The library's asynchronous queue with places as binary numbers, and with a fault. */
export const brokenAsyncQueue = (fault: AsyncQueueFault) =>
  module(
    "broken_async_queue",
    ({ width }: AsyncQueueParams) => ({
      enq: clocked("write", sink(stream(uint(width)))),
      deq: clocked("read", source(stream(uint(width)))),
    }),
    (io, { width, depth, stages }) => {
      const bits = indexWidth(depth);
      const place = uint(bits + 1);
      const entries = memory({ shape: uint(width), depth });
      const headCode = wire(place);
      const tailCode = wire(place);

      inDomain(clock("write"), () => {
        const tail = reg(place);
        const headSeen = synchroniseGray(headCode, { stages });
        const inside = tail.sub(headSeen).wrap(bits + 1);
        io.enq.ready.set(fault === "takes one too many" ? inside.le(depth) : inside.lt(depth));
        entries.write({ address: tail.bits(bits - 1, 0), data: io.enq.payload, enable: fire(io.enq) });
        tail.next = tail.add(fire(io.enq)).wrap(bits + 1);
        tailCode.set(tail);
      });

      inDomain(clock("read"), () => {
        const head = reg(place);
        const tailSeen = synchroniseGray(tailCode, { stages });
        io.deq.valid.set(head.ne(tailSeen));
        io.deq.payload.set(entries.read({ address: head.bits(bits - 1, 0), sync: false }));
        head.next = head.add(fire(io.deq)).wrap(bits + 1);
        headCode.set(head);
      });
    },
  );
