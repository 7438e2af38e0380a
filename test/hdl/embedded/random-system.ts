import {
  bool,
  cat,
  input,
  instance,
  memory,
  module,
  output,
  pack,
  reg,
  reset,
  sint,
  times,
  uint,
  type Module,
  type Ports,
} from "../../../src/hdl/index.ts";
import { Random } from "../../../src/harness/index.ts";

/** A lane of a random system: some state, and a path from the left within the cycle when `chained`. */
interface LaneParams {
  readonly seed: number;
  readonly width: number;
  readonly chained: boolean;
}

const Cell = module(
  "system_cell",
  (p: LaneParams) => ({
    left: input(uint(p.width)),
    gain: input(sint(9)),
    enable: input(bool),
    right: output(uint(p.width)),
    sum: output(sint(24)),
  }),
  (io, { seed, width, chained }) => {
    const random = new Random(seed);
    const held = reg(uint(width), random.chance(0.5) ? { reset: false } : { reset: random.bits(width) });
    const total = reg(sint(24));
    const factor = io.left.wrap(Math.min(width, 8)).asSint();
    const product = io.gain.mul(factor).add(total);
    held.next = random.pick([
      io.left,
      io.left.add(held).wrap(width),
      io.left.xor(held.shr(1)),
      io.enable.asUint().extend(width).or(io.left),
    ]);
    total.next = random.chance(0.5) ? product.wrap(24) : product.saturate(24);
    io.right.set(chained ? held.xor(io.left) : held);
    io.sum.set(random.pick([total, total.shr(3), total.neg().wrap(24)]));
  },
);

/** A memory of random shape behind the ports of its module. */
const Store = module(
  "store",
  ({ wordBits }: { readonly seed: number; readonly wordBits: number }) => ({
    address: input(uint(5)),
    data: input(uint(wordBits)),
    control: input(uint(12)),
    word: output(uint(wordBits)),
  }),
  (io, { seed, wordBits }) => {
    const random = new Random(seed);
    const lanes = random.pick([1, 2, 4, 5]);
    const laneBits = random.pick([1, 3, 8, 16, 32, 40]);
    const width = lanes * laneBits;
    const masked = random.chance(0.7);
    const words = memory({
      shape: uint(width),
      depth: random.pick([17, 20, 32]),
      readUnderWrite: "old",
      ...(masked ? { maskBits: laneBits } : {}),
      ...(random.chance(0.3) ? { init: times(9, () => random.bits(width)) } : {}),
    });
    const port = { address: io.address, data: io.data.wrap(width), enable: io.control.bit(0) };
    const mask = masked && random.chance(0.8) ? { mask: io.control.wrap(lanes) } : {};
    const single = random.chance(0.3);
    if (single) {
      io.word.set(words.readWrite({ ...port, ...mask, write: io.control.bit(1) }).extend(wordBits));
      return;
    }
    words.write({ ...port, ...mask });
    const other = io.address.xor(io.control.bits(6, 2));
    if (random.chance(0.5))
      words.write({ address: other, data: io.data.bits(wordBits - 1, wordBits - width), enable: io.control.bit(7) });
    const sync = random.chance(0.6);
    const read = words.read({ address: other, sync, ...(random.chance(0.5) ? { enable: io.control.bit(8) } : {}) });
    io.word.set(read.extend(wordBits));
  },
);

/** Rows of equal cells beside memories, resets of their own among them; the same for the same seed. */
export function randomSystem(seed: number): Module<unknown, Ports> {
  const shape = new Random(seed);
  const count = shape.pick([2, 4, 5, 16, 17, 33]);
  const width = shape.pick([1, 3, 8, 9, 16, 17, 32, 33, 64, 65, 128, 200]);
  return module(
    "random_system",
    () => ({
      left: input(uint(width)),
      gains: times(count, () => input(sint(9))),
      enables: input(uint(count)),
      address: input(uint(5)),
      data: input(uint(200)),
      control: input(uint(12)),
      right: output(uint(width)),
      sums: times(count, () => output(sint(24))),
      words: times(5, () => output(uint(200))),
      folded: output(uint(3)),
    }),
    (io) => {
      const random = new Random(seed + 1);
      const params = { seed, width, chained: random.chance(0.3) };
      const own = random.chance(0.3) ? reset().or(io.control.bit(11)) : undefined;
      const shared = random.chance(0.3);
      const cells = times(count, (c) =>
        instance(Cell, params, { name: `cell_${c}`, ...(own === undefined ? {} : { reset: own }) }),
      );
      const swapped = random.chance(0.3);
      cells.forEach((cell, c) => {
        cell.left.set(cells[c - 1]?.right ?? io.left);
        cell.gain.set(io.gains[shared ? 0 : swapped ? count - 1 - c : c]!);
        cell.enable.set(io.enables.bit(c));
        io.sums[c]!.set(cell.sum);
      });
      io.right.set(cells.at(-1)!.right);
      const alike = random.chance(0.5);
      io.words.forEach((word, i) => {
        const store = instance(Store, { seed: alike ? seed : seed + i, wordBits: 200 }, { name: `store_${i}` });
        store.address.set(io.address.xor(i));
        store.data.set(io.data);
        store.control.set(io.control);
        word.set(store.word);
      });
      const all = pack(cells.map((cell) => cell.right));
      io.folded.set(cat(all.reduceXor(), all.reduceOr(), all.reduceAnd()));
    },
  );
}
