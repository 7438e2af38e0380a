import type { Data, Plain } from "../data.ts";
import { pipe, type PipeOptions } from "../pipe.ts";
import type { Bool } from "../signal.ts";

/** A value that counts only in cycles where `valid` is high; nobody can refuse it. */
export interface Valid<V extends Data> {
  readonly valid: Bool;
  readonly payload: V;
}

/** `from` some cycles later: `valid` is reset to low, the payload's registers have no reset. */
export function delayValid<V extends Data>(
  from: Valid<V>,
  cycles: number,
  options: Omit<PipeOptions, "reset"> = {},
): Valid<Plain<V>> {
  const named = (suffix: string): PipeOptions => {
    return options.name === undefined ? options : { ...options, name: `${options.name}_${suffix}` };
  };
  return {
    valid: pipe(from.valid, cycles, { ...named("valid"), reset: true }),
    payload: pipe(from.payload, cycles, named("payload")),
  };
}
