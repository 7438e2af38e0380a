import { expect, test } from "vitest";
import { recvAll, sendAll, simulateEmbedded, withSeed, type Process } from "../../../src/harness/index.ts";
import {
  bool,
  connect,
  convertWidth,
  demux,
  downsize,
  elaborate,
  module,
  registerSlice,
  sink,
  sint,
  source,
  stream,
  times,
  uint,
  upsize,
  type SliceMode,
} from "../../../src/hdl/index.ts";

const Convert = module(
  ({ from, to }: { from: number; to: number }) => `convert_${from}to${to}`,
  ({ from, to }) => ({ enq: sink(stream(uint(from))), deq: source(stream(uint(to))) }),
  (io, { to }) => {
    connect(io.deq, convertWidth(io.enq, to));
  },
);

/** The numbers' bits, low bits first, cut anew. */
function recut(values: readonly number[], from: number, to: number): number[] {
  const bits = values.flatMap((value) => times(from, (place) => Math.floor(value / 2 ** place) % 2));
  return times(Math.floor(bits.length / to), (index) =>
    bits.slice(index * to, (index + 1) * to).reduce((sum, bit, place) => sum + bit * 2 ** place, 0),
  );
}

const ratios = [
  [8, 32],
  [8, 24],
  [32, 8],
  [21, 7],
  [24, 16],
  [16, 24],
  [5, 3],
  [3, 5],
  [7, 8],
  [8, 7],
  [8, 8],
  [1, 6],
] as const;

test.each(ratios)("a stream of %i bits cut into %i under random pauses", async (from, to) => {
  await withSeed((random) => {
    const { dut, spawn, run, close } = simulateEmbedded(Convert, { from, to });
    const values = times(120, () => random.integer(0, 2 ** from - 1));
    const expected = recut(values, from, to);
    let got: number[] = [];
    spawn(sendAll(dut.enq, values, { pause: 0.3, random }));
    spawn(function* (): Process {
      got = yield* recvAll(dut.deq, expected.length, { pause: 0.3, random });
    });
    run({ timeout: 20_000 });
    expect(got).toEqual(expected);
    close();
  });
});

test.each(ratios)("from %i to %i bits the slower side waits for nothing", (from, to) => {
  const { dut, spawn, run, close } = simulateEmbedded(Convert, { from, to });
  const count = 30 * to;
  const values = times(count, (i) => i % 2 ** from);
  const expected = recut(values, from, to);
  spawn(sendAll(dut.enq, values));
  spawn(recvAll(dut.deq, expected.length));
  expect(run({ timeout: 20_000 })).toBeLessThanOrEqual(Math.max(count, expected.length) + 6);
  close();
});

const Pack = module(
  "pack",
  () => {
    const item = { tag: uint(3), value: sint(6) };
    return { enq: sink(stream(item)), deq: source(stream(item)), wide: source(stream(times(3, () => item))) };
  },
  (io) => {
    const [one, two] = demux(upsize(io.enq, 3), io.enq.payload.tag.bits(0, 0), 2);
    connect(io.wide, one!);
    connect(io.deq, downsize(two!));
  },
);

test("records are gathered and scattered in order", () => {
  expect(() => elaborate(Pack)).not.toThrow();
  const Pair = module(
    "pair",
    () => {
      const item = { tag: uint(3), value: sint(6) };
      return { enq: sink(stream(item)), deq: source(stream(item)) };
    },
    (io) => {
      const wide = upsize(io.enq, 3);
      connect(io.deq, downsize({ ...wide, payload: [wide.payload[2]!, wide.payload[0]!, wide.payload[1]!] }));
    },
  );
  const { dut, spawn, run, close } = simulateEmbedded(Pair);
  const items = times(12, (i) => ({ tag: i % 8, value: 5 - i }));
  let got: readonly { readonly tag: number; readonly value: number }[] = [];
  spawn(sendAll(dut.enq, items));
  spawn(function* (): Process {
    got = yield* recvAll(dut.deq, items.length);
  });
  run({ timeout: 200 });
  expect(got).toEqual(items.map((_, i) => items[i - (i % 3) + [2, 0, 1][i % 3]!]));
  close();
});

const Route = module(
  "route",
  () => ({ enq: sink(stream({ to: uint(2), value: uint(8) })), deq: times(3, () => source(stream(uint(8)))) }),
  (io) => {
    const outputs = demux(io.enq, io.enq.payload.to, 3);
    io.deq.forEach((deq, index) => {
      const { valid, ready, payload } = outputs[index]!;
      connect(deq, { valid, ready, payload: payload.value });
    });
  },
);

test("a demux takes each payload where it belongs, in order", async () => {
  await withSeed((random) => {
    const { dut, spawn, run, close } = simulateEmbedded(Route);
    const items = times(150, (value) => ({ to: random.integer(0, 2), value }));
    const expected = times(3, (to) => items.filter((item) => item.to === to).map((item) => item.value));
    const got: number[][] = [];
    spawn(sendAll(dut.enq, items, { pause: 0.1, random }));
    dut.deq.forEach((deq, index) => {
      spawn(function* (): Process {
        got[index] = yield* recvAll(deq, expected[index]!.length, { pause: 0.5, random });
      });
    });
    run({ timeout: 5000 });
    expect(got).toEqual(expected);
    close();
  });
});

test("a demux tells of a payload without an output", () => {
  const { dut, spawn, run, close } = simulateEmbedded(Route);
  spawn(sendAll(dut.enq, [{ to: 3, value: 1 }]));
  expect(() => run({ timeout: 10 })).toThrow("a demux to 3 streams has an output for every payload");
  close();
});

const Slice = module(
  ({ mode }: { mode: SliceMode }) => `slice_${mode}`,
  () => ({ enq: sink(stream({ value: uint(8), odd: bool })), deq: source(stream({ value: uint(8), odd: bool })) }),
  (io, { mode }) => {
    connect(io.deq, registerSlice(io.enq, { mode }));
  },
);

test.each(["full", "forward", "backward"] as const)(
  "a %s register slice keeps order, at full throughput",
  async (mode) => {
    const items = times(100, (i) => ({ value: (i * 37) % 256, odd: i % 2 }));
    await withSeed((random) => {
      for (const pause of [0, 0.4]) {
        const { dut, spawn, run, close } = simulateEmbedded(Slice, { mode });
        let got: readonly { readonly value: number; readonly odd: number }[] = [];
        spawn(sendAll(dut.enq, items, { pause, random }));
        spawn(function* (): Process {
          got = yield* recvAll(dut.deq, items.length, { pause, random });
        });
        const cycles = run({ timeout: 5000 });
        expect(got).toEqual(items);
        if (pause === 0) expect(cycles).toBe(items.length + (mode === "backward" ? 0 : 1));
        close();
      }
    });
  },
);

test("a register slice cuts the paths of its mode", () => {
  const paths = (mode: SliceMode): { valid: boolean; ready: boolean } => {
    const { dut, step, close } = simulateEmbedded(Slice, { mode });
    dut.enq.valid.poke(1);
    dut.deq.ready.poke(0);
    const valid = dut.deq.valid.peek() === 1;
    step(3);
    const before = dut.enq.ready.peek();
    dut.deq.ready.poke(1);
    const ready = dut.enq.ready.peek() !== before;
    close();
    return { valid, ready };
  };
  expect(paths("full")).toEqual({ valid: false, ready: false });
  expect(paths("forward")).toEqual({ valid: false, ready: true });
  expect(paths("backward")).toEqual({ valid: true, ready: false });
});
