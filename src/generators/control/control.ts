import {
  bool,
  flip,
  input,
  instance,
  min,
  module,
  output,
  reset,
  sink,
  source,
  stream,
  uint,
  unpack,
  widthOf,
} from "../../hdl/index.ts";
import type { Params } from "../../config/index.ts";
import { ENGINES } from "../../isa/index.ts";
import {
  AXI_ADDRESS_BITS,
  axiLiteSlave,
  burstRequestShape,
  commandShape,
  connect,
  enginePorts,
  readBeatShape,
} from "../common/index.ts";
import { CommandQueue } from "./command-queue.ts";
import { Counters } from "./counters.ts";
import { Dispatch } from "./dispatch.ts";
import { Fetch, queueRoomBits } from "./fetch.ts";
import { Monitor, traceShape } from "./monitor.ts";
import { RegisterFile } from "./registers.ts";
import { Semaphores } from "./semaphores.ts";
import { Supervisor } from "./supervisor.ts";

/** The trace port: one record an engine. */
export const tracePorts = () => ({
  load: output(traceShape),
  store: output(traceShape),
  gemm: output(traceShape),
  norm: output(traceShape),
});

/**
 * The control unit: registers, command fetch, dispatch into one queue an engine, semaphores, faults, counters.
 *
 * ```
 *   t        CONTROL written                     T        last beat of a command on the bus
 *   t + 1    everything is reset; first fetch    T + 1    read register; command decoded and enqueued
 *            asked for                           T + 2    head of its queue: semaphores, start
 *   t + 2    address on the bus                  T + 3    in execution
 *
 *   t        retire of one engine → semaphores → in the same cycle another engine's command starts
 * ```
 *
 * One command a cycle.
 */
export const Control = module(
  "control",
  (p: Params) => ({
    axi: axiLiteSlave(),
    irq: output(bool),
    trace: tracePorts(),
    load: flip(enginePorts("load")),
    store: flip(enginePorts("store")),
    gemm: flip(enginePorts("gemm")),
    norm: flip(enginePorts("norm")),
    /** A program starts: resets engines and memories' arbiters for one cycle. */
    start: output(bool),
    base: output(uint(AXI_ADDRESS_BITS)),
    limit: output(uint(32)),
    fetch: { request: source(stream(burstRequestShape)), beats: sink(stream(readBeatShape(p))) },
    axiQuiet: input(bool),
    /** A beat was read; a beat was written; an activation row entered the array. */
    reads: input(bool),
    writes: input(bool),
    arrayActive: input(bool),
    /** NORM offers a word of its stream. */
    streamPending: input(bool),
  }),
  (io, p) => {
    const registers = instance(RegisterFile, p);
    const supervisor = instance(Supervisor, undefined);
    const restart = { reset: reset().or(registers.start) };
    const dispatch = instance(Dispatch, p, restart);
    const semaphores = instance(Semaphores, p, restart);
    const counters = instance(Counters, undefined, restart);
    const { settings, machine } = registers;
    // The fetch alone begins in the very cycle of the reset: it is in reset between programs.
    const fetching = supervisor.running.or(registers.start);
    const fetch = instance(Fetch, p, { reset: reset().or(fetching.not()) });

    connect(registers.axi, io.axi);
    io.irq.set(registers.irq);
    io.start.set(registers.start);
    io.base.set(settings.base);
    io.limit.set(settings.limit);
    supervisor.start.set(registers.start);
    supervisor.clear.set(registers.clear);

    // The start comes before it clears an earlier program's halt.
    fetch.enable.set(registers.start.or(supervisor.running.and(supervisor.halt.not())));
    fetch.firstCommand.set(settings.firstCommand);
    fetch.commandCount.set(settings.commandCount);
    connect(fetch.request, io.fetch.request);
    connect(fetch.beats, io.fetch.beats);
    connect(fetch.command, dispatch.command);
    dispatch.halt.set(supervisor.halt);

    const active = {
      load: io.reads,
      store: io.writes,
      gemm: io.arrayActive,
      norm: io.norm.busy.and(io.norm.memoryWait.not()),
    };
    const rooms = ENGINES.map((name, e) => {
      const engine = io[name];
      const shape = commandShape(name);
      const queue = instance(
        CommandQueue,
        { width: widthOf(shape), depth: p.queueDepths[name] },
        { ...restart, name: `${name}_queue` },
      );
      const monitor = instance(Monitor, undefined, { ...restart, name: `${name}_monitor` });
      const file = semaphores.engines[e]!;
      const headIndex = unpack(shape, queue.head.command).index;

      connect(queue.enqueue, dispatch[name]);
      file.wait.set(queue.head.wait);
      file.start.set(queue.start);
      file.retire.set(engine.retire);
      queue.go.set(file.missing.eq(0).and(supervisor.halt.not()));
      engine.command.valid.set(queue.command.valid);
      engine.command.payload.set(unpack(shape, queue.command.payload) as never);
      queue.command.ready.set(engine.command.ready);
      engine.halt.set(supervisor.halt);

      monitor.head.set({ valid: queue.head.valid, index: headIndex, missing: file.missing });
      monitor.enqueue.set(dispatch[name].valid.and(queue.enqueue.ready));
      monitor.start.set(queue.start);
      monitor.retire.set(engine.retire);
      monitor.busy.set(engine.busy);
      monitor.memoryWait.set(engine.memoryWait);
      monitor.active.set(active[name]);
      io.trace[name].set(monitor.trace);
      machine.engines[e]!.set({ ...monitor.status, missing: file.missing, queued: queue.queued });

      supervisor.engines[e]!.set({
        idle: engine.idle,
        // Words that no STORE fetches keep a program from ending, as if NORM still waited for room.
        stalled: name === "norm" ? engine.stalled.or(engine.idle.and(io.streamPending)) : engine.stalled,
        retires: engine.retire.valid,
        current: monitor.current,
        head: { valid: queue.head.valid, index: headIndex },
      });
      supervisor.engineFaults[e]!.set(engine.fault);
      return queue.room;
    });
    fetch.queueRoom.set(rooms.reduce((least, room) => min(least, room)).wrap(queueRoomBits(p)));

    [fetch.fault, dispatch.fault, semaphores.fault].forEach((fault, i) => {
      supervisor.otherFaults[i]!.set(fault);
    });
    supervisor.exhausted.set(fetch.exhausted);
    supervisor.inFlight.set(fetch.inFlight);
    supervisor.dispatches.set(dispatch.moved);
    supervisor.axiQuiet.set(io.axiQuiet);

    counters.running.set(supervisor.running);
    counters.reads.set(io.reads);
    counters.writes.set(io.writes);
    counters.arrayActive.set(io.arrayActive);
    machine.busy.set(supervisor.busy);
    machine.done.set(supervisor.done);
    machine.fault.set(supervisor.fault);
    machine.faultCode.set(supervisor.code);
    machine.faultCommand.set(supervisor.index);
    machine.dispatched.set(dispatch.dispatched);
    machine.cycles.set(counters.cycles);
    machine.readBeats.set(counters.readBeats);
    machine.writeBeats.set(counters.writeBeats);
    machine.arrayCycles.set(counters.arrayCycles);
    machine.semaphores.forEach((count, s) => {
      count.set(semaphores.counts[s]!);
    });
  },
);
