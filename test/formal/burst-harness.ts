import type { Params } from "../../src/config/index.ts";
import type { Uint } from "../../src/hdl/index.ts";
import type { Invariants } from "../../src/formal/index.ts";
import { BurstSplitter, burstShape, dramRunsShape, runBeatsBits } from "../../src/generators/dma/burst-splitter.ts";
import {
  assert,
  assume,
  bool,
  cover,
  equal,
  fire,
  instance,
  module,
  reg,
  sink,
  source,
  stream,
  uint,
  when,
} from "../../src/hdl/index.ts";

const PAGE_BYTES = 4096;

/** A burst splitter beside a model of the runs that it was given. */
export const BurstHarness = module(
  "burst_harness",
  (p: Params) => ({ runs: sink(stream(dramRunsShape(p))), bursts: source(stream(burstShape)) }),
  (io, p) => {
    const beatLog = Math.log2(p.beatBytes);
    const beatsShape = uint(runBeatsBits(p));
    const splitter = instance(BurstSplitter, p, { name: "splitter" });
    splitter.runs.valid.set(io.runs.valid);
    splitter.runs.payload.set(io.runs.payload);
    io.runs.ready.set(splitter.runs.ready);
    io.bursts.valid.set(splitter.bursts.valid);
    io.bursts.payload.set(splitter.bursts.payload);
    splitter.bursts.ready.set(io.bursts.ready);
    /** Any limit, which stays. */
    const limit = reg(uint(32), { reset: false });
    limit.next = limit;
    splitter.limit.set(limit);

    const busy = reg(bool);
    const start = reg(uint(33), { reset: false });
    const place = reg(uint(33), { reset: false });
    const left = reg(beatsShape, { reset: false });
    const beats = reg(beatsShape, { reset: false });
    const stride = reg(uint(32), { reset: false });
    const runs = reg(uint(16), { reset: false });

    const given = io.runs.payload;
    when(io.runs.valid, () => {
      assume(given.runs.ne(0).and(given.beats.ne(0)), "a command has runs, and runs have beats");
      const aligned = given.offset
        .bits(beatLog - 1, 0)
        .eq(0)
        .and(given.stride.bits(beatLog - 1, 0).eq(0));
      assume(aligned, "addresses are multiples of a beat");
    });

    const burst = splitter.bursts.payload;
    const size = burst.length.add(1);
    const bytes = size.shl(beatLog);
    const endsRun = size.eq(left);
    when(splitter.bursts.valid, () => {
      assert(busy, "a burst belongs to a command");
      const end = burst.offset.bits(11, 0).add(bytes);
      assert(end.le(PAGE_BYTES), "a burst never crosses 4 KiB");
      assert(burst.offset.eq(place.wrap(32)), "a burst begins where the one before ended");
      assert(size.le(left), "the lengths of a run's bursts never exceed it");
      assert(burst.last.eq(endsRun.and(runs.eq(1))), "the last burst ends the last run, with all its beats");
      assert(endsRun.or(end.eq(PAGE_BYTES)).or(size.eq(256)), "a burst is as long as it can be");
      assert(start.add(beats.shl(beatLog)).le(limit), "only runs within the limit are given");
      cover(burst.last.and(start.bits(11, 0).ne(0)).and(beats.gt(1)), "a command ends away from a page's beginning");
    });
    const offered = reg(bool);
    const before = reg(burstShape, { reset: false });
    offered.next = splitter.bursts.valid.and(io.bursts.ready.not());
    before.next = burst;
    when(offered, () => {
      assert(splitter.bursts.valid.and(equal(burst, before)), "an offered burst stays until it is taken");
    });

    when(fire(splitter.bursts), () => {
      when(endsRun, () => {
        const next = start.add(stride).wrap(33);
        start.next = next;
        place.next = next;
        left.next = beats;
        runs.next = runs.sub(1).wrap(16);
        busy.next = runs.ne(1);
      }).otherwise(() => {
        place.next = place.add(bytes).wrap(33);
        left.next = left.sub(size).wrap(left.width);
      });
    });
    when(fire(splitter.runs), () => {
      busy.next = true;
      start.next = given.offset;
      place.next = given.offset;
      left.next = given.beats;
      beats.next = given.beats;
      stride.next = given.stride;
      runs.next = given.runs;
    });
  },
);

/** What ties the splitter's registers to the model. */
export const burstInvariants =
  (p: Params): Invariants =>
  (state) => {
    const beatLog = Math.log2(p.beatBytes);
    const idle = state.bool("busy").not();
    const same = (own: string, model: string) => idle.or(state.uint(`splitter.${own}`).eq(state.uint(model)));
    /** The splitter counts addresses in beats. */
    const samePlace = (own: string, model: Uint) => idle.or(state.uint(`splitter.${own}`).eq(model.shr(beatLog)));
    const [start, place] = [state.uint("start"), state.uint("place")];
    const [left, beats] = [state.uint("left"), state.uint("beats")];
    const beyond = state.bool("splitter.beyond");
    const end = start.add(beats.shl(beatLog));
    return {
      "both are busy": state.bool("splitter.active").eq(state.bool("busy")),
      "the same run": samePlace("runStart", start),
      "the same stride": samePlace("stride", state.uint("stride")),
      "the same beats": same("runBeats", "beats"),
      "the same runs left": same("runsLeft", "runs"),
      "the same beats left": same("beatsLeft", "left"),
      "the same place": samePlace("offset", place.wrap(32)),
      "a run that ends beyond the limit is known": idle.or(beyond.eq(end.gt(state.uint("limit")))),
      "place and beats left make the run's end": idle.or(place.add(left.shl(beatLog)).eq(end)),
      "something is left": idle.or(left.ne(0).and(beats.ne(0)).and(state.uint("runs").ne(0))),
      "addresses are multiples of a beat": idle.or(
        [place, start, state.uint("stride")]
          .map((address) => address.bits(beatLog - 1, 0).eq(0))
          .reduce((all, one) => all.and(one)),
      ),
      "an offered burst is the present one": state
        .bool("offered")
        .not()
        .or(
          state
            .bool("splitter.bursts_valid")
            .and(state.uint("before_offset").eq(state.uint("splitter.bursts_payload_offset")))
            .and(state.uint("before_length").eq(state.uint("splitter.bursts_payload_length")))
            .and(state.bool("before_last").eq(state.bool("splitter.bursts_payload_last"))),
        ),
    };
  };
