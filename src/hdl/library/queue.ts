import { report } from "../context.ts";
import type { Data, Plain } from "../data.ts";
import { widthOf, type Shape } from "../shapes.ts";
import { shapeOf } from "../tree.ts";
import { pack, unpack } from "../values.ts";
import { Queue } from "./modules/queue.ts";
import { BackwardSlice, ForwardSlice } from "./modules/slices.ts";
import { through } from "./packed.ts";
import type { PartOptions } from "./part.ts";
import type { StreamOut } from "./stream.ts";

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
  const { deq, ...ends } = through(Queue, { width: widthOf(shape), depth }, pack(from.payload), from, options);
  return { ...ends, payload: unpack(shape, deq) as Plain<V> };
}

/** Which paths a {@link registerSlice} cuts: `valid` and payload (`forward`), `ready` (`backward`), or both. */
export type SliceMode = "full" | "forward" | "backward";

/** Options of a {@link registerSlice}. */
export interface SliceOptions extends PartOptions {
  /** Default: `"full"`. */
  readonly mode?: SliceMode;
}

/**
 * `from` through registers that cut combinational paths, at full throughput: `full` cuts all, a cycle of latency, two entries;
 * `forward` those of `valid` and payload, a cycle, one entry; `backward` that of `ready`, no latency, one entry.
 */
export function registerSlice<V extends Data>(from: StreamOut<V>, options: SliceOptions = {}): StreamOut<Plain<V>> {
  const { mode = "full", ...part } = options;
  if (mode === "full") return queue(from, 2, part);
  const shape = shapeOf(from.payload) as Shape;
  const slice = mode === "forward" ? ForwardSlice : BackwardSlice;
  const { deq, ...ends } = through(slice, { width: widthOf(shape) }, pack(from.payload), from, part);
  return { ...ends, payload: unpack(shape, deq) as Plain<V> };
}
