import {
  bool,
  indexWidth,
  input,
  module,
  mux,
  output,
  reg,
  sink,
  source,
  stream,
  uint,
  uintLit,
  when,
} from "../../hdl/index.ts";
import { fifo, MASK_BITS } from "../common/index.ts";

export interface CommandQueueParams {
  /** Bits of a command as its engine gets it. */
  readonly width: number;
  readonly depth: number;
}

/** Bits of the number of commands in a queue. */
export const queuedBits = (depth: number): number => indexWidth(depth + 1);

/**
 * The command queue of one engine: commands in order; the head is offered to the engine in cycles where it may start.
 *
 * ```
 *   t       command enqueued
 *   t + 1   head: wait → (semaphores) → go → command.valid; taken when the engine is ready
 * ```
 *
 * One command in and one out a cycle.
 */
export const CommandQueue = module(
  ({ depth, width }: CommandQueueParams) => `command_queue_${depth}x${width}`,
  ({ depth, width }: CommandQueueParams) => ({
    enqueue: sink(stream({ wait: uint(MASK_BITS), command: uint(width) })),
    /** The head, whether or not it may start. */
    head: output({ valid: bool, wait: uint(MASK_BITS), command: uint(width) }),
    /** The head may start: its semaphores are there, and nothing has faulted. */
    go: input(bool),
    command: source(stream(uint(width))),
    /** The head starts in this cycle. */
    start: output(bool),
    queued: output(uint(queuedBits(depth))),
    /** Places for commands. */
    room: output(uint(queuedBits(depth))),
  }),
  (io, { depth, width }) => {
    const commands = fifo("commands", { wait: uint(MASK_BITS), command: uint(width) }, depth);
    commands.push(io.enqueue.valid, io.enqueue.payload);
    io.enqueue.ready.set(commands.ready);

    const { wait, command } = commands.head;
    io.head.set({ valid: commands.valid, wait: mux(commands.valid, wait, uintLit(0)), command });
    const offers = commands.valid.and(io.go);
    const start = offers.and(io.command.ready);
    io.command.valid.set(offers);
    io.command.payload.set(command);
    io.start.set(start);
    commands.take(start);

    const queued = reg(uint(queuedBits(depth)));
    const enqueued = io.enqueue.valid.and(commands.ready);
    when(enqueued.ne(start), () => {
      queued.next = mux(enqueued, queued.add(1), queued.sub(1)).wrap(queued.width);
    });
    io.queued.set(queued);
    io.room.set(uintLit(depth).sub(queued).wrap(queued.width));
  },
);
