import {
  bool,
  input,
  module,
  min,
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
import type { Params } from "../../config/index.ts";
import { COMMAND_BITS, COMMAND_BYTES, FAULTS } from "../../isa/index.ts";
import { AXI_ADDRESS_BITS, burstRequestShape, faultShape, fifo, INDEX_BITS, readBeatShape } from "../common/index.ts";
import { joinBeats, packCommand, unpackCommand, USED_COMMAND_BITS } from "./decode.ts";

/** Commands asked for with one burst, and commands on their way or waiting for dispatch. */
export const FETCH_GROUP = 4;
export const FETCH_BUFFER = 8;

/**
 * Reads the program: bursts of up to four commands (aligned to four, so that none crosses 4 KiB) into a FIFO of eight.
 * The FIFO keeps the bits that engines have fields in. Only what it has room for is asked for, so that the read channel is never blocked.
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
    const commandBeats = COMMAND_BYTES / p.beatBytes;

    const asked = reg(uint(32));
    const left = io.commandCount.sub(asked).wrap(32);
    const address = io.firstCommand.add(asked).wrap(io.firstCommand.width);
    const toBoundary = uintLit(FETCH_GROUP)
      .sub(address.bits(Math.log2(FETCH_GROUP) - 1, 0))
      .wrap(Math.log2(FETCH_GROUP) + 1);
    const group = min(toBoundary, left).wrap(toBoundary.width);

    // Commands asked for and not dispatched.
    const reserved = reg(uint(Math.log2(FETCH_BUFFER) + 1));
    const asks = enable.and(left.ne(0)).and(reserved.le(FETCH_BUFFER - FETCH_GROUP));
    io.request.valid.set(asks);
    io.request.payload.set({
      address: address.shl(Math.log2(COMMAND_BYTES)),
      length: group.shl(Math.log2(commandBeats)).sub(1).wrap(8),
    });
    const ask = asks.and(io.request.ready);
    when(ask, () => {
      asked.next = asked.add(group).wrap(32);
    });

    const received = reg(uint(32));
    const buffer = fifo("buffer", { command: uint(USED_COMMAND_BITS) }, FETCH_BUFFER);
    const early = times(commandBeats - 1, () => reg(uint(8 * p.beatBytes), { reset: false }));
    const arrives = io.beats.valid;
    const { data, error } = io.beats.payload;
    const arrivesWell = arrives.and(error.not()).and(enable);
    io.beats.ready.set(true);
    const place = reg(uint(Math.max(1, Math.log2(commandBeats))));
    const completes = commandBeats === 1 ? arrives : arrives.and(place.eq(commandBeats - 1));
    if (commandBeats > 1) {
      when(arrives, () => {
        place.next = mux(completes, uintLit(0), place.add(1).wrap(place.width));
      });
      early.forEach((beat, i) => {
        when(arrives.and(place.eq(i)), () => {
          beat.next = data;
        });
      });
    }
    when(completes, () => {
      received.next = received.add(1).wrap(32);
    });
    when(arrives.and(error).and(enable), () => {
      fault.next = { valid: true, code: FAULTS.fetchError.code, index: received.wrap(INDEX_BITS) };
    });
    io.fault.set(fault);

    const comes = completes.and(arrivesWell);
    const newest = packCommand(joinBeats([...early, data]));
    const gives = buffer.valid.and(enable).or(comes);
    const given = gives.and(io.command.ready);
    io.command.valid.set(gives);
    io.command.payload.set(unpackCommand(mux(buffer.valid, buffer.head.command, newest)));
    buffer.push(comes.and(buffer.valid.or(io.command.ready.not())), { command: newest });
    buffer.take(given);
    reserved.next = reserved
      .add(mux(ask, group, uintLit(0)))
      .sub(given)
      .wrap(reserved.width);

    io.inFlight.set(asked.ne(received));
    io.exhausted.set(left.eq(0).and(reserved.eq(0)));
  },
);
