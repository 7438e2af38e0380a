import type { Data } from "../data.ts";
import type { BoolWire } from "../nets.ts";
import type { Bool } from "../signal.ts";

/**
 * A stream as its consumer holds it: a `sink` port inside its module, or a `source` port of an instance. A payload moves
 * in every cycle where `valid` and `ready` are both high; once high, `valid` stays and the payload keeps its value until
 * then; `valid` never waits for `ready`.
 */
export interface StreamOut<V extends Data> {
  readonly valid: Bool;
  readonly ready: BoolWire;
  readonly payload: V;
}

/** A stream as its producer holds it: a `source` port inside its module, or a `sink` port of an instance. */
export interface StreamIn<V extends Data> {
  readonly valid: BoolWire;
  readonly ready: Bool;
  readonly payload: { set(value: V): void };
}

/** Whether a payload moves in this cycle. */
export function fire(stream: { readonly valid: Bool; readonly ready: Bool }): Bool {
  return stream.valid.and(stream.ready);
}

/** Wires a producer's end to a consumer's end; no register in between. */
export function connect<V extends Data>(to: StreamIn<NoInfer<V>>, from: StreamOut<V>): void {
  to.valid.set(from.valid);
  to.payload.set(from.payload);
  from.ready.set(to.ready);
}
