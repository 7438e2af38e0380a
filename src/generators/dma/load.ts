import {
  bool,
  boolLit,
  indexWidth,
  input,
  instance,
  module,
  mux,
  pack,
  reg,
  select,
  sink,
  source,
  stream,
  times,
  uint,
  uintLit,
  unpack,
  when,
} from "../../hdl/index.ts";
import type { Bool } from "../../hdl/index.ts";
import type { Params } from "../../config/index.ts";
import { FAULTS, LOAD_SPACES } from "../../isa/index.ts";
import {
  accumulatorMask,
  accumulatorRow,
  accumulatorWrite,
  AXI_ADDRESS_BITS,
  addressFrom,
  burstRequestShape,
  enginePorts,
  FAULT_BITS,
  faultShape,
  fifo,
  INDEX_BITS,
  MASK_BITS,
  readBeatShape,
  retireShape,
  scratchpadWrite,
  wordMask,
} from "../common/index.ts";
import { BurstSplitter } from "./burst-splitter.ts";
import { localRunsShape, RunWalker } from "./run-walker.ts";
import { modulo } from "./modulo.ts";
import { isWellFormed, isWholeBeats, unitFit, unitsToBeats } from "./units.ts";

/**
 * The LOAD engine: DRAM → scratchpad words or accumulator rows. An address side asks for bursts, a data side places what
 * arrives; a FIFO of started commands lies between, so that the next commands' bursts are on their way while data of
 * this one still arrive.
 *
 * ```
 *   address side                              data side
 *   t       command fires                     T      beat: into its lane of the unit; the last one of a unit completes
 *   t + 1   first burst offered                      it: written, unless another client takes the bank; then it waits
 *   t + 2   (read address register)           T + 1  after the last unit: retire
 * ```
 *
 * Throughput one burst and one beat a cycle, across runs and commands; one unit a cycle where a beat holds several. A unit
 * of several beats that was refused once waits beside the next one's first beat, which costs no cycle.
 */
