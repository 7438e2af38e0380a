import {
  bool,
  fsm,
  indexWidth,
  input,
  instance,
  module,
  mux,
  output,
  reg,
  sink,
  stream,
  uint,
  when,
} from "../../hdl/index.ts";
import type { Params } from "../../config/index.ts";
import { commandShape, faultShape, STORE_WORDS } from "../common/index.ts";
import { checkCommand, decodePass, passKind } from "./decode.ts";
import { NormLoops, requestPorts } from "./loops.ts";
import { operationShape, passShape } from "./operation.ts";
import { rowJobShape } from "./row-unit/index.ts";
import { ROW_JOBS } from "./shape.ts";
import { STREAM_DEPTH } from "./writer.ts";

/**
 * Takes commands, checks them and lets their passes begin.
 *
 * ```
 *   t        command taken
 *   t + 1    checked; waits for row jobs, for a free place, and around a preload for the pipeline to run empty
 *   t + 2    the loops make the first operation
 *   t + 3    which is requested
 * ```
 *
 * The next command is taken when the last operation has gone, so a pass begins while its predecessor drains; two may be
 * in flight. Around a preload nothing overlaps: it reads what earlier passes wrote to the scratchpad, and writes what
 * earlier passes read.
 */
export const NormSequencer = module(
  "norm_sequencer",
  (p: Params) => ({
    command: sink(stream(commandShape("norm"))),
    accumulator: requestPorts,
    scratchpad: requestPorts,
    start: output({ valid: bool, place: bool, pass: passShape }),
    enter: output({ valid: bool, operation: operationShape(p) }),
    job: output({ valid: bool, job: rowJobShape(p) }),
    jobDone: input(bool),
    sumReadWaits: input(bool),
    written: input(bool),
    denied: input(bool),
    epoch: output(bool),
    /** STORE has a place for one more word of the stream. */
    streamAsked: input(bool),
    ends: input({ valid: bool, place: bool }),
    pipelineEmpty: input(bool),
    halt: input(bool),
    fault: output(faultShape),
    busy: output(bool),
    idle: output(bool),
    memoryWait: output(bool),
    stalled: output(bool),
  }),
  (io, p) => {
    const command = reg(commandShape("norm"), { reset: false });
    const kind = passKind(p, command);
    const preload = kind.is("preload");
    const state = fsm("idle", "check", "run", "stopped");
    const loops = instance(NormLoops, p);

    // Room in the stream: places in its queue and with STORE, less the words that are in them or on their way.
    const room = reg(uint(indexWidth(STREAM_DEPTH + STORE_WORDS + 1)), { reset: STREAM_DEPTH });
    when(loops.takesRoom.and(io.streamAsked.not()), () => {
      room.next = room.sub(1).wrap(room.width);
    }).elsewhen(io.streamAsked.and(loops.takesRoom.not()), () => {
      room.next = room.add(1).wrap(room.width);
    });

    const mayTake = state.is("idle").or(state.is("run").and(loops.done)).and(io.halt.not());
    const takes = mayTake.and(io.command.valid);
    io.command.ready.set(mayTake);

    // A pass may begin: a place is free, row jobs are far enough, and a preload has the pipeline for itself.
    const jobs = reg(uint(indexWidth(ROW_JOBS + 1)));
    const place = reg(bool);
    const inFlight = [reg(bool, { name: "in_flight_0" }), reg(bool, { name: "in_flight_1" })] as const;
    const anyInFlight = inFlight[0].or(inFlight[1]);
    const afterPreload = reg(bool);
    const check = checkCommand(p, command);
    const waits = mux(place, inFlight[1], inFlight[0])
      .or(kind.readsFactors.and(jobs.gt(command.pendingRowJobs)))
      .or(kind.sums.and(jobs.eq(ROW_JOBS)))
      .or(preload.or(afterPreload).and(anyInFlight))
      .or(io.halt);
    const starts = state.is("check").and(check.valid.not()).and(waits.not());
    const startsJob = starts.and(kind.sums);
    io.start.set({ valid: starts, place, pass: decodePass(p, command) });
    const jobShape = rowJobShape(p);
    io.job.set({
      valid: startsJob,
      job: {
        softmax: kind.is("exp"),
        slot: command.rowSlot.wrap(jobShape.slot.width),
        rows: command.rows.wrap(jobShape.rows.width),
        columns: command.validColumns.wrap(jobShape.columns.width),
        recip: command.recip,
        recipShift: command.recipShift,
      },
    });
    when(startsJob.and(io.jobDone.not()), () => {
      jobs.next = jobs.add(1).wrap(jobs.width);
    }).elsewhen(io.jobDone.and(startsJob.not()), () => {
      jobs.next = jobs.sub(1).wrap(jobs.width);
    });
    inFlight.forEach((flag, index) => {
      when(starts.and(place.eq(index === 1)), () => {
        flag.next = true;
      }).elsewhen(io.ends.valid.and(io.ends.place.eq(index === 1)), () => {
        flag.next = false;
      });
    });
    const passPlace = reg(bool, { reset: false });
    when(starts, () => {
      passPlace.next = place;
      place.next = place.not();
      afterPreload.next = preload;
    });

    const fault = reg(faultShape);
    fault.valid.next = false;
    io.fault.set(fault);
    state.states({
      idle: () => undefined,
      check: () => {
        when(check.valid, () => {
          fault.next = { valid: true, code: check.code, index: command.index };
          state.goto("stopped");
        }).elsewhen(waits.not(), () => {
          state.goto("run");
        });
      },
      run: () => {
        when(loops.done, () => {
          state.goto("idle");
        });
      },
      stopped: () => undefined,
    });
    when(takes, () => {
      command.next = io.command.payload;
      state.goto("check");
    });
    when(loops.outOfRange.valid, () => {
      fault.next = { valid: true, code: loops.outOfRange.code, index: command.index };
      state.goto("stopped");
    });

    loops.starts.set(starts);
    loops.command.set(command);
    loops.place.set(passPlace);
    loops.noRoom.set(room.eq(0));
    loops.sumReadWaits.set(io.sumReadWaits);
    loops.written.set(io.written);
    loops.denied.set(io.denied);
    loops.halt.set(io.halt);
    for (const memory of ["accumulator", "scratchpad"] as const) {
      io[memory].valid.set(loops[memory].valid);
      io[memory].address.set(loops[memory].address);
      loops[memory].ready.set(io[memory].ready);
    }
    io.enter.set(loops.enter);
    io.epoch.set(loops.epoch);

    const busy = anyInFlight.or(state.is("check")).or(state.is("run"));
    io.busy.set(busy);
    io.idle.set(busy.not().and(jobs.eq(0)));
    io.memoryWait.set(loops.waitsForMemory.or(loops.waitsForRoom));
    io.stalled.set(loops.waitsForRoom.and(io.pipelineEmpty));
  },
);
