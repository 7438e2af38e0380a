import {
  bool,
  input,
  module,
  mux,
  output,
  pack,
  reg,
  sink,
  source,
  stream,
  uint,
  uintLit,
  when,
  widthOf,
} from "../../hdl/index.ts";
import type { Params } from "../../config/index.ts";
import { COMMAND_BITS, ENGINES, FAULTS } from "../../isa/index.ts";
import type { EngineName } from "../../isa/index.ts";
import { commandShape, FAULT_BITS, faultShape, INDEX_BITS, MASK_BITS } from "../common/index.ts";
import { decode, isFor, postMask, waitMask } from "./decode.ts";

/** One command on its way to the queue of its engine. */
export const enqueuedShape = (engine: EngineName) => ({
  wait: uint(MASK_BITS),
  command: uint(widthOf(commandShape(engine))),
});

/**
 * Decodes commands and hands each to the queue of its engine, in program order.
 *
 * ```
 *   t       command offered by fetch: decoded, enqueued if there is room
 * ```
 *
 * Latency 0, one command a cycle. A command that no engine executes, or that names a semaphore that does not exist, is a
 * fault.
 */
export const Dispatch = module(
  "dispatch",
  () => ({
    command: sink(stream(uint(COMMAND_BITS))),
    halt: input(bool),
    load: source(stream(enqueuedShape("load"))),
    store: source(stream(enqueuedShape("store"))),
    gemm: source(stream(enqueuedShape("gemm"))),
    norm: source(stream(enqueuedShape("norm"))),
    /** Commands handed to an engine so far. */
    dispatched: output(uint(32)),
    /** A command was handed over in this cycle. */
    moved: output(bool),
    fault: output(faultShape),
  }),
  (io, p: Params) => {
    const dispatched = reg(uint(32));
    const fault = reg(faultShape, { reset: { valid: false, code: 0, index: 0 } });
    const word = io.command.payload;
    const index = dispatched.wrap(INDEX_BITS);

    const known = ENGINES.map((engine) => isFor(engine, word)).reduce((any, one) => any.or(one));
    const named = waitMask(word).or(postMask(word));
    const absent = p.semaphores === MASK_BITS ? undefined : named.bits(MASK_BITS - 1, p.semaphores).reduceOr();
    const sound = absent === undefined ? known : known.and(absent.not());
    const offered = io.command.valid.and(io.halt.not()).and(fault.valid.not());

    const taken = ENGINES.map((engine) => {
      const queue = io[engine];
      const mine = isFor(engine, word);
      const { wait, command } = decode(engine, word, index);
      queue.valid.set(offered.and(sound).and(mine));
      queue.payload.set({ wait, command: pack(command) });
      return mine.and(queue.ready);
    }).reduce((any, one) => any.or(one));

    const moved = offered.and(sound).and(taken);
    io.command.ready.set(taken.and(sound).and(io.halt.not()).and(fault.valid.not()));
    io.moved.set(moved);
    io.dispatched.set(dispatched);
    when(moved, () => {
      dispatched.next = dispatched.add(1).wrap(32);
    });
    when(offered.and(sound.not()), () => {
      fault.next = {
        valid: true,
        code: mux(
          known,
          uintLit(FAULTS.semaphoreOverflow.code, FAULT_BITS),
          uintLit(FAULTS.unknownCommand.code, FAULT_BITS),
        ),
        index,
      };
    });
    io.fault.set(fault);
  },
);
