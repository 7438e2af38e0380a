import { bool, input, module, mux, output, reg, times, uint, uintLit, when } from "../../hdl/index.ts";
import type { Bool, Uint } from "../../hdl/index.ts";
import { ENGINES, FAULTS } from "../../isa/index.ts";
import { FAULT_BITS, faultShape, INDEX_BITS } from "../common/index.ts";

/** Cycles without any movement after which waiting engines are called a deadlock. */
const PATIENCE_CYCLES = 64;

/** Where faults come from besides the engines, in the order in which simultaneous ones count. */
const OTHER_FAULTS = ["fetch", "dispatch", "semaphores"] as const;

/** What the supervisor sees of an engine. */
const engineViewShape = {
  idle: bool,
  stalled: bool,
  retires: bool,
  /** The command started last, and the head of the queue. */
  current: uint(INDEX_BITS),
  head: { valid: bool, index: uint(INDEX_BITS) },
};

/**
 * Decides when a program has ended: done, or stopped by the first fault.
 *
 * ```
 *   t       start                        t       fault of a unit
 *   t + 1   running                      t + 1   halt: nothing starts, nothing is written
 *   ...                                  ...     bursts already announced are finished
 *   T       everything quiet             T       AXI quiet
 *   T + 1   done                         T + 1   fault
 * ```
 *
 * Deadlock: for 64 cycles nothing is in execution (an engine that only another one can release does not count), nothing
 * starts, nothing is fetched or dispatched, and yet commands are waiting. Blamed is the earliest of them.
 */
export const Supervisor = module(
  "supervisor",
  () => ({
    start: input(bool),
    clear: input(bool),
    engines: times(ENGINES.length, () => input(engineViewShape)),
    engineFaults: times(ENGINES.length, () => input(faultShape)),
    otherFaults: times(OTHER_FAULTS.length, () => input(faultShape)),
    /** All commands have been handed to engines; commands are on their way; one was handed over just now. */
    exhausted: input(bool),
    inFlight: input(bool),
    dispatches: input(bool),
    axiQuiet: input(bool),
    running: output(bool),
    halt: output(bool),
    busy: output(bool),
    done: output(bool),
    fault: output(bool),
    code: output(uint(FAULT_BITS)),
    index: output(uint(INDEX_BITS)),
  }),
  (io) => {
    const running = reg(bool);
    const halt = reg(bool);
    const done = reg(bool);
    const fault = reg(bool);
    const code = reg(uint(FAULT_BITS));
    const index = reg(uint(INDEX_BITS));

    const all = (conditions: readonly Bool[]): Bool => conditions.reduce((every, one) => every.and(one));
    const nothingQueued = all(io.engines.map((engine) => engine.head.valid.not()));
    const nothingExecutes = all(
      io.engines.map((engine) => engine.idle.and(engine.stalled.not()).and(engine.retires.not())),
    );
    const finished = io.exhausted.and(nothingQueued).and(nothingExecutes).and(io.axiQuiet);

    const nothingMoves = all(io.engines.map((engine) => engine.idle.or(engine.stalled)));
    const stuck = running
      .and(halt.not())
      .and(finished.not())
      .and(nothingMoves)
      .and(io.inFlight.not())
      .and(io.dispatches.not());
    const patience = reg(uint(Math.log2(PATIENCE_CYCLES) + 1));
    patience.next = mux(stuck, patience.add(1).wrap(patience.width), uintLit(0));
    // Found a cycle ahead: what is stuck stays so, and no engine's state is on the way to the fault.
    const deadlock = reg(bool);
    deadlock.next = stuck.and(patience.eq(PATIENCE_CYCLES - 2));
    const waiting = io.engines.map(({ stalled, current, head }) => ({
      valid: stalled.or(head.valid),
      index: mux(stalled, current, head.index),
    }));
    const earliest = waiting.reduce<{ valid: Bool; index: Uint }>(
      (a, b) => ({
        valid: a.valid.or(b.valid),
        index: mux(a.valid.and(b.valid.not().or(a.index.le(b.index))), a.index, b.index),
      }),
      waiting[0]!,
    );

    const earliestIndex = reg(uint(INDEX_BITS), { reset: false });
    earliestIndex.next = earliest.index;

    const found = [
      ...io.otherFaults,
      ...io.engineFaults,
      { valid: deadlock, code: uintLit(FAULTS.deadlock.code, FAULT_BITS), index: earliestIndex },
    ];
    const first = found.reduceRight((later, one) => ({
      valid: one.valid.or(later.valid),
      code: mux(one.valid, one.code, later.code),
      index: mux(one.valid, one.index, later.index),
    }));

    when(running.and(halt.not()), () => {
      when(first.valid, () => {
        halt.next = true;
        code.next = first.code;
        index.next = first.index;
      }).elsewhen(finished, () => {
        running.next = false;
        done.next = true;
      });
    }).elsewhen(running.and(io.axiQuiet), () => {
      running.next = false;
      fault.next = true;
    });
    when(io.clear.and(running.not()), () => {
      done.next = false;
      fault.next = false;
    });
    when(io.start, () => {
      running.next = true;
      halt.next = false;
      done.next = false;
      fault.next = false;
      code.next = FAULTS.none.code;
      index.next = 0;
    });

    io.running.set(running);
    io.halt.set(halt);
    io.busy.set(running);
    io.done.set(done);
    io.fault.set(fault);
    io.code.set(code);
    io.index.set(index);
  },
);
