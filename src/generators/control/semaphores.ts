import { bool, cat, input, module, mux, output, reg, times, uint, uintLit } from "../../hdl/index.ts";
import type { Uint } from "../../hdl/index.ts";
import type { Params } from "../../config/index.ts";
import { ENGINES, FAULTS } from "../../isa/index.ts";
import { faultShape, INDEX_BITS, MASK_BITS, retireShape } from "../common/index.ts";

/** Bits of a semaphore's count. */
export const countBits = (p: Params): number => Math.log2(p.semaphoreMax + 1);

/**
 * The semaphore file: `params.semaphores` counters, all zero at reset.
 *
 * ```
 *   t       wait → missing, in the same cycle      retire posts: no longer missing in this cycle
 *   t + 1   after start: each of them one less     each of them one more
 * ```
 *
 * Every engine may start and every engine may post in one cycle. Engines that want the same semaphore are served in the order
 * load, store, gemm, norm, so that no count goes below zero whatever the program does: a head whose semaphores are all there
 * keeps them from later engines, whether or not its engine is ready. A post beyond the maximum is a fault of the command that
 * posts.
 */
export const Semaphores = module(
  "semaphores",
  (p: Params) => ({
    engines: times(ENGINES.length, () => ({
      /** Semaphores that the head command needs; 0 without a command. */
      wait: input(uint(MASK_BITS)),
      /** Those of them that it cannot have in this cycle. */
      missing: output(uint(MASK_BITS)),
      /** The head command starts and takes what it needs. Only while nothing is missing. */
      start: input(bool),
      retire: input(retireShape),
    })),
    counts: times(p.semaphores, () => output(uint(countBits(p)))),
    fault: output(faultShape),
  }),
  (io, p) => {
    const counts = times(p.semaphores, () => reg(uint(countBits(p))));
    const posts = io.engines.map(({ retire }) => mux(retire.valid, retire.post.wrap(p.semaphores), uintLit(0)));
    // A post counts in its own cycle: that saves a cycle at every hand-over from engine to engine.
    const posted = posts.reduce((all, post) => all.or(post));
    const zero = cat(...[...counts].reverse().map((count) => count.eq(0))).and(posted.not());

    // What may start holds back the others, not what does: no engine's readiness is on the way to another's start.
    let kept: Uint = uintLit(0, p.semaphores);
    let taken: Uint = uintLit(0, p.semaphores);
    for (const engine of io.engines) {
      const wait = engine.wait.wrap(p.semaphores);
      engine.missing.set(wait.and(zero.or(kept)));
      kept = kept.or(mux(wait.and(zero).eq(0), wait, uintLit(0)));
      taken = taken.or(mux(engine.start, wait, uintLit(0)));
    }

    // With and without what a start takes: the start, which comes late, only chooses.
    const sums = counts.map((count, s) =>
      posts.reduce((total, post) => total.add(post.bit(s)).wrap(count.width + 2), count.extend(count.width + 2)),
    );
    counts.forEach((count, s) => {
      count.next = mux(taken.bit(s), sums[s]!.sub(1), sums[s]!).wrap(count.width);
      io.counts[s]!.set(count);
    });

    const beyond = sums.map((sum, s) => mux(taken.bit(s), sum.gt(p.semaphoreMax + 1), sum.gt(p.semaphoreMax)));
    const overflows = cat(...[...beyond].reverse());
    const guilty = posts.map((post) => post.and(overflows).reduceOr());
    const index = io.engines.reduceRight<Uint>(
      (later, { retire }, e) => mux(guilty[e]!, retire.index, later),
      uintLit(0, INDEX_BITS),
    );
    const fault = reg(faultShape, { reset: { valid: false, code: 0, index: 0 } });
    fault.next = { valid: overflows.reduceOr(), code: FAULTS.semaphoreOverflow.code, index };
    io.fault.set(fault);
  },
);
