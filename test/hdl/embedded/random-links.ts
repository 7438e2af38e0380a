import {
  bool,
  input,
  instance,
  module,
  output,
  pack,
  reg,
  sint,
  times,
  uint,
  unpack,
  when,
  widthOf,
  type Module,
  type Ports,
} from "../../../src/hdl/index.ts";
import { Random } from "../../../src/harness/index.ts";

const fields = (seed: number) => {
  const random = new Random(seed);
  const width = (): number => random.pick([1, 2, 8, 9, 16, 24, 33, 64, 70]);
  return { first: sint(width()), flag: bool, second: uint(width()), third: sint(width()), last: bool };
};

/** What travels from cell to cell is one packed net, of which the cells read fields. */
const Cell = module(
  "linked_cell",
  (p: { readonly seed: number }) => ({
    left: input(uint(widthOf(fields(p.seed)))),
    over: input(uint(widthOf(fields(p.seed)))),
    right: output(uint(widthOf(fields(p.seed)))),
    under: output(uint(widthOf(fields(p.seed)))),
    sum: output(sint(20)),
  }),
  (io, { seed }) => {
    const shape = fields(seed);
    const random = new Random(seed + 1);
    const width = widthOf(shape);
    const passed = reg(uint(width), random.chance(0.5) ? { reset: false } : { reset: random.bits(width) });
    const made = reg(uint(width), { reset: random.bits(width) });
    const sum = reg(sint(20));
    const left = unpack(shape, io.left);
    const over = unpack(shape, io.over);
    const when1 = random.pick([left.flag, over.flag, left.last]);
    if (random.chance(0.5)) passed.next = io.left;
    else {
      when(when1, () => {
        passed.next = random.pick([io.left, io.over]);
      });
    }
    const built = pack({ ...over, first: over.first.add(left.third).wrap(shape.first.width), flag: left.last });
    when(left.flag, () => {
      made.next = built;
    }).elsewhen(over.last, () => {
      made.next = random.pick([io.over, passed, built]);
    });
    sum.next = random.pick([left.first, over.third]).add(unpack(shape, made).first).add(sum).wrap(20);
    io.right.set(passed);
    io.under.set(random.pick([made, built]));
    io.sum.set(sum);
    // Now and then somebody looks at bits across the fields, and nothing can be split.
    if (random.chance(0.2))
      sum.next = io.left
        .bits(Math.min(width - 1, 19), 1)
        .extend(20)
        .asSint();
  },
);

/** A grid of cells with packed links; the same for the same seed. */
export function randomLinks(seed: number): Module<unknown, Ports> {
  const shape = new Random(seed);
  const rows = shape.pick([1, 2, 4, 7]);
  const columns = shape.pick([3, 4, 5, 16, 18]);
  const width = widthOf(fields(seed));
  const Row = module(
    "row",
    () => ({
      left: input(uint(width)),
      over: times(columns, () => input(uint(width))),
      right: output(uint(width)),
      under: times(columns, () => output(uint(width))),
      sums: times(columns, () => output(sint(20))),
    }),
    (io) => {
      const cells = times(columns, () => instance(Cell, { seed }));
      cells.forEach((cell, c) => {
        cell.left.set(cells[c - 1]?.right ?? io.left);
        cell.over.set(io.over[c]!);
        io.under[c]!.set(cell.under);
        io.sums[c]!.set(cell.sum);
      });
      io.right.set(cells.at(-1)!.right);
    },
  );
  return module(
    "random_links",
    () => ({
      left: times(rows, () => input(uint(width))),
      over: times(columns, () => input(uint(width))),
      right: times(rows, () => output(uint(width))),
      under: times(columns, () => output(uint(width))),
      sums: times(rows, () => times(columns, () => output(sint(20)))),
    }),
    (io) => {
      const lines = times(rows, () => instance(Row));
      lines.forEach((line, r) => {
        line.left.set(io.left[r]!);
        line.over.forEach((port, c) => {
          port.set(lines[r - 1]?.under[c] ?? io.over[c]!);
        });
        io.right[r]!.set(line.right);
        line.sums.forEach((sum, c) => {
          io.sums[r]![c]!.set(sum);
        });
      });
      io.under.forEach((port, c) => {
        port.set(lines.at(-1)!.under[c]!);
      });
    },
  );
}
