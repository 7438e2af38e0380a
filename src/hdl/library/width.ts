import { report } from "../context.ts";
import type { Data, Plain } from "../data.ts";
import { widthOf, type Shape } from "../shapes.ts";
import type { Uint } from "../signal.ts";
import { shapeOf } from "../tree.ts";
import { pack, unpack } from "../values.ts";
import { Downsizer, Gearbox, Upsizer } from "./modules/width.ts";
import type { PartOptions } from "./part.ts";
import { through } from "./packed.ts";
import type { StreamOut } from "./stream.ts";

/** `ratio` payloads at a time as an array, the first at index 0: an {@link Upsizer}. */
export function upsize<V extends Data>(
  from: StreamOut<V>,
  ratio: number,
  options: PartOptions = {},
): StreamOut<readonly Plain<V>[]> {
  if (!Number.isInteger(ratio) || ratio < 2) {
    report({ code: "hdl-width-converter", message: `upsize by ${ratio}`, help: "a ratio is 2 or more" });
    return upsize(from, 2, options);
  }
  const shape = shapeOf(from.payload) as Shape;
  const width = widthOf(shape);
  const { deq, ...ends } = through(Upsizer, { width, ratio }, pack(from.payload), from, options);
  const part = (index: number): Uint => deq.bits(width * (index + 1) - 1, width * index);
  const payload = Array.from({ length: ratio }, (_, index) => unpack(shape, part(index)) as Plain<V>);
  return { ...ends, payload };
}

/** The items of an array one after the other, index 0 first: a {@link Downsizer}. */
export function downsize<V extends Data>(
  from: StreamOut<readonly V[]>,
  options: PartOptions = {},
): StreamOut<Plain<V>> {
  const { payload } = from;
  const ratio = payload.length;
  if (ratio < 2) {
    report({ code: "hdl-width-converter", message: `downsize of ${ratio} items`, help: "an array of 2 or more" });
  }
  const shape = shapeOf(payload[0]!) as Shape;
  const params = { width: widthOf(shape), ratio };
  const { deq, ...ends } = through(Downsizer, params, pack(payload), from, options);
  return { ...ends, payload: unpack(shape, deq) as Plain<V> };
}

/**
 * A stream of numbers cut into items of `width` bits, low bits first: an {@link Upsizer} or {@link Downsizer} where one width
 * divides the other, else a {@link Gearbox}. Bits that do not fill an item wait for more.
 */
export function convertWidth(from: StreamOut<Uint>, width: number, options: PartOptions = {}): StreamOut<Uint> {
  const given = from.payload.width;
  if (width === given) return from;
  const by = (ends: { readonly deq: Uint } & Omit<StreamOut<Uint>, "payload">): StreamOut<Uint> => {
    return { valid: ends.valid, ready: ends.ready, payload: ends.deq };
  };
  const { payload } = from;
  if (width % given === 0) {
    return by(through(Upsizer, { width: given, ratio: width / given }, payload, from, options));
  }
  if (given % width === 0) {
    return by(through(Downsizer, { width, ratio: given / width }, payload, from, options));
  }
  return by(through(Gearbox, { from: given, to: width }, payload, from, options));
}
