import { report } from "../context.ts";
import type { Data, Plain } from "../data.ts";
import { wireAt } from "../declare.ts";
import { assert } from "../properties.ts";
import { bool } from "../shapes.ts";
import type { Uint } from "../signal.ts";
import { mapLeaves } from "../tree.ts";
import { boolLit } from "../values.ts";
import { declarePart, inEveryCycle, type PartOptions } from "./part.ts";
import type { StreamOut } from "./stream.ts";

/**
 * Routes each payload of a stream to output `to`, which is made from the payload and stays with it. Without a register: `valid`
 * passes to one output within the cycle, and its `ready` back. An index past the last output breaks an assertion.
 */
export function demux<V extends Data>(
  from: StreamOut<V>,
  to: Uint,
  count: number,
  options: PartOptions = {},
): StreamOut<Plain<V>>[] {
  if (!Number.isInteger(count) || count < 1) report({ code: "hdl-demux", message: `demux to ${count} streams` });
  const at = declarePart("a demux", "demux", options);
  const outputs = Array.from({ length: count }, (_, index) => {
    const chosen = index < 2 ** to.width ? to.eq(index) : boolLit(false);
    const ready = wireAt(bool, at.inner(`ready_${index}`));
    const payload = mapLeaves([from.payload], ([leaf]) => leaf!);
    return { chosen, stream: { valid: from.valid.and(chosen), ready, payload } };
  });
  inEveryCycle(() => {
    from.ready.set(
      outputs.map(({ chosen, stream }) => chosen.and(stream.ready)).reduce((any, one) => any.or(one), boolLit(false)),
    );
    if (count < 2 ** to.width)
      assert(from.valid.not().or(to.lt(count)), `a demux to ${count} streams has an output for every payload`);
  });
  return outputs.map(({ stream }) => stream);
}
