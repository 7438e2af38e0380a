import { bool, counter, input, module, mux, output, pipe, reg, uint, uintLit, when } from "../../hdl/index.ts";
import type { Bool, BoolShape, Uint, UintShape } from "../../hdl/index.ts";
import { ENGINE_STATES, TRACE_SIGNALS } from "../../isa/index.ts";
import { INDEX_BITS, MASK_BITS, retireShape } from "../common/index.ts";

/** Bits of a cycle or beat counter: three days at 1 GHz. */
export const COUNTER_BITS = 48;

/** What the trace port of an engine carries: the signals of `src/isa/trace.ts`. */
export const traceShape = Object.fromEntries(
  TRACE_SIGNALS.map(({ name, bits }) => [name, bits === 1 ? bool : uint(bits)]),
) as { readonly [S in (typeof TRACE_SIGNALS)[number] as S["name"]]: S["bits"] extends 1 ? BoolShape : UintShape };

/** What the registers of an engine show; the counters in cycles. */
export const engineStatusShape = {
  state: uint(2),
  /** Index of the command started last, or of the head of the queue when none is in execution. */
  command: uint(INDEX_BITS),
  busy: uint(COUNTER_BITS),
  semaphoreWait: uint(COUNTER_BITS),
  memoryWait: uint(COUNTER_BITS),
  retired: uint(32),
} as const;

/** Counts the cycles where `condition` holds, from a program's start. */
export function eventCounter(name: string, bits: number, condition: Bool): Uint {
  return counter(2 ** bits, { name, enable: condition }).value;
}

/**
 * Watches one engine: its registers, its cycle counters (two cycles behind), and its trace port, which is wires only: who
 * samples it counts by himself.
 */
export const Monitor = module(
  "monitor",
  () => ({
    head: input({ valid: bool, index: uint(INDEX_BITS), missing: uint(MASK_BITS) }),
    enqueue: input(bool),
    start: input(bool),
    retire: input(retireShape),
    busy: input(bool),
    memoryWait: input(bool),
    /** Its memory port, or the array, moves something; for the trace. */
    active: input(bool),
    /** The command started last. */
    current: output(uint(INDEX_BITS)),
    status: output(engineStatusShape),
    trace: output(traceShape),
  }),
  (io) => {
    const waits = io.head.valid.and(io.head.missing.reduceOr()).and(io.busy.not());
    const held = io.busy.and(io.memoryWait);
    const works = io.busy.and(io.memoryWait.not());
    // They come late in their cycle; what is left of it is no time to count in.
    const late = (event: Bool): Bool => pipe(event, 1, { reset: true });
    const busyCycles = eventCounter("busy_cycles", COUNTER_BITS, late(works));
    const semaphoreWaitCycles = eventCounter("semaphore_wait_cycles", COUNTER_BITS, late(waits));
    const memoryWaitCycles = eventCounter("memory_wait_cycles", COUNTER_BITS, late(held));
    const retired = eventCounter("retired", 32, io.retire.valid);

    const current = reg(uint(INDEX_BITS));
    when(io.start, () => {
      current.next = io.head.index;
    });
    io.current.set(current);

    io.status.set({
      state: mux(
        held,
        uintLit(ENGINE_STATES.waitingMemory, 2),
        mux(
          works,
          uintLit(ENGINE_STATES.busy, 2),
          mux(waits, uintLit(ENGINE_STATES.waitingSemaphore, 2), uintLit(ENGINE_STATES.idle, 2)),
        ),
      ),
      command: mux(io.busy, current, io.head.index),
      busy: busyCycles,
      semaphoreWait: semaphoreWaitCycles,
      memoryWait: memoryWaitCycles,
      retired,
    });
    io.trace.set({
      enqueue: io.enqueue,
      start: io.start,
      start_index: io.head.index,
      retire: io.retire.valid,
      retire_index: io.retire.index,
      busy: io.busy,
      memory_wait: held,
      head: io.head.valid,
      missing: io.head.missing,
      active: io.active,
    });
  },
);
