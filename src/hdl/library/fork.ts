import { report } from "../context.ts";
import { when } from "../control.ts";
import type { Data, Plain } from "../data.ts";
import { declaration, regAt, wireAt } from "../declare.ts";
import { bool } from "../shapes.ts";
import { mapLeaves } from "../tree.ts";
import { boolLit } from "../values.ts";
import type { PartOptions } from "./part.ts";
import { fire, type StreamOut } from "./stream.ts";

/**
 * Copies of a stream, each of which every consumer takes when it likes; the original moves on when all have taken theirs.
 * No register in the payload's path, one bit of memory a copy.
 */
export function fork<V extends Data>(
  from: StreamOut<V>,
  count: number,
  options: PartOptions = {},
): StreamOut<Plain<V>>[] {
  if (!Number.isInteger(count) || count < 1) report({ code: "hdl-fork", message: `fork into ${count} streams` });
  const at = declaration("a fork", "fork", options.name);
  const copies = Array.from({ length: count }, (_, index) => {
    const taken = regAt(bool, { ...at, hint: `${at.hint}_taken_${index}` }, undefined);
    const ready = wireAt(bool, { ...at, hint: `${at.hint}_ready_${index}` });
    const valid = from.valid.and(taken.not());
    return { taken, stream: { valid, ready, payload: mapLeaves([from.payload], ([leaf]) => leaf!) } };
  });
  const done = copies
    .map(({ taken, stream }) => taken.or(stream.ready))
    .reduce((all, one) => all.and(one), boolLit(true));
  from.ready.set(done);
  for (const { taken, stream } of copies) {
    when(from.valid.and(done), () => {
      taken.next = false;
    }).elsewhen(fire(stream), () => {
      taken.next = true;
    });
  }
  return copies.map(({ stream }) => stream);
}

/** The payloads of several streams side by side, moving together; without a register. */
export function join<T extends Readonly<Record<string, StreamOut<Data>>>>(
  inputs: T,
  options: PartOptions = {},
): StreamOut<{ readonly [K in keyof T]: Plain<T[K]["payload"]> }> {
  const at = declaration("a join", "join", options.name);
  const ready = wireAt(bool, { ...at, hint: `${at.hint}_ready` });
  const streams = Object.values(inputs);
  const valid = streams.reduce((all, { valid: one }) => all.and(one), boolLit(true));
  for (const input of streams) input.ready.set(valid.and(ready));
  const fields = Object.entries(inputs).map(([key, { payload }]) => [key, mapLeaves([payload], ([leaf]) => leaf!)]);
  return {
    valid,
    ready,
    payload: Object.fromEntries(fields) as { readonly [K in keyof T]: Plain<T[K]["payload"]> },
  };
}
