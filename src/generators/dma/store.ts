import {
  bool,
  indexWidth,
  input,
  instance,
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
import type { Params } from "../../config/index.ts";
import { FAULTS, STORE_SOURCES } from "../../isa/index.ts";
import {
  ADDRESS_BITS,
  AXI_ADDRESS_BITS,
  addressFrom,
  burstRequestShape,
  enginePorts,
  faultShape,
  fifo,
  INDEX_BITS,
  MASK_BITS,
  normStream,
  retireShape,
  scratchpadRead,
  STORE_WORDS,
  wordShape,
  writeBeatShape,
  writeResponseShape,
} from "../common/index.ts";
import { BeatPacker } from "./beat-packer.ts";
import { BurstSplitter } from "./burst-splitter.ts";
import { localRunsShape, RunWalker } from "./run-walker.ts";
import { isWellFormed, isWholeBeats, unitFit, unitsToBeats } from "./units.ts";

/**
 * The STORE engine: scratchpad words, or words of the norm stream → DRAM. An address side announces bursts, a word side
 * reads ahead into a small FIFO, a beat side sends; a command retires with the response to its last burst.
 *
 * ```
 *   address side                  word side                          beat side
 *   t      command fires          t + 2  first read asked for        t + 4  word → beat offered
 *   t + 1  burst offered          t + 4  word arrives; the FIFO      t + 5  (write data register)
 *   t + 2  (write address reg.)          keeps it if it must wait
 * ```
 *
 * Words of the norm stream are asked for ahead in the same way; one is on its way in the cycle in which it is offered. Throughput one word and one beat a
 * cycle, whichever is slower, across runs and commands. After a fault the bursts already announced are finished with
 * beats that write nothing.
 */
export const Store = module(
  "store",
  (p: Params) => ({
    ...enginePorts("store"),
    base: input(uint(AXI_ADDRESS_BITS)),
    limit: input(uint(32)),
    request: source(stream(burstRequestShape)),
    beats: source(stream(writeBeatShape(p))),
    response: sink(stream(writeResponseShape)),
    scratchpad: scratchpadRead(p),
    stream: sink(normStream(p)),
    /** A word of the stream is asked for; when it comes there is a place for it. */
    streamAsked: output(bool),
  }),
  (io, p) => {
    const fit = unitFit(p, p.wordBytes);
    const fault = reg(faultShape, { reset: { valid: false, code: 0, index: 0 } });
    const stop = io.halt.or(fault.valid);

    // Address side.
    const { payload: command } = io.command;
    const fromStream = command.source.eq(STORE_SOURCES.stream);
    const wellFormed = isWellFormed(p, command).and(isWholeBeats(command.runLength, fit));
    const splitter = instance(BurstSplitter, p);
    const started = fifo("started", { runs: localRunsShape, index: uint(INDEX_BITS) }, 2);
    const unanswered = fifo("unanswered", { post: uint(MASK_BITS), index: uint(INDEX_BITS) }, unansweredStores(p));
    const ready = splitter.runs.ready.and(started.ready).and(unanswered.ready).and(stop.not());
    const start = io.command.valid.and(ready).and(wellFormed);
    io.command.ready.set(ready);
    splitter.runs.valid.set(start);
    splitter.runs.payload.set({
      offset: command.dramOffset,
      stride: command.dramStride,
      runs: command.runs,
      beats: unitsToBeats(command.runLength, fit),
    });
    started.push(start, {
      runs: {
        // The stream has no addresses: nothing to check, nothing out of range.
        address: mux(fromStream, uintLit(0), command.localAddress),
        stride: mux(fromStream, uintLit(0), command.localStride),
        runs: command.runs,
        length: command.runLength,
        space: command.source,
      },
      index: command.index,
    });
    unanswered.push(start, { post: command.post, index: command.index });
    const addressIndex = reg(uint(INDEX_BITS), { reset: false });
    when(start, () => {
      addressIndex.next = command.index;
    });

    const announced = fifo("announced", { length: uint(8) }, Math.max(2, p.outstandingWrites));
    const answers = fifo("answers", { last: bool }, Math.max(2, p.outstandingWrites));
    const outstanding = reg(uint(indexWidth(p.outstandingWrites + 1)));
    const mayAnnounce = outstanding.ne(p.outstandingWrites).and(stop.not());
    splitter.limit.set(io.limit);
    splitter.bursts.ready.set(io.request.ready.and(mayAnnounce));
    const announces = splitter.bursts.valid.and(mayAnnounce);
    io.request.valid.set(announces);
    io.request.payload.set({
      address: addressFrom(io.base, splitter.bursts.payload.offset),
      length: splitter.bursts.payload.length,
    });
    const announce = announces.and(io.request.ready);
    announced.push(announce, { length: splitter.bursts.payload.length });
    answers.push(announce, { last: splitter.bursts.payload.last });

    // Word side: a word is asked for only when the FIFO has a place reserved for it.
    const walker = instance(RunWalker, { name: "store_walker", capacities: [p.scratchpadWords, 2 ** ADDRESS_BITS] });
    const current = reg({ source: uint(1), index: uint(INDEX_BITS) }, { reset: false });
    walker.runs.valid.set(started.valid);
    walker.runs.payload.set(started.head.runs);
    started.take(walker.runs.ready);
    when(walker.runs.ready, () => {
      current.next = { source: started.head.runs.space, index: started.head.index };
    });

    const words = fifo("words", { data: wordShape(p) }, STORE_WORDS);
    const reserved = reg(uint(indexWidth(STORE_WORDS + 1)));
    // Words that were asked for and are on their way, all from one source: words stay in order.
    const coming = reg(uint(indexWidth(STORE_WORDS + 1)));
    const streamComes = reg(bool, { reset: false });
    const isStream = current.source.eq(STORE_SOURCES.stream);
    const inOrder = coming.eq(0).or(streamComes.eq(isStream));
    const wanted = walker.places.valid.and(reserved.ne(STORE_WORDS)).and(inOrder).and(stop.not());
    const asks = wanted.and(isStream.not());
    const asksStream = wanted.and(isStream);
    const asked = asks.and(io.scratchpad.ready).or(asksStream);
    const listens = asksStream.or(streamComes.and(coming.ne(0)).and(stop.not()));
    const heard = listens.and(io.stream.valid);
    const arrives = io.scratchpad.dataValid.and(stop.not());
    walker.places.ready.set(asked);
    io.scratchpad.valid.set(asks);
    io.scratchpad.address.set(walker.places.payload.address);
    io.streamAsked.set(asksStream);
    io.stream.ready.set(listens);
    const comes = arrives.or(heard);
    const word = mux(arrives, io.scratchpad.data, io.stream.payload.data);
    when(asked, () => {
      streamComes.next = isStream;
    });
    when(asked.ne(comes), () => {
      coming.next = mux(asked, coming.add(1), coming.sub(1)).wrap(coming.width);
    });

    // Beat side.
    const packer = instance(BeatPacker, p);
    const offered = words.valid.or(comes);
    packer.words.valid.set(offered);
    packer.words.payload.set(mux(words.valid, words.head.data, word));
    const taken = offered.and(packer.words.ready);
    words.push(comes.and(words.valid.or(packer.words.ready.not())), { data: word });
    words.take(packer.words.ready);
    when(asked.ne(taken), () => {
      reserved.next = mux(asked, reserved.add(1), reserved.sub(1)).wrap(reserved.width);
    });

    const beatsSent = reg(uint(8));
    const lastOfBurst = beatsSent.eq(announced.head.length);
    const sends = announced.valid.and(packer.beats.valid.or(stop));
    const sent = sends.and(io.beats.ready);
    const burstSent = sent.and(lastOfBurst);
    packer.beats.ready.set(announced.valid.and(io.beats.ready).and(stop.not()));
    io.beats.valid.set(sends);
    io.beats.payload.set({ data: packer.beats.payload, strobe: stop.not(), last: lastOfBurst });
    announced.take(burstSent);
    when(sent, () => {
      beatsSent.next = mux(lastOfBurst, uintLit(0), beatsSent.add(1).wrap(8));
    });

    // Responses.
    io.response.ready.set(true);
    const answered = io.response.valid;
    answers.take(answered);
    when(announce.ne(answered), () => {
      outstanding.next = mux(announce, outstanding.add(1), outstanding.sub(1)).wrap(outstanding.width);
    });
    const awaited = reg(uint(indexWidth(p.outstandingWrites + 1)));
    when(burstSent.ne(answered), () => {
      awaited.next = mux(burstSent, awaited.add(1), awaited.sub(1)).wrap(awaited.width);
    });
    const finishes = answered.and(answers.head.last).and(stop.not());
    unanswered.take(finishes);
    const retire = reg(retireShape, { reset: { valid: false, post: 0, index: 0 } });
    retire.next = {
      valid: finishes.and(io.response.payload.error.not()),
      post: unanswered.head.post,
      index: unanswered.head.index,
    };
    io.retire.set(retire);

    when(io.command.valid.and(ready).and(wellFormed.not()), () => {
      fault.next = { valid: true, code: FAULTS.illegalField.code, index: command.index };
    });
    when(splitter.outOfRange.and(stop.not()), () => {
      fault.next = { valid: true, code: FAULTS.dramRange.code, index: addressIndex };
    });
    when(walker.outOfRange.and(stop.not()), () => {
      fault.next = { valid: true, code: FAULTS.scratchpadRange.code, index: current.index };
    });
    when(answered.and(io.response.payload.error).and(stop.not()), () => {
      fault.next = { valid: true, code: FAULTS.writeError.code, index: unanswered.head.index };
    });
    io.fault.set(fault);

    const busy = unanswered.valid.or(retire.valid);
    io.busy.set(busy);
    io.idle.set(busy.not());
    io.memoryWait.set(busy.and(sent.not()));

    // Nothing is under way on AXI, and the next word is NORM's to give.
    const quiet = awaited.eq(0).and(io.request.ready).and(io.beats.ready).and(words.valid.not());
    const stalled = reg(bool);
    stalled.next = listens.and(io.stream.valid.not()).and(quiet);
    io.stalled.set(stalled);
  },
);

/** STORE commands of which not all bursts are answered. */
export const unansweredStores = (p: Params): number => Math.min(4, Math.max(2, p.outstandingWrites));
