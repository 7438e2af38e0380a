import { mux, reg, sint, when } from "../../hdl/index.ts";
import type { Sint, Value } from "../../hdl/index.ts";
import type { frontControl } from "./lane-control.ts";
import type { NormFeatures } from "./shape.ts";

/** What the front of a lane reads in the stage `fetch`. */
export interface FrontInputs {
  readonly accumulator: Sint;
  /** The residual, or raw bits of the accumulator. */
  readonly residual: Sint;
}

/**
 * Front of a lane: accumulator, residual or distance to the row maximum. Returns the operand (s33).
 *
 * ```
 *   fetch      x        ← accumulator | residual
 *   subtract   operand  ← x | row maximum - x     only with softmax, else x is the operand
 * ```
 */
export function laneFront(control: Value<typeof frontControl>, inputs: FrontInputs, features: NormFeatures): Sint {
  const x = reg(sint(32), { reset: false });
  when(control.fetches, () => {
    x.next = mux(control.residual, inputs.residual.extend(32), inputs.accumulator);
  });
  if (!features.softmax) return x.extend(33);
  const operand = reg(sint(33), { reset: false });
  operand.next = mux(control.distance, control.rowMax.sub(x), x);
  return operand;
}
