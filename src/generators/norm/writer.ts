import {
  bool,
  cat,
  input,
  memory,
  module,
  mux,
  output,
  reg,
  sint,
  source,
  times,
  uint,
  uintLit,
  when,
} from "../../hdl/index.ts";
import type { Bool, Sint, Uint } from "../../hdl/index.ts";
import type { Params } from "../../config/index.ts";
import {
  accumulatorWrite,
  ADDRESS_BITS,
  INDEX_BITS,
  MASK_BITS,
  normStream,
  retireShape,
  scratchpadWrite,
  wordShape,
} from "../common/index.ts";
import { OPERATION_KINDS, rawParts, rawWords } from "./operation.ts";
import { resultOperationShape } from "./pipeline.ts";

/**
 * Words that the stream to STORE holds. The sequencer issues only what there is a place for, here or with STORE, which asks
 * for words ahead (STORE_WORDS of them): together enough for a word a cycle through the whole pipeline.
 */
export const STREAM_DEPTH = 8;

/**
 * End of the pipeline: results go to the scratchpad (never refused), to the stream (there is always room) or to the
 * accumulator, and the last result of a pass retires its command.
 *
 * ```
 *   output       result → scratchpad write | accumulator write | stream queue
 *   output + 1   command retires
 * ```
 *
 * A word goes straight to STORE when no other waits and STORE takes it; else it waits in the queue.
 *
 * An accumulator write may be refused. Nothing waits for it: `denied` tells the sequencer to go back to that row, the
 * epoch changes, and results of the old epoch that are still on their way are dropped.
 */
export const NormWriter = module(
  "norm_writer",
  (p: Params) => ({
    valid: input(bool),
    result: input(resultOperationShape(p)),
    /** Of the pass of the result in the cycle before; its registers are overwritten a cycle later at the earliest. */
    retiring: input({ post: uint(MASK_BITS), index: uint(INDEX_BITS) }),
    lanes: input(times(p.lanes, () => sint(32))),
    epoch: input(bool),
    halt: input(bool),
    scratchpad: scratchpadWrite(p),
    accumulator: accumulatorWrite(p),
    stream: source(normStream(p)),
    /** A row of a preload was written, or refused. */
    written: output(bool),
    denied: output(bool),
    retire: output(retireShape),
    /** Beside `retire`, a cycle earlier: which of the two passes in flight ends. */
    ends: output({ valid: bool, place: bool }),
  }),
  (io, p) => {
    const { operation, pass } = io.result;
    const row = io.valid.and(operation.kind.eq(OPERATION_KINDS.row)).and(io.halt.not());
    const bytes = io.lanes.map((lane) => lane.asUint().bits(7, 0));
    const slice = joined(bytes);

    io.scratchpad.valid.set(row.and(pass.toScratchpad));
    io.scratchpad.address.set(operation.target.extend(ADDRESS_BITS));
    io.scratchpad.data.set(joined(times(p.wordSlices, () => slice)));
    io.scratchpad.mask.set(oneHot(operation.part, p.wordSlices));

    const writes = row.and(pass.toAccumulator).and(operation.epoch.eq(io.epoch));
    const written = writes.and(io.accumulator.ready);
    io.accumulator.valid.set(writes);
    io.accumulator.address.set(operation.target.extend(ADDRESS_BITS));
    io.accumulator.data.set(times(p.cols, (column): Sint => io.lanes[column % p.lanes]!));
    io.accumulator.mask.set(oneHot(operation.part, p.tileSlices));
    io.written.set(written);
    io.denied.set(writes.and(io.accumulator.ready.not()));

    const raw = rawWord(p, row.and(pass.raw), io.lanes, operation.part);
    const push = row.and(pass.toStream).and(raw.complete);
    streamQueue(p, push, raw.word, io.stream);

    const ends = row.and(operation.last).and(pass.toAccumulator.not().or(written));
    io.ends.set({ valid: ends, place: operation.pass });
    const retires = reg(bool);
    retires.next = ends;
    io.retire.set({ valid: retires, ...io.retiring });
  },
);

/** The first part lowest. */
const joined = (parts: readonly Uint[]): Uint => cat(...[...parts].reverse());

const oneHot = (index: Uint, count: number): Uint =>
  count === 1 ? uintLit(1, 1) : joined(times(count, (i) => index.eq(i)));

/**
 * Results as stream words: each lane has its part of the word (a byte where bytes may go to the stream), or several row-slices
 * fill a word; then `complete` marks the last of them.
 */
function rawWord(p: Params, valid: Bool, lanes: readonly Sint[], part: Uint): { word: Uint; complete: Bool } {
  const [words, parts] = [rawWords(p), rawParts(p)];
  const elements = lanes.map((lane) => lane.asUint().bits(32 / words - 1, 0));
  if (parts === 1) return { word: joined(elements), complete: valid.eq(valid) };
  const slice = joined(elements);
  const kept = times(parts - 1, (i) => {
    const place = reg(uint(slice.width), { reset: false });
    when(valid.and(part.eq(i)), () => {
      place.next = slice;
    });
    return place;
  });
  return { word: joined([...kept, slice]), complete: part.eq(parts - 1) };
}

/** A queue of STREAM_DEPTH words, past which a word goes when it is empty. */
function streamQueue(
  p: Params,
  push: Bool,
  word: Uint,
  out: {
    readonly valid: { set(v: Bool): void };
    readonly ready: Bool;
    readonly payload: { data: { set(v: Uint): void } };
  },
): void {
  const words = memory({ shape: wordShape(p), depth: STREAM_DEPTH });
  const bits = Math.log2(STREAM_DEPTH);
  const head = reg(uint(bits + 1));
  const tail = reg(uint(bits + 1));
  const waiting = head.ne(tail);
  const valid = waiting.or(push);
  const taken = valid.and(out.ready);
  const queued = push.and(waiting.or(out.ready.not()));
  words.write({ address: tail.wrap(bits), data: word, enable: queued });
  when(queued, () => {
    tail.next = tail.add(1).wrap(bits + 1);
  });
  when(taken.and(waiting), () => {
    head.next = head.add(1).wrap(bits + 1);
  });
  out.valid.set(valid);
  out.payload.data.set(mux(waiting, words.read({ address: head.wrap(bits), sync: false }), word));
}
