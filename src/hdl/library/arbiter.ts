import type { Data, Plain } from "../data.ts";
import { when } from "../control.ts";
import { declaration, regAt, wireAt } from "../declare.ts";
import { report } from "../context.ts";
import { bool, indexWidth, uint } from "../shapes.ts";
import type { Bool, Uint } from "../signal.ts";
import { boolLit, mux, select, uintLit } from "../values.ts";
import type { PartOptions } from "./part.ts";
import type { StreamOut } from "./stream.ts";

/** Who goes first: the lowest index, or whoever follows the last winner. */
export type Policy = "fixed" | "roundRobin";

/** A stream and the number of the input its payload comes from. */
export interface Arbitrated<V extends Data> extends StreamOut<V> {
  readonly chosen: Uint;
}

/**
 * One stream out of several, without a register: the winner's payload passes in the same cycle. A stream that waits for
 * `ready` is not overtaken: the choice stays until it moves.
 */
export function arbiter<V extends Data>(
  inputs: readonly StreamOut<V>[],
  policy: Policy,
  options: PartOptions = {},
): Arbitrated<Plain<V>> {
  if (inputs.length === 0) report({ code: "hdl-arbiter", message: "arbiter of no streams" });
  const at = declaration("an arbiter", "arbiter", options.name);
  const named = (suffix: string): typeof at => ({ ...at, hint: `${at.hint}_${suffix}` });
  const shape = uint(indexWidth(inputs.length));
  const ready = wireAt(bool, named("ready"));
  const held = regAt(bool, named("held"), undefined);
  const last = regAt(shape, named("last"), undefined);
  const valids = inputs.map((input) => input.valid);
  const lowest = firstOf(valids, shape.width);
  const later = valids.map((valid, index) => valid.and(last.lt(index)));
  const fresh = policy === "fixed" ? lowest : mux(anyOf(later), firstOf(later, shape.width), lowest);
  const chosen = mux(held, last, fresh);
  const valid = anyOf(valids);
  const result = {
    valid,
    ready,
    payload: select(
      chosen,
      inputs.map((input) => input.payload),
    ),
    chosen,
  };
  inputs.forEach((input, index) => {
    input.ready.set(ready.and(chosen.eq(index)));
  });
  held.next = valid.and(ready.not());
  when(valid, () => {
    last.next = chosen;
  });
  return result;
}

/** The index of the first condition that holds, the last index when none does. */
function firstOf(conditions: readonly Bool[], width: number): Uint {
  const last = uintLit(conditions.length - 1, width);
  return conditions
    .slice(0, -1)
    .reduceRight<Uint>((rest, condition, index) => mux(condition, uintLit(index, width), rest), last);
}

function anyOf(conditions: readonly Bool[]): Bool {
  return conditions.reduce((any, condition) => any.or(condition), boolLit(false));
}
