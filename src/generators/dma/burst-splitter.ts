import {
  bool,
  min,
  module,
  mux,
  output,
  input,
  reg,
  sink,
  source,
  stream,
  uint,
  uintLit,
  when,
} from "../../hdl/index.ts";
import type { Bool, Uint } from "../../hdl/index.ts";
import type { Params } from "../../config/index.ts";
import { BURST_BEATS, BURST_BOUNDARY_BYTES } from "../common/index.ts";

/** Bits of a run's length in beats: 65,535 of the larger of word and accumulator row. */
export const runBeatsBits = (p: Params): number =>
  16 + Math.log2(Math.max(1, p.wordBytes / p.beatBytes, p.accumulatorRowBytes / p.beatBytes));

/** The DRAM side of a LOAD or STORE: `runs` runs of `beats` beats, `stride` bytes apart. All sizes at least 1, all addresses aligned to beats. */
export const dramRunsShape = (p: Params) => ({
  offset: uint(32),
  stride: uint(32),
  runs: uint(16),
  beats: uint(runBeatsBits(p)),
});

/** A burst: byte offset of its first beat, beats - 1, whether it is the command's last. */
export const burstShape = { offset: uint(32), length: uint(8), last: bool } as const;

/**
 * Cuts strided runs into AXI bursts: up to 256 beats, never across a 4 KiB boundary (offsets are relative to a 4 KiB
 * aligned base).
 *
 * ```
 *   cycle t       runs fires
 *   t + 1 ..      one burst a cycle: the least of what is left of the run, of the page, and 256 beats
 *   last burst    the next command's runs may fire in the same cycle
 * ```
 *
 * `outOfRange` while the present run would end beyond `limit`; none of its bursts is given, and it stays so until reset.
 */
export const BurstSplitter = module(
  "burst_splitter",
  (p: Params) => ({
    runs: sink(stream(dramRunsShape(p))),
    bursts: source(stream(burstShape)),
    limit: input(uint(32)),
    outOfRange: output(bool),
  }),
  (io, p) => {
    const beatLog = Math.log2(p.beatBytes);
    const pageBeats = BURST_BOUNDARY_BYTES / p.beatBytes;

    // Everything counts in beats. One bit more than an offset has: a run may start beyond 4 GiB, to be found out of range.
    const offsetBits = 32 - beatLog;
    const wide = offsetBits + 1;
    const active = reg(bool);
    /** The present run ends beyond the limit; found in the cycle before its first burst. */
    const beyond = reg(bool, { reset: false });
    const runStart = reg(uint(wide), { reset: false });
    const stride = reg(uint(offsetBits), { reset: false });
    const runBeats = reg(uint(runBeatsBits(p)), { reset: false });
    const runsLeft = reg(uint(16), { reset: false });
    const offset = reg(uint(offsetBits), { reset: false });
    const beatsLeft = reg(uint(runBeatsBits(p)), { reset: false });

    const outOfRange = active.and(beyond);
    const endsBeyond = (start: Uint, beats: Uint): Bool => start.add(beats).gt(io.limit.shr(beatLog));

    const pagePlace = offset.bits(Math.log2(pageBeats) - 1, 0);
    const toBoundary = uintLit(pageBeats)
      .sub(pagePlace)
      .wrap(pagePlace.width + 1);
    const most = pageBeats > BURST_BEATS ? min(toBoundary, BURST_BEATS) : toBoundary;
    const beats = min(beatsLeft, most).wrap(9);
    const endsRun = beatsLeft.le(most);
    const last = endsRun.and(runsLeft.eq(1));

    const valid = active.and(outOfRange.not());
    const fire = valid.and(io.bursts.ready);
    io.bursts.valid.set(valid);
    io.bursts.payload.set({ offset: offset.shl(beatLog), length: beats.sub(1).wrap(8), last });
    io.outOfRange.set(outOfRange);

    const ready = active.not().or(fire.and(last));
    io.runs.ready.set(ready);
    const nextStart = runStart.add(stride).wrap(wide);
    when(fire, () => {
      active.next = last.not();
      offset.next = mux(endsRun, nextStart, offset.add(beats)).wrap(offsetBits);
      beatsLeft.next = mux(endsRun, runBeats, beatsLeft.sub(beats)).wrap(beatsLeft.width);
      when(endsRun, () => {
        beyond.next = endsBeyond(nextStart, runBeats);
        runStart.next = nextStart;
        runsLeft.next = runsLeft.sub(1).wrap(16);
      });
    });
    when(io.runs.valid.and(ready), () => {
      const runs = io.runs.payload;
      const start = runs.offset.shr(beatLog);
      active.next = true;
      beyond.next = endsBeyond(start, runs.beats);
      runStart.next = start;
      stride.next = runs.stride.shr(beatLog);
      runBeats.next = runs.beats;
      runsLeft.next = runs.runs;
      offset.next = start;
      beatsLeft.next = runs.beats;
    });
  },
);
