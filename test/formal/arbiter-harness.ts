import type { Invariants } from "../../src/formal/index.ts";
import {
  arbiter,
  assert,
  assume,
  bool,
  connect,
  cover,
  fire,
  module,
  reg,
  select,
  sink,
  source,
  stream,
  times,
  uint,
  uintLit,
  when,
  type Bool,
  type Policy,
  type Uint,
} from "../../src/hdl/index.ts";

export interface ArbiterParams {
  readonly policy: Policy;
  readonly inputs: number;
}

const word = stream(uint(4));
const COUNT_BITS = 3;

/** An arbiter among its properties; `waits` counts the payloads of others that pass while an input waits. */
export const ArbiterHarness = module(
  "arbiter_harness",
  ({ inputs }: ArbiterParams) => ({ from: times(inputs, () => sink(word)), to: source(word) }),
  (io, { policy, inputs }) => {
    const winner = arbiter(io.from, policy);
    connect(io.to, winner);

    const moves = fire(io.to);
    const fires = io.from.map((from) => fire(from));
    const some = io.from.map(({ valid }) => valid).reduce((any, valid) => any.or(valid));
    assert(io.to.valid.eq(some), "something is offered whenever an input has something");
    fires.forEach((one, index) => {
      assert(one.eq(moves.and(winner.chosen.eq(index))), `input ${index} moves when it is chosen, and only then`);
      for (const other of fires.slice(index + 1)) assert(one.and(other).not(), "one grant at a time");
    });
    when(io.to.valid, () => {
      const chosen = select(
        winner.chosen,
        io.from.map(({ valid, payload }) => ({ valid, payload })),
      );
      assert(chosen.valid.and(io.to.payload.eq(chosen.payload)), "the payload is that of the chosen input");
    });

    const stalled = reg(bool);
    const before = reg(uint(winner.chosen.width), { reset: false });
    stalled.next = io.to.valid.and(io.to.ready.not());
    before.next = winner.chosen;
    when(stalled, () => {
      assert(winner.chosen.eq(before), "a waiting choice stays");
    });
    io.from.forEach((from, index) => {
      const waiting = reg(bool, { name: `waiting_${index}` });
      const waits = reg(uint(COUNT_BITS), { name: `waits_${index}` });
      waiting.next = from.valid.and(from.ready.not());
      when(waiting, () => {
        assume(from.valid, "what is offered stays");
      });
      when(from.valid.not().or(fires[index]!), () => {
        waits.next = 0;
      }).elsewhen(moves.and(waits.ne(2 ** COUNT_BITS - 1)), () => {
        waits.next = waits.add(1).wrap(COUNT_BITS);
      });
      if (policy === "roundRobin") assert(waits.lt(inputs), `input ${index} waits for each other one at most once`);
      else {
        const lower = io.from.slice(0, index).map(({ valid }) => valid);
        when(io.to.valid.and(stalled.not()).and(winner.chosen.eq(index)), () => {
          for (const valid of lower) assert(valid.not(), `input ${index} goes behind those before it`);
        });
        if (index > 0) cover(waits.eq(inputs + 1), `input ${index} can be kept waiting`);
      }
    });
  },
);

/** What ties the arbiter's registers to the harness; for a fair one also how far an input is from its turn. */
export const arbiterInvariants =
  ({ policy, inputs }: ArbiterParams): Invariants =>
  (state) => {
    const [held, last] = [state.bool("winner_held"), state.uint("winner_last")];
    const waiting = times(inputs, (i) => state.bool(`waiting_${i}`));
    const indices = times(inputs, (i) => i);
    /** How far an input lies behind the last choice, going round; `same` when it is the choice. */
    const distance = (i: number, same: number): Uint =>
      select(
        last,
        indices.map((from) => uintLit(from === i ? same : (i - from + inputs) % inputs, 4)),
      );
    const turn = (i: number): Bool => {
      const waits = state.uint(`waits_${i}`);
      const ifHeld = waits.add(distance(i, 0)).lt(inputs);
      const ifFree = waits.add(distance(i, inputs)).le(inputs);
      return held.and(ifHeld).or(held.not().and(ifFree));
    };
    const turns = policy === "fixed" ? [] : indices.map((i) => [`input ${i} comes nearer its turn`, turn(i)] as const);
    const stalled = state.bool("stalled");
    return {
      "the choice is held while the output waits": held.eq(stalled),
      "the last choice is an input": last.lt(inputs),
      "the held choice waits": held.not().or(select(last, waiting)),
      "the choice is remembered": held.not().or(last.eq(state.uint("before"))),
      ...Object.fromEntries(turns),
    };
  };
