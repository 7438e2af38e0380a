/** SHA-256 (FIPS 180-4): one round a cycle. */
import {
  bool,
  cat,
  fire,
  fsm,
  memory,
  module,
  reg,
  sink,
  source,
  stream,
  times,
  uint,
  when,
  type Uint,
  indexWidth,
  mux,
} from "systole/hdl";
import { INITIAL_HASH, ROUND_CONSTANTS } from "./constants.ts";

const word = uint(32);

/** 512 bits of the padded message as sixteen big-endian words; `first` and `last` mark the ends of the message. */
export const block = stream({ words: times(16, () => word), first: bool, last: bool });

/** The hash as eight big-endian words. */
export const digest = stream(times(8, () => word));

/** Cycles from the one that takes a block to the one that can take the next: 64 rounds, one to load, one to add. */
export const CYCLES_PER_BLOCK = 66;

/**
 * The hash of a message given block by block. The message schedule is a window of sixteen words that moves on by one
 * each round, so that nothing but the window, the eight working variables and the eight words of the hash is stored.
 */
export const Sha256 = module(
  "sha256",
  () => ({ block: sink(block), digest: source(digest) }),
  (io) => {
    const state = fsm("idle", "rounds", "add", "done");
    const window = times(16, () => reg(word, { reset: false }));
    const hash = times(8, () => reg(word, { reset: false }));
    const working = reg({ a: word, b: word, c: word, d: word, e: word, f: word, g: word, h: word }, { reset: false });
    const last = reg(bool);
    const round = reg(uint(indexWidth(64)));
    const constants = memory({ shape: word, depth: 64, init: ROUND_CONSTANTS });
    const constant = constants.read({ address: round, sync: false });

    const { a, b, c, d, e, f, g, h } = working;
    const letters = [a, b, c, d, e, f, g, h];
    const sum1 = rotate(e, 6).xor(rotate(e, 11)).xor(rotate(e, 25));
    const choice = e.and(f).xor(e.not().and(g));
    const temporary1 = sum(h, sum1, choice, constant, window[0]!);
    const sum0 = rotate(a, 2).xor(rotate(a, 13)).xor(rotate(a, 22));
    const majority = a.and(b).xor(a.and(c)).xor(b.and(c));
    const mix0 = rotate(window[1]!, 7).xor(rotate(window[1]!, 18)).xor(window[1]!.shr(3));
    const mix1 = rotate(window[14]!, 17).xor(rotate(window[14]!, 19)).xor(window[14]!.shr(10));
    const scheduled = sum(window[0]!, mix0, window[9]!, mix1);

    io.block.ready.set(state.is("idle"));
    io.digest.valid.set(state.is("done"));
    io.digest.payload.set(hash);

    state.states({
      idle: () => {
        when(fire(io.block), () => {
          const { words, first } = io.block.payload;
          window.forEach((slot, i) => {
            slot.next = words[i]!;
          });
          times(8, (i) => {
            const start = mux(first, INITIAL_HASH[i]!, hash[i]!);
            letters[i]!.next = start;
            hash[i]!.next = start;
          });
          last.next = io.block.payload.last;
          round.next = 0;
          state.goto("rounds");
        });
      },
      rounds: () => {
        working.next = {
          a: sum(temporary1, sum0, majority),
          b: a,
          c: b,
          d: c,
          e: sum(d, temporary1),
          f: e,
          g: f,
          h: g,
        };
        window.forEach((slot, i) => {
          slot.next = window[i + 1] ?? scheduled;
        });
        round.next = round.add(1).wrap(round.width);
        when(round.eq(63), () => {
          state.goto("add");
        });
      },
      add: () => {
        hash.forEach((part, i) => {
          part.next = sum(part, letters[i]!);
        });
        when(last, () => {
          state.goto("done");
        }).otherwise(() => {
          state.goto("idle");
        });
      },
      done: () => {
        when(io.digest.ready, () => {
          state.goto("idle");
        });
      },
    });
  },
);

/** ROTR of FIPS 180-4: to the right by `bits`, what falls out comes in at the top. */
function rotate(value: Uint, bits: number): Uint {
  return cat(value.bits(bits - 1, 0), value.bits(31, bits));
}

/** The sum modulo 2^32. */
function sum(first: Uint, ...others: readonly Uint[]): Uint {
  return others.reduce((total, other) => total.add(other).wrap(32), first);
}
