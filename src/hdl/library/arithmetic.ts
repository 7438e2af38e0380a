import { report } from "../context.ts";
import { instance } from "../module.ts";
import { Sint, type Uint } from "../signal.ts";
import { Divider } from "./modules/divider.ts";
import { SquareRoot } from "./modules/square-root.ts";
import { inEveryCycle, type PartOptions } from "./part.ts";
import type { StreamOut } from "./stream.ts";

/** Operands of a division, of one kind and width. */
export interface DivisionOperands<T extends Uint | Sint> {
  readonly dividend: T;
  readonly divisor: T;
}

/** Result of a division, as wide as its operands. */
export interface DivisionResult<T extends Uint | Sint> {
  readonly quotient: T;
  readonly remainder: T;
}

/** Quotients rounded towards 0, and remainders, by a {@link Divider}: width + 1 cycles each. Unsigned or signed as the operands are. */
export function divide(from: StreamOut<DivisionOperands<Uint>>, options?: PartOptions): StreamOut<DivisionResult<Uint>>;
export function divide(from: StreamOut<DivisionOperands<Sint>>, options?: PartOptions): StreamOut<DivisionResult<Sint>>;
export function divide(
  from: StreamOut<DivisionOperands<Uint> | DivisionOperands<Sint>>,
  options: PartOptions = {},
): StreamOut<DivisionResult<Uint> | DivisionResult<Sint>> {
  const { dividend, divisor } = from.payload;
  const { width } = dividend;
  if (divisor.width !== width) {
    report({
      code: "hdl-divide",
      message: `a dividend of ${width} bits and a divisor of ${divisor.width}`,
      help: "both have the same width: .extend(…) the narrower one",
    });
  }
  const signed = dividend instanceof Sint;
  const { enq, deq } = instance(Divider, { width, signed }, options);
  inEveryCycle(() => {
    enq.valid.set(from.valid);
    enq.payload.set({ dividend: dividend.asUint().wrap(width), divisor: divisor.asUint().wrap(width) });
    from.ready.set(enq.ready);
  });
  const { quotient, remainder } = deq.payload;
  const payload = signed ? { quotient: quotient.asSint(), remainder: remainder.asSint() } : { quotient, remainder };
  return { valid: deq.valid, ready: deq.ready, payload };
}

/** Roots rounded down, and what remains, by a {@link SquareRoot}: ceil(width / 2) + 1 cycles each. */
export function squareRoot(
  from: StreamOut<Uint>,
  options: PartOptions = {},
): StreamOut<{ readonly root: Uint; readonly remainder: Uint }> {
  const { enq, deq } = instance(SquareRoot, { width: from.payload.width }, options);
  inEveryCycle(() => {
    enq.valid.set(from.valid);
    enq.payload.set(from.payload);
    from.ready.set(enq.ready);
  });
  return { valid: deq.valid, ready: deq.ready, payload: deq.payload };
}
