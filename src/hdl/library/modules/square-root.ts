import { when } from "../../control.ts";
import { reg } from "../../declare.ts";
import { module } from "../../module.ts";
import { sink, source } from "../../ports.ts";
import { bool, stream, uint } from "../../shapes.ts";
import { counter } from "../counter.ts";
import { squareRootStep } from "../digit-steps.ts";
import { fire } from "../stream.ts";

/** Bits of the radicand of a {@link SquareRoot}. */
export interface SquareRootParams {
  readonly width: number;
}

/**
 * The root rounded down and what remains: radicand = root² + remainder, remainder <= 2 · root. One bit of the root a cycle,
 * digit by digit; with n = ceil(width / 2):
 *
 * ```
 *   0         radicand enters
 *   1 .. n    root, from the top bit down
 *   n + 1     result leaves; the next radicand can enter
 * ```
 *
 * Registers: two words.
 */
export const SquareRoot = module(
  ({ width }: SquareRootParams) => `square_root_${width}`,
  ({ width }: SquareRootParams) => ({
    enq: sink(stream(uint(width))),
    deq: source(stream({ root: uint(Math.ceil(width / 2)), remainder: uint(Math.ceil(width / 2) + 1) })),
  }),
  (io, { width }) => {
    const digits = Math.ceil(width / 2);
    const radicand = reg(uint(2 * digits), { reset: false });
    const remainder = reg(uint(digits + 1), { reset: false });
    const root = reg(uint(digits), { reset: false });
    const busy = reg(bool);
    const done = reg(bool);
    const step = counter(digits, { enable: busy });
    io.enq.ready.set(busy.not().and(done.not().or(io.deq.ready)));
    io.deq.valid.set(done);
    io.deq.payload.set({ root, remainder });

    when(busy, () => {
      const found = squareRootStep({ remainder, root }, radicand.bits(2 * digits - 1, 2 * digits - 2));
      remainder.next = found.remainder;
      root.next = found.root;
      radicand.next = radicand.shl(2).wrap(2 * digits);
    });
    when(step.wraps, () => {
      busy.next = false;
      done.next = true;
    }).elsewhen(io.deq.ready, () => {
      done.next = false;
    });
    when(fire(io.enq), () => {
      radicand.next = io.enq.payload;
      remainder.next = 0;
      root.next = 0;
      busy.next = true;
    });
  },
);
