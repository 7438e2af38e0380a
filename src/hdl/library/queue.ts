import { report } from "../context.ts";
import type { Data, Plain } from "../data.ts";
import { instance } from "../module.ts";
import { widthOf, type Shape } from "../shapes.ts";
import { shapeOf } from "../tree.ts";
import { pack, unpack } from "../values.ts";
import { Queue } from "./modules/queue.ts";
import type { StreamOut } from "./stream.ts";

/** Options of library parts; a name is read from the source when none is given. */
export interface PartOptions {
  readonly name?: string;
}

/** `from` through a {@link Queue} of `depth` entries. */
export function queue<V extends Data>(
  from: StreamOut<V>,
  depth: number,
  options: PartOptions = {},
): StreamOut<Plain<V>> {
  if (!Number.isInteger(depth) || depth < 1) {
    report({ code: "hdl-queue", message: `queue of depth ${depth}`, help: "a depth is 1 or more entries" });
    return queue(from, 1, options);
  }
  const shape = shapeOf(from.payload) as Shape;
  const { enq, deq } = instance(Queue, { width: widthOf(shape), depth }, options);
  enq.valid.set(from.valid);
  enq.payload.set(pack(from.payload));
  from.ready.set(enq.ready);
  return { valid: deq.valid, ready: deq.ready, payload: unpack(shape, deq.payload) as Plain<V> };
}

/** `from` through registers that cut every combinational path, at full throughput: a queue of two. */
export function registerSlice<V extends Data>(from: StreamOut<V>, options: PartOptions = {}): StreamOut<Plain<V>> {
  return queue(from, 2, options);
}
