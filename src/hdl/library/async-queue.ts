import { report } from "../context.ts";
import type { Data, Plain } from "../data.ts";
import type { ClockDomain } from "../domains.ts";
import { instance } from "../module.ts";
import { widthOf, type Shape } from "../shapes.ts";
import { shapeOf } from "../tree.ts";
import { pack, unpack } from "../values.ts";
import { AsyncQueue } from "./modules/async-queue.ts";
import { inEveryCycle, type PartOptions } from "./part.ts";
import type { StreamOut } from "./stream.ts";

/** Options of an {@link asyncQueue}. */
export interface AsyncQueueOptions extends PartOptions {
  /** The domain of the stream that enters. */
  readonly from: ClockDomain;
  /** The domain of the stream that leaves. */
  readonly to: ClockDomain;
  /** Entries: a power of two, 2 or more. Default: 8, which keeps up with both clocks. */
  readonly depth?: number;
  /** Registers of each synchroniser. Default: 2. */
  readonly stages?: number;
}

/** A stream of one clock domain in another one, through an {@link AsyncQueue}. */
export function asyncQueue<V extends Data>(from: StreamOut<V>, options: AsyncQueueOptions): StreamOut<Plain<V>> {
  const { from: write, to: read, depth = 8, stages = 2, ...part } = options;
  if (!Number.isInteger(Math.log2(depth)) || depth < 2) {
    report({
      code: "hdl-queue",
      message: `asyncQueue of depth ${depth}`,
      help: "a depth is a power of two, 2 or more",
    });
    return asyncQueue(from, { ...options, depth: 2 });
  }
  const shape = shapeOf(from.payload) as Shape;
  const params = { width: widthOf(shape), depth, stages };
  const { enq, deq } = instance(AsyncQueue, params, { ...part, clocks: { write, read } });
  inEveryCycle(() => {
    enq.valid.set(from.valid);
    enq.payload.set(pack(from.payload));
    from.ready.set(enq.ready);
  });
  return { valid: deq.valid, ready: deq.ready, payload: unpack(shape, deq.payload) as Plain<V> };
}
