import { expect, test } from "vitest";
import { simulateEmbedded, withSeed } from "../../../src/harness/index.ts";
import {
  bitsFor,
  bool,
  counter,
  elaborate,
  indexWidth,
  input,
  lfsr,
  LFSR_TAPS,
  module,
  output,
  saturatingCounter,
  shiftRegister,
  times,
  uint,
  upDownCounter,
} from "../../../src/hdl/index.ts";
import { isMaximal, primeFactors } from "./primitive.ts";

type Kind = "wrapping" | "upDown" | "saturating";

const Counters = module(
  ({ kind, size }: { kind: Kind; size: number }) => `${kind}_${size}`,
  ({ kind, size }) => ({
    up: input(bool),
    down: input(bool),
    clear: input(bool),
    value: output(uint(kind === "saturating" ? bitsFor(size) : indexWidth(size))),
    first: output(bool),
    last: output(bool),
  }),
  (io, { kind, size }) => {
    if (kind === "wrapping") {
      const { value, last } = counter(size, { enable: io.up, clear: io.clear });
      io.value.set(value);
      io.first.set(value.eq(0));
      io.last.set(last);
      return;
    }
    const { value, first, last } = kind === "upDown" ? upDownCounter(size, io) : saturatingCounter(size, io);
    io.value.set(value);
    io.first.set(first);
    io.last.set(last);
  },
);

/** What a counter of a kind holds next. */
const next: Record<Kind, (value: number, size: number, up: boolean, down: boolean) => number> = {
  wrapping: (value, size, up) => (up ? (value + 1) % size : value),
  upDown: (value, size, up, down) => (value + Number(up) - Number(down) + size) % size,
  saturating: (value, size, up, down) => Math.min(size, Math.max(0, value + Number(up) - Number(down))),
};

const cases = (["wrapping", "upDown", "saturating"] as const).flatMap((kind) =>
  [1, 2, 3, 8, 10, 13].map((size) => [kind, size] as const),
);

test.each(cases)("a %s counter of %i", async (kind, size) => {
  await withSeed((random) => {
    const { dut, step, close } = simulateEmbedded(Counters, { kind, size });
    const highest = kind === "saturating" ? size : size - 1;
    let value = 0;
    for (let cycle = 0; cycle < 400; cycle++) {
      // Long runs in one direction reach the ends.
      const rises = cycle % 100 < 60;
      const [up, down, clear] = [
        random.chance(rises ? 0.9 : 0.2),
        random.chance(rises ? 0.1 : 0.9),
        random.chance(0.01),
      ];
      dut.up.poke(up);
      dut.down.poke(down);
      dut.clear.poke(clear);
      const seen = [dut.value.peek(), dut.first.peek() === 1, dut.last.peek() === 1];
      expect(seen).toEqual([value, value === 0, value === highest]);
      step();
      value = clear ? 0 : next[kind](value, size, up, down);
    }
    close();
  });
});

test("a counter wraps once a round, in the cycle before 0, and counts whatever is open around it", () => {
  const Wraps = module(
    "wraps",
    () => ({ enable: input(bool), wraps: output(bool), free: output(uint(3)) }),
    (io) => {
      const round = counter(5, { enable: io.enable });
      const always = counter(8);
      io.wraps.set(round.wraps);
      io.free.set(always.value);
    },
  );
  const { dut, step, close } = simulateEmbedded(Wraps);
  dut.enable.poke(1);
  const wraps = times(15, (cycle) => {
    expect(dut.free.peek()).toBe(cycle % 8);
    const now = dut.wraps.peek();
    step();
    return now;
  });
  expect(wraps).toEqual([0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]);
  times(4, () => {
    step();
  });
  expect(dut.wraps.peek()).toBe(1);
  dut.enable.poke(0);
  expect(dut.wraps.peek()).toBe(0);
  close();
});

test("a counter of no values is a mistake", () => {
  const Wrong = module(
    "wrong",
    () => ({ x: output(uint(1)) }),
    (io) => {
      io.x.set(counter(0).value);
    },
  );
  expect(() => elaborate(Wrong)).toThrow("counter modulo 0");
});

