import { report } from "../context.ts";
import type { Data, Plain } from "../data.ts";
import { indexWidth } from "../shapes.ts";
import type { Bool, Signal, Uint } from "../signal.ts";
import { signalLike } from "../signal.ts";
import { mapLeaves } from "../tree.ts";
import { boolLit, cat, uintLit } from "../values.ts";
import { bitsOf } from "./encode.ts";
import * as build from "../build.ts";

/** Bit `index` of `count` bits set, the others clear; an index past the end sets none. Default: every index has its bit. */
export function oneHot(index: Uint, count: number = 2 ** index.width): Uint {
  return cat(...Array.from({ length: count }, (_, place) => isAt(index, place)).reverse());
}

/** The number of the one set bit of `hot`, `indexWidth(n)` bits: or gates only. Of no bit 0, of several the numbers or-ed. */
export function oneHotIndex(hot: Signal): Uint {
  const bits = bitsOf(hot);
  const places = Array.from({ length: indexWidth(hot.width) }, (_, place) =>
    anyOf(bits.filter((_bit, index) => (index >> place) % 2 === 1)),
  );
  return cat(...places.reverse());
}

/** Whether exactly one bit is set. */
export function isOneHot(hot: Signal): Bool {
  const x = hot.asUint();
  return x.ne(0).and(x.and(x.sub(1).wrap(x.width)).eq(0));
}

/** The lowest set bit alone; 0 of 0. */
export function lowestSet(x: Signal): Uint {
  const bits = x.asUint();
  return bits.and(uintLit(0, bits.width).sub(bits).wrap(bits.width));
}

/** The item whose bit in `hot` is set: gates each item and joins them by or. Of no bit 0, of several the or of their items. */
export function oneHotSelect<V extends Data>(hot: Signal, items: readonly V[]): Plain<V> {
  if (items.length !== hot.width) {
    report({
      code: "hdl-one-hot",
      message: `oneHotSelect of ${items.length} items by ${hot.width} bits`,
      help: "there is one bit for each item",
    });
  }
  const gates = bitsOf(hot);
  return mapLeaves(items, (leaves) => {
    const [first] = leaves;
    const width = Math.max(...leaves.map((leaf) => leaf.width));
    const gated = leaves.map((leaf, index) => {
      const value = build.resize(leaf.expr, width);
      const zero = build.constant(0n, width, value.signed);
      return build.choose(gates[index]?.expr ?? boolLit(false).expr, value, zero);
    });
    return signalLike(
      first!,
      gated.reduce((a, b) => build.arithmetic("or", a, b, width)),
    );
  });
}

function isAt(index: Uint, place: number): Bool {
  return place < 2 ** index.width ? index.eq(place) : boolLit(false);
}

function anyOf(bits: readonly Bool[]): Bool {
  return bits.reduce((any, bit) => any.or(bit), boolLit(false));
}
