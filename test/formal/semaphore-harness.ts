import type { Params } from "../../src/config/index.ts";
import { countBits, Semaphores } from "../../src/generators/control/semaphores.ts";
import { MASK_BITS, retireShape } from "../../src/generators/common/index.ts";
import { ENGINES } from "../../src/isa/index.ts";
import { assert, assume, bool, cover, input, instance, module, reg, times, uint, when } from "../../src/hdl/index.ts";
import type { Bool, Uint } from "../../src/hdl/index.ts";

/** How many of the conditions hold, in 4 bits. */
const count = (conditions: readonly Bool[]): Uint =>
  conditions.reduce<Uint>((sum, one) => sum.add(one).wrap(4), conditions[0]!.and(false).extend(4));

/** The semaphore file beside a ledger of its posts and waits, in numbers that cannot overflow. */
export const SemaphoreHarness = module(
  "semaphore_harness",
  () => ({
    engines: times(ENGINES.length, () => ({
      wait: input(uint(MASK_BITS)),
      start: input(bool),
      retire: input(retireShape),
    })),
  }),
  (io, p: Params) => {
    const file = instance(Semaphores, p, { name: "file" });
    io.engines.forEach((engine, e) => {
      const own = file.engines[e]!;
      own.wait.set(engine.wait);
      own.start.set(engine.start);
      own.retire.set(engine.retire);
      when(engine.start, () => {
        assume(own.missing.eq(0), "an engine starts only while nothing is missing");
      });
    });
    /** A count went beyond the maximum: from then on the fault says so and the counts mean nothing. */
    const spoilt = reg(bool);
    const overflows = times(p.semaphores, (s) => {
      const balance = reg(uint(countBits(p) + 4));
      const posts = count(io.engines.map(({ retire }) => retire.valid.and(retire.post.bit(s))));
      const waits = count(io.engines.map(({ start, wait }) => start.and(wait.bit(s))));
      const have = balance.add(posts);
      const after = have.sub(waits).wrap(balance.width);
      balance.next = after;
      when(spoilt.not(), () => {
        assert(waits.le(have), `semaphore ${s} never goes below zero`);
        assert(balance.le(p.semaphoreMax), `semaphore ${s} never holds more than the maximum`);
        assert(file.counts[s]!.eq(balance), `semaphore ${s} holds its posts less its waits`);
      });
      if (s === 0)
        cover(balance.eq(2).and(waits.eq(1)).and(posts.eq(2)), "two posts and a wait of a semaphore at once");
      return after.gt(p.semaphoreMax).and(waits.le(have));
    });
    const overflow = overflows.reduce((any, one) => any.or(one));
    const overflowed = reg(bool);
    overflowed.next = spoilt.not().and(overflow);
    spoilt.next = spoilt.or(overflow);
    when(spoilt.not().or(overflowed), () => {
      assert(file.fault.valid.eq(overflowed), "a fault says that a count went beyond the maximum, and only that");
    });
  },
);
