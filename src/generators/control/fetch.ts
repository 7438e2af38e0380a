import {
  bool,
  input,
  memory,
  min,
  module,
  mux,
  output,
  reg,
  sink,
  source,
  stream,
  times,
  uint,
  uintLit,
  when,
} from "../../hdl/index.ts";
import type { Uint } from "../../hdl/index.ts";
import type { Params } from "../../config/index.ts";
import { COMMAND_BITS, COMMAND_BYTES, ENGINES, FAULTS } from "../../isa/index.ts";
import { addLow, AXI_ADDRESS_BITS, burstRequestShape, faultShape, INDEX_BITS, readBeatShape } from "../common/index.ts";
import { queuedBits } from "./command-queue.ts";
import { joinBeats, packBits, unpackBits, usedBits } from "./decode.ts";

/** Commands asked for with one burst at most, and commands that may wait for dispatch. */
export const FETCH_GROUP = 4;
export const FETCH_BUFFER = 4;

/** The least depth of the engines' queues: places that all of them may have. */
const leastDepth = (p: Params): number => Math.min(...ENGINES.map((engine) => p.queueDepths[engine]));
/** Bits of the number of places that every engine's queue has. */
export const queueRoomBits = (p: Params): number => queuedBits(leastDepth(p));

/**
 * Reads the program: bursts of up to four commands (none beyond a multiple of four, so that none crosses 4 KiB) into a buffer of
 * four, which keeps the bits that engines have fields in. Only what has room, in the buffer or in whichever queue it will belong
 * to, is asked for, so that the read channel is never blocked.
 *
 * ```
 *   t        enabled                        T        a command's last beat; dispatched if there is room and none
 *   t        first burst asked for                   before it waits
 * ```
 *
 * Throughput one beat a cycle.
 */
export const Fetch = module(
  "fetch",
  (p: Params) => ({
    /** High from a program's start to its end while nothing has faulted; the rest is constant meanwhile. */
    enable: input(bool),
    /** Address of the first command in units of commands, and their number. */
    firstCommand: input(uint(AXI_ADDRESS_BITS - Math.log2(COMMAND_BYTES))),
    commandCount: input(uint(32)),
    /** Places that every engine's queue has at least. */
    queueRoom: input(uint(queueRoomBits(p))),
    request: source(stream(burstRequestShape)),
    beats: sink(stream(readBeatShape(p))),
    command: source(stream(uint(COMMAND_BITS))),
    /** Some commands are asked for and not here yet. */
    inFlight: output(bool),
    /** All commands have been asked for, received and taken. */
    exhausted: output(bool),
    fault: output(faultShape),
  }),
  (io, p) => {
    const fault = reg(faultShape, { reset: { valid: false, code: 0, index: 0 } });
    const enable = io.enable.and(fault.valid.not());
    const beatBits = 8 * p.beatBytes;
    const commandBeats = COMMAND_BITS / beatBits;

    // Commands asked for; of them those not dispatched, and those not here.
    const most = FETCH_BUFFER + leastDepth(p);
    const asked = reg(uint(32));
    const reserved = reg(uint(queuedBits(most)));
    const coming = reg(uint(queuedBits(most)));
    const allAsked = asked.eq(io.commandCount);
    const left = io.commandCount.sub(asked).wrap(32);
    const address = addLow(io.firstCommand, asked);
    const groupBits = Math.log2(FETCH_GROUP) + 1;
    const toBoundary = uintLit(FETCH_GROUP)
      .sub(address.bits(groupBits - 2, 0))
      .wrap(groupBits);
    // A command that is dispatched takes a place of its queue and gives one of those it was asked for with.
    const room = uintLit(FETCH_BUFFER).add(io.queueRoom).sub(reserved).wrap(reserved.width);
    const fitting = min(toBoundary, room).wrap(groupBits);
    const ends = left.le(fitting);
    const group = mux(ends, left.wrap(groupBits), fitting);
    const asks = enable.and(allAsked.not()).and(room.ne(0));
    io.request.valid.set(asks);
    io.request.payload.set({
      address: address.shl(Math.log2(COMMAND_BYTES)),
      length: group.shl(Math.log2(commandBeats)).sub(1).wrap(8),
    });
    const ask = asks.and(io.request.ready);
    when(ask, () => {
      asked.next = mux(ends, io.commandCount, asked.add(fitting).wrap(32));
    });

    const arrives = io.beats.valid;
    const { data, error } = io.beats.payload;
    io.beats.ready.set(true);
    const place = reg(uint(Math.max(1, Math.log2(commandBeats))));
    const completes = commandBeats === 1 ? arrives : arrives.and(place.eq(commandBeats - 1));
    if (commandBeats > 1) {
      when(arrives, () => {
        place.next = mux(completes, uintLit(0), place.add(1).wrap(place.width));
      });
    }
    when(arrives.and(error).and(enable), () => {
      const received = asked.wrap(INDEX_BITS).sub(coming).wrap(INDEX_BITS);
      fault.next = { valid: true, code: FAULTS.fetchError.code, index: received };
    });
    io.fault.set(fault);

    // Every beat of a command has a memory of its own. The last one need not wait in it.
    const indexBits = Math.log2(FETCH_BUFFER);
    const head = reg(uint(indexBits + 1));
    const tail = reg(uint(indexBits + 1));
    const waits = head.ne(tail);
    const command = times(commandBeats, (beat): Uint => {
      const runs = usedBits(beat, beatBits);
      if (runs.length === 0) return uintLit(0, beatBits);
      const newest = packBits(data, runs);
      const kept = memory({ shape: uint(newest.width), depth: FETCH_BUFFER, name: `beat_${beat}` });
      const mine = commandBeats === 1 ? arrives : arrives.and(place.eq(beat));
      kept.write({ address: tail.bits(indexBits - 1, 0), data: newest, enable: mine });
      const oldest = kept.read({ address: head.bits(indexBits - 1, 0), sync: false });
      return unpackBits(beat === commandBeats - 1 ? mux(waits, oldest, newest) : oldest, runs, beatBits);
    });
    const comes = completes.and(error.not()).and(enable);
    const gives = waits.and(enable).or(comes);
    const given = gives.and(io.command.ready);
    io.command.valid.set(gives);
    io.command.payload.set(joinBeats(command));
    when(comes.and(waits.or(io.command.ready.not())), () => {
      tail.next = tail.add(1).wrap(tail.width);
    });
    when(given.and(waits), () => {
      head.next = head.add(1).wrap(head.width);
    });

    const more = mux(ask, group, uintLit(0));
    reserved.next = reserved.add(more).sub(given).wrap(reserved.width);
    coming.next = coming.add(more).sub(completes).wrap(coming.width);
    io.inFlight.set(coming.ne(0));
    io.exhausted.set(allAsked.and(reserved.eq(0)));
  },
);
