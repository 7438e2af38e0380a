import { cat, module, reg, select, sink, source, stream, times, uint, when } from "../../hdl/index.ts";
import type { Params } from "../../config/index.ts";
import { wordShape } from "../common/index.ts";
import { modulo } from "./modulo.ts";
import { unitFit } from "./units.ts";

/**
 * Scratchpad words as DMA beats, low bytes first: several beats a word, or several words a beat.
 *
 * Latency 0 (a beat is offered with the word that completes it); throughput one word and one beat a cycle, whichever is
 * slower. Words of an incomplete beat are gathered whenever they come.
 */
export const BeatPacker = module(
  "beat_packer",
  (p: Params) => ({
    words: sink(stream(wordShape(p))),
    beats: source(stream(uint(8 * p.beatBytes))),
  }),
  (io, p) => {
    const { units, beats } = unitFit(p, p.wordBytes);
    const places = Math.max(units, beats);
    const place = modulo(places, (index) => index.eq(places - 1));
    const word = io.words.payload;
    if (units === 1) {
      const parts = times(beats, (i) => word.bits(8 * p.beatBytes * (i + 1) - 1, 8 * p.beatBytes * i));
      io.beats.valid.set(io.words.valid);
      io.beats.payload.set(select(place.index, parts));
      io.words.ready.set(io.beats.ready.and(place.last));
      place.step(io.words.valid.and(io.beats.ready));
      return;
    }
    const gathered = times(units - 1, () => reg(wordShape(p), { reset: false }));
    const ready = io.beats.ready.or(place.last.not());
    const take = io.words.valid.and(ready);
    io.beats.valid.set(io.words.valid.and(place.last));
    io.beats.payload.set(cat(word, ...[...gathered].reverse()));
    io.words.ready.set(ready);
    place.step(take);
    gathered.forEach((register, i) => {
      when(take.and(place.is(i)), () => {
        register.next = word;
      });
    });
  },
);
