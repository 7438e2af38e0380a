import {
  assert,
  type AsyncQueue,
  bool,
  clock,
  clocked,
  cover,
  fire,
  grayDecode,
  grayEncode,
  indexWidth,
  inDomain,
  input,
  instance,
  module,
  mux,
  output,
  reg,
  times,
  uint,
  uintLit,
  type AsyncQueueParams,
  type Uint,
} from "../../src/hdl/index.ts";
import type { Invariants } from "../../src/formal/index.ts";

/**
 * An asynchronous queue to which the writer gives numbers in turn, and of which the reader expects them in turn. What is in a
 * payload means nothing to a queue: when numbers come out as they went in, so does everything.
 */
export const asyncQueueHarness = (Part: typeof AsyncQueue) =>
  module(
    "async_queue_harness",
    () => ({
      offer: clocked("write", input(bool)),
      entered: clocked("write", output(bool)),
      take: clocked("read", input(bool)),
      left: clocked("read", output(bool)),
    }),
    (io, params: AsyncQueueParams) => {
      const { width, depth } = params;
      const queue = instance(Part, params, {
        name: "queue",
        clocks: { write: clock("write"), read: clock("read") },
      });
      inDomain(clock("write"), () => {
        const sent = reg(uint(width));
        queue.enq.valid.set(io.offer);
        queue.enq.payload.set(sent);
        sent.next = sent.add(fire(queue.enq)).wrap(width);
        io.entered.set(fire(queue.enq));
        cover(queue.enq.ready.not(), "the writer waits");
      });
      inDomain(clock("read"), () => {
        const received = reg(uint(width));
        queue.deq.ready.set(io.take);
        received.next = received.add(fire(queue.deq)).wrap(width);
        io.left.set(fire(queue.deq));
        const offered = reg(bool);
        offered.next = queue.deq.valid.and(io.take.not());
        assert(queue.deq.valid.not().or(queue.deq.payload.eq(received)), "payloads come out in the order they went in");
        assert(offered.not().or(queue.deq.valid), "an offer stays until it is taken");
        cover(received.eq(depth + 1), "more than the depth has passed");
      });
    },
  );

/** What ties the places, their codes, what each side has seen of them, and the entries of {@link AsyncQueue} to the harness. */
export const asyncQueueInvariants =
  ({ width, depth }: AsyncQueueParams): Invariants =>
  (state) => {
    const bits = indexWidth(depth) + 1;
    const read = (name: string): Uint => state.uint(`queue.${name}`);
    const number = (name: string): Uint => grayDecode(read(name));
    const ahead = (of: Uint, than: Uint): Uint => of.sub(than).asUint().wrap(bits);
    const [head, tail] = [read("head"), read("tail")];
    const [sent, received] = [state.uint("sent"), state.uint("received")];
    const inside = ahead(tail, head);
    const headWay = [head, number("headSeen_stage_0"), number("headSeen")];
    const tailWay = [tail, number("tailSeen_stage_0"), number("tailSeen"), head];
    const steps = (way: readonly Uint[]): Uint =>
      way
        .slice(1)
        .map((place, i) => ahead(way[i]!, place))
        .reduce((a, b) => a.add(b));
    const fresh = (name: string, place: Uint): ReturnType<Uint["eq"]> =>
      state
        .bool(`queue.${name}_fresh`)
        .not()
        .or(ahead(place, number(name)).le(1));
    return {
      "never more inside than the depth": inside.le(depth),
      "as much has been sent and not received": sent.sub(received).asUint().wrap(width).eq(inside),
      "what has been sent ends at the tail": sent.wrap(bits).eq(tail),
      "the codes are those of the places": read("headCode")
        .eq(grayEncode(head))
        .and(read("tailCode").eq(grayEncode(tail))),
      "the writer sees the head late, and never by more than there is room": inside.add(steps(headWay)).le(depth),
      "the reader sees the tail late, and never before the head": steps(tailWay).eq(inside),
      "what is offered has been seen": state
        .bool("offered")
        .not()
        .or(read("headCode").ne(read("tailSeen"))),
      "in a step a place moves on by one at most": fresh("headSeen_stage_0", head).and(fresh("tailSeen_stage_0", tail)),
      ...Object.fromEntries(
        times(depth, (i) => {
          const index = uintLit(i, bits - 1);
          const place = ahead(mux(index.lt(head.wrap(bits - 1)), index.add(depth), index), head.wrap(bits - 1)).wrap(
            bits - 1,
          );
          const stands = state.word("queue.entries", index).eq(received.add(place).wrap(width));
          return [`entry ${i} holds its number`, inside.le(place).or(stands)];
        }),
      ),
    };
  };