const Shift = module(
  ({ width, towards }: { width: number; towards: "high" | "low" }) => `shift_${towards}_${width}`,
  ({ width }) => ({
    shift: input(bool),
    serialIn: input(bool),
    load: input(bool),
    from: input(uint(width)),
    value: output(uint(width)),
    serialOut: output(bool),
  }),
  (io, { width, towards }) => {
    const { shift, serialIn } = io;
    const bits = shiftRegister(width, { shift, serialIn, load: { enable: io.load, value: io.from }, towards });
    io.value.set(bits.value);
    io.serialOut.set(bits.serialOut);
  },
);

test.each([
  [1, "high"],
  [5, "high"],
  [5, "low"],
] as const)("a shift register of %i towards %s", async (width, towards) => {
  await withSeed((random) => {
    const { dut, step, close } = simulateEmbedded(Shift, { width, towards });
    let bits = "0".repeat(width);
    for (let cycle = 0; cycle < 200; cycle++) {
      const [shift, serialIn, load] = [random.chance(0.7), random.chance(0.5), random.chance(0.1)];
      const from = random.integer(0, 2 ** width - 1);
      dut.shift.poke(shift);
      dut.serialIn.poke(serialIn);
      dut.load.poke(load);
      dut.from.poke(from);
      expect(dut.value.peek()).toBe(Number.parseInt(bits, 2));
      expect(String(dut.serialOut.peek())).toBe(towards === "high" ? bits[0] : bits.at(-1));
      step();
      const bit = serialIn ? "1" : "0";
      if (load) bits = from.toString(2).padStart(width, "0");
      else if (shift) bits = towards === "high" ? bits.slice(1) + bit : bit + bits.slice(0, -1);
    }
    close();
  });
});

const Noise = module(
  ({ width, steps }: { width: number; steps: number }) => `noise_${width}x${steps}`,
  ({ width }) => ({ enable: input(bool), state: output(uint(width)) }),
  (io, { width, steps }) => {
    io.state.set(lfsr(width, { enable: io.enable, steps }));
  },
);

test.each([2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])("an LFSR of %i bits runs through every state but 0", (width) => {
  const { dut, step, close } = simulateEmbedded(Noise, { width, steps: 1 });
  dut.enable.poke(1);
  const seen = new Set<number>();
  for (let state = dut.state.peek(); !seen.has(state); state = dut.state.peek()) {
    seen.add(state);
    step();
  }
  expect(seen.size).toBe(2 ** width - 1);
  expect(seen.has(0)).toBe(false);
  expect(dut.state.peek()).toBe(1);
  close();
});

test("an LFSR of several steps a cycle skips, one that is not enabled waits", () => {
  const one = simulateEmbedded(Noise, { width: 9, steps: 1 });
  const four = simulateEmbedded(Noise, { width: 9, steps: 4 });
  one.dut.enable.poke(1);
  four.dut.enable.poke(1);
  for (let i = 0; i < 50; i++) {
    expect(four.dut.state.peek()).toBe(one.dut.state.peek());
    one.step(4);
    four.step();
  }
  four.dut.enable.poke(0);
  const kept = four.dut.state.peek();
  four.step(3);
  expect(four.dut.state.peek()).toBe(kept);
  one.close();
  four.close();
});

test("the feedback polynomial of every width is primitive", () => {
  expect(Object.keys(LFSR_TAPS).map(Number)).toEqual(times(63, (i) => i + 2));
  for (const [width, taps] of Object.entries(LFSR_TAPS)) {
    expect(isMaximal(Number(width), taps), `${width} bits`).toBe(true);
  }
  // The judge itself: these have shorter periods.
  expect(isMaximal(4, [4, 2])).toBe(false);
  expect(isMaximal(8, [8, 4, 3, 1])).toBe(false);
  expect(primeFactors(2n ** 62n - 1n)).toEqual([3n, 715827883n, 2147483647n]);
});

test("an LFSR has 2 to 64 bits and does not start at 0", () => {
  const wrong = (width: number, seed: number) =>
    module(
      "wrong",
      () => ({ x: output(uint(64)) }),
      (io) => {
        io.x.set(lfsr(width, { seed }));
      },
    );
  expect(() => elaborate(wrong(65, 1))).toThrow("lfsr of 65 bits, seed 1, 1 steps");
  expect(() => elaborate(wrong(8, 0))).toThrow("lfsr of 8 bits, seed 0, 1 steps");
  expect(() => elaborate(wrong(8, 256))).toThrow("lfsr of 8 bits, seed 256, 1 steps");
});