export const Load = module(
  "load",
  (p: Params) => ({
    ...enginePorts("load"),
    base: input(uint(AXI_ADDRESS_BITS)),
    limit: input(uint(32)),
    request: source(stream(burstRequestShape)),
    beats: sink(stream(readBeatShape(p))),
    scratchpad: scratchpadWrite(p),
    accumulator: accumulatorWrite(p),
  }),
  (io, p) => {
    const fits = {
      scratchpad: unitFit(p, p.wordBytes),
      accumulator: unitFit(p, p.accumulatorRowBytes),
    };
    const fault = reg(faultShape, { reset: { valid: false, code: 0, index: 0 } });
    const stop = io.halt.or(fault.valid);

    // Address side.
    const { payload: command } = io.command;
    const toAccumulator = command.space.eq(LOAD_SPACES.accumulator);
    const wellFormed = isWellFormed(p, command).and(
      mux(
        toAccumulator,
        isWholeBeats(command.runLength, fits.accumulator),
        isWholeBeats(command.runLength, fits.scratchpad),
      ),
    );
    const splitter = instance(BurstSplitter, p);
    const started = fifo(
      "started",
      { runs: localRunsShape, post: uint(MASK_BITS), index: uint(INDEX_BITS) },
      startedLoads(p),
    );
    const ready = splitter.runs.ready.and(started.ready).and(stop.not());
    const start = io.command.valid.and(ready).and(wellFormed);
    io.command.ready.set(ready);
    splitter.runs.valid.set(start);
    splitter.runs.payload.set({
      offset: command.dramOffset,
      stride: command.dramStride,
      runs: command.runs,
      beats: mux(
        toAccumulator,
        unitsToBeats(command.runLength, fits.accumulator),
        unitsToBeats(command.runLength, fits.scratchpad),
      ),
    });
    started.push(start, {
      runs: {
        address: command.localAddress,
        stride: command.localStride,
        runs: command.runs,
        length: command.runLength,
        space: command.space,
      },
      post: command.post,
      index: command.index,
    });
    const addressIndex = reg(uint(INDEX_BITS), { reset: false });
    when(start, () => {
      addressIndex.next = command.index;
    });

    const outstanding = reg(uint(indexWidth(p.outstandingReads + 1)));
    const mayAsk = outstanding.ne(p.outstandingReads).and(stop.not());
    splitter.limit.set(io.limit);
    splitter.bursts.ready.set(io.request.ready.and(mayAsk));
    const asks = splitter.bursts.valid.and(mayAsk);
    io.request.valid.set(asks);
    io.request.payload.set({
      address: addressFrom(io.base, splitter.bursts.payload.offset),
      length: splitter.bursts.payload.length,
    });

    // Data side: a unit is gathered beat by beat; it is written together with its last beat.
    const walker = instance(RunWalker, {
      name: "load_walker",
      capacities: [p.scratchpadWords, p.accumulatorRows],
    });
    const unitBeats = Math.max(fits.scratchpad.beats, fits.accumulator.beats);
    const early = times(unitBeats - 1, () => reg(uint(8 * p.beatBytes), { reset: false }));
    // The last beat of a unit that was refused; units of one beat wait on the bus.
    const waiting =
      unitBeats > 1 ? { valid: reg(bool), beat: reg(uint(8 * p.beatBytes), { reset: false }) } : undefined;
    const refused: Bool = waiting?.valid ?? boolLit(false);
    const { valid: arrives, payload: beat } = io.beats;
    const current = reg({ space: uint(1), post: uint(MASK_BITS), index: uint(INDEX_BITS) }, { reset: false });
    const intoAccumulator = current.space.eq(LOAD_SPACES.accumulator);

    // A beat on the bus belongs to the command under way; which of the unit's beats it is, and which of its units it holds.
    const active = reg(bool);
    const lane = modulo(unitBeats, (index) =>
      mux(intoAccumulator, index.eq(fits.accumulator.beats - 1), index.eq(fits.scratchpad.beats - 1)),
    );
    const place = modulo(Math.max(fits.scratchpad.units, fits.accumulator.units), (index) =>
      mux(intoAccumulator, index.eq(fits.accumulator.units - 1), index.eq(fits.scratchpad.units - 1)),
    );
    const expected = arrives.and(active).and(stop.not());
    const badBeat = expected.and(beat.error);
    const sound = expected.and(beat.error.not());
    // The first lanes are free again when what they hold of a refused unit is written.
    const completes = sound.and(lane.last).and(refused.not());
    const offer = completes.or(refused.and(stop.not())).and(walker.places.valid);
    const wantsScratchpad = offer.and(intoAccumulator.not());
    const wantsAccumulator = offer.and(intoAccumulator);
    const written = mux(intoAccumulator, io.accumulator.ready, io.scratchpad.ready).and(offer);
    const gathers = sound.and(lane.last.not()).and(refused.not().or(written));
    early.forEach((part, i) => {
      when(gathers.and(lane.is(i)), () => {
        part.next = beat.data;
      });
    });

    const finishes = written.and(walker.places.payload.last);
    walker.places.ready.set(written);
    // A beat of several units is written one unit after another.
    place.step(written);
    const severalBeats = mux(intoAccumulator, boolLit(fits.accumulator.beats > 1), boolLit(fits.scratchpad.beats > 1));
    // What follows the last unit may belong to another command, which has to wait.
    const refuses = completes
      .and(walker.places.valid)
      .and(written.not())
      .and(severalBeats)
      .and(walker.places.payload.last.not());
    if (waiting !== undefined) {
      waiting.valid.next = refuses.or(refused.and(written.not()));
      when(refuses, () => {
        waiting.beat.next = beat.data;
      });
    }
    const accept = gathers.or(written.and(refused.not()).and(place.last)).or(refuses);
    lane.step(accept);
    io.beats.ready.set(accept.or(badBeat).or(stop));

    io.scratchpad.valid.set(wantsScratchpad);
    io.scratchpad.address.set(walker.places.payload.address);
    io.scratchpad.data.set(unitOf(p.wordBytes));
    io.scratchpad.mask.set(allOnes(wordMask(p).width));
    io.accumulator.valid.set(wantsAccumulator);
    io.accumulator.address.set(walker.places.payload.address);
    io.accumulator.data.set(unpack(accumulatorRow(p), unitOf(p.accumulatorRowBytes)));
    io.accumulator.mask.set(allOnes(accumulatorMask(p).width));

    function unitOf(unitBytes: number) {
      const { beats, units } = unitFit(p, unitBytes);
      if (units === 1)
        return pack([
          ...early.slice(0, beats - 1),
          waiting === undefined ? beat.data : mux(refused, waiting.beat, beat.data),
        ]);
      const parts = times(units, (i) => beat.data.bits(8 * unitBytes * (i + 1) - 1, 8 * unitBytes * i));
      return select(place.index.wrap(indexWidth(units)), parts);
    }

    // With its last write a command makes way for the next.
    const next = started.head;
    const takesNext = walker.runs.ready;
    started.take(takesNext);
    walker.runs.valid.set(started.valid);
    walker.runs.payload.set(next.runs);
    when(takesNext, () => {
      active.next = started.valid;
      current.next = { space: next.runs.space, post: next.post, index: next.index };
    });

    const arrived = arrives.and(io.beats.ready).and(beat.last);
    const asked = asks.and(io.request.ready);
    when(asked.ne(arrived), () => {
      outstanding.next = mux(asked, outstanding.add(1), outstanding.sub(1)).wrap(outstanding.width);
    });

    const retire = reg(retireShape, { reset: { valid: false, post: 0, index: 0 } });
    retire.next = { valid: finishes, post: current.post, index: current.index };
    io.retire.set(retire);

    when(io.command.valid.and(ready).and(wellFormed.not()), () => {
      fault.next = { valid: true, code: FAULTS.illegalField.code, index: command.index };
    });
    when(splitter.outOfRange.and(stop.not()), () => {
      fault.next = { valid: true, code: FAULTS.dramRange.code, index: addressIndex };
    });
    when(walker.outOfRange.and(stop.not()), () => {
      fault.next = {
        valid: true,
        code: mux(
          intoAccumulator,
          uintLit(FAULTS.accumulatorRange.code, FAULT_BITS),
          uintLit(FAULTS.scratchpadRange.code, FAULT_BITS),
        ),
        index: current.index,
      };
    });
    when(badBeat, () => {
      fault.next = { valid: true, code: FAULTS.readError.code, index: current.index };
    });
    io.fault.set(fault);

    const busy = active.or(started.valid).or(retire.valid);
    io.busy.set(busy);
    io.idle.set(busy.not());
    io.memoryWait.set(busy.and(accept.or(written).not()));
    io.stalled.set(false);
  },
);

/** LOAD commands whose bursts are asked for and whose data are not placed yet, beside the one under way. */
export const startedLoads = (p: Params): number => Math.min(4, Math.max(2, p.outstandingReads));

/** All bits of a mask set. */
const allOnes = (width: number): bigint => (1n << BigInt(width)) - 1n;
