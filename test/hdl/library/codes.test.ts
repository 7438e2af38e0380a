import { expect, test } from "vitest";
import { simulateEmbedded, withSeed } from "../../../src/harness/index.ts";
import {
  bitsFor,
  bool,
  grayDecode,
  grayEncode,
  indexWidth,
  input,
  isOneHot,
  leadingZeros,
  lowestSet,
  module,
  oneHot,
  oneHotIndex,
  oneHotSelect,
  output,
  popcount,
  priorityEncode,
  reverseBits,
  trailingZeros,
  times,
  uint,
  uintLit,
  elaborate,
  sint,
} from "../../../src/hdl/index.ts";

/** Every code of one number. */
const Codes = module(
  ({ width }: { width: number }) => `codes_${width}`,
  ({ width }: { width: number }) => ({
    x: input(uint(width)),
    lowest: output({ valid: bool, index: uint(indexWidth(width)) }),
    highest: output({ valid: bool, index: uint(indexWidth(width)) }),
    leading: output(uint(bitsFor(width))),
    trailing: output(uint(bitsFor(width))),
    ones: output(uint(bitsFor(width))),
    reversed: output(uint(width)),
    one: output(bool),
    hotIndex: output(uint(indexWidth(width))),
    lowestSet: output(uint(width)),
    gray: output(uint(width)),
    number: output(uint(width)),
    selected: output(sint(9)),
  }),
  (io, { width }) => {
    io.lowest.set(priorityEncode(io.x));
    io.highest.set(priorityEncode(io.x, "high"));
    io.leading.set(leadingZeros(io.x));
    io.trailing.set(trailingZeros(io.x));
    io.ones.set(popcount(io.x));
    io.reversed.set(reverseBits(io.x));
    io.one.set(isOneHot(io.x));
    io.hotIndex.set(oneHotIndex(io.x));
    io.lowestSet.set(lowestSet(io.x));
    io.gray.set(grayEncode(io.x));
    io.number.set(grayDecode(io.x));
    io.selected.set(
      oneHotSelect(
        io.x,
        times(width, (index) =>
          uintLit(index + 1, 8)
            .toSint()
            .neg()
            .wrap(9),
        ),
      ),
    );
  },
);

/** The codes of the bits of a number, by counting characters. */
function codesOf(x: bigint, width: number) {
  const text = x.toString(2).padStart(width, "0");
  const ones = Array.from(text).filter((bit) => bit === "1").length;
  const lowest = text.includes("1") ? width - 1 - text.lastIndexOf("1") : undefined;
  const highest = text.includes("1") ? width - 1 - text.indexOf("1") : undefined;
  const places = Array.from(text).flatMap((bit, index) => (bit === "1" ? [width - 1 - index] : []));
  const number = Array.from(text).reduce((digits, bit) => digits + (bit === (digits.at(-1) ?? "0") ? "0" : "1"), "");
  return {
    lowest: { valid: ones > 0, index: lowest ?? width - 1 },
    highest: { valid: ones > 0, index: highest ?? 0 },
    leading: highest === undefined ? width : width - 1 - highest,
    trailing: lowest ?? width,
    ones,
    reversed: BigInt(`0b${Array.from(text).reverse().join("")}`),
    one: ones === 1,
    hotIndex: places.reduce((a, b) => a | b, 0),
    lowestSet: lowest === undefined ? 0n : 1n << BigInt(lowest),
    gray: x ^ (x >> 1n),
    number: BigInt(`0b${number}`),
    selected: places.map((place) => -(place + 1)).reduce((a, b) => a | b, 0),
  };
}

function check(width: number, values: Iterable<bigint>): void {
  const { dut, close } = simulateEmbedded(Codes, { width });
  for (const x of values) {
    dut.x.poke(x);
    const seen = {
      lowest: { valid: dut.lowest.valid.peek() === 1, index: dut.lowest.index.peek() },
      highest: { valid: dut.highest.valid.peek() === 1, index: dut.highest.index.peek() },
      leading: dut.leading.peek(),
      trailing: dut.trailing.peek(),
      ones: dut.ones.peek(),
      reversed: dut.reversed.peekBig(),
      one: dut.one.peek() === 1,
      hotIndex: dut.hotIndex.peek(),
      lowestSet: dut.lowestSet.peekBig(),
      gray: dut.gray.peekBig(),
      number: dut.number.peekBig(),
      selected: dut.selected.peek(),
    };
    expect(seen, `${width} bits, ${x.toString(2)}`).toEqual(codesOf(x, width));
  }
  close();
}

test.each(times(10, (i) => i + 1))("every number of %i bits: priority, zeros, ones, one-hot, Gray", (width) => {
  check(
    width,
    times(2 ** width, (x) => BigInt(x)),
  );
});

test.each([33, 64, 100])("random numbers of %i bits", async (width) => {
  await withSeed((random) => {
    const sparse = times(width, (place) => 1n << BigInt(place));
    const values = times(60, () => random.bits(width) >> BigInt(random.integer(0, width)));
    check(width, [0n, (1n << BigInt(width)) - 1n, ...sparse, ...values]);
  });
});

test("neighbours of a Gray code differ in one bit, and decoding gives the number back", () => {
  const Round = module(
    "gray_round",
    () => ({ x: input(uint(7)), gray: output(uint(7)), back: output(uint(7)) }),
    (io) => {
      const gray = grayEncode(io.x);
      io.gray.set(gray);
      io.back.set(grayDecode(gray));
    },
  );
  const { dut, close } = simulateEmbedded(Round);
  const codes = times(128, (x) => {
    dut.x.poke(x);
    expect(dut.back.peek()).toBe(x);
    return dut.gray.peek();
  });
  codes.forEach((code, x) => {
    const difference = code ^ codes[(x + 1) % 128]!;
    expect(difference !== 0 && (difference & (difference - 1)) === 0, `${x} and the next`).toBe(true);
  });
  close();
});

test.each([
  [3, 8],
  [3, 5],
  [2, 6],
  [1, 1],
])("oneHot of an index of %i bits into %i", (bits, count) => {
  const Hot = module(
    "hot",
    () => ({ index: input(uint(bits)), hot: output(uint(count)) }),
    (io) => {
      io.hot.set(oneHot(io.index, count));
    },
  );
  const { dut, close } = simulateEmbedded(Hot);
  for (let index = 0; index < 2 ** bits; index++) {
    dut.index.poke(index);
    expect(dut.hot.peek()).toBe(index < count ? 2 ** index : 0);
  }
  close();
});

test("oneHotSelect demands an item for each bit", () => {
  const Wrong = module(
    "wrong",
    () => ({ hot: input(uint(3)), x: output(uint(2)) }),
    (io) => {
      io.x.set(oneHotSelect(io.hot, [uintLit(0, 2), uintLit(1, 2)]));
    },
  );
  expect(() => elaborate(Wrong)).toThrow("oneHotSelect of 2 items by 3 bits");
});
