import { expect, test } from "vitest";
import {
  idle,
  recv,
  recvAll,
  send,
  sendAll,
  simulateEmbedded,
  withSeed,
  type Process,
} from "../../../src/harness/index.ts";
import {
  arbiter,
  bool,
  connect,
  delayValid,
  fork,
  input,
  join,
  module,
  output,
  queue,
  registerSlice,
  sink,
  source,
  stream,
  times,
  uint,
} from "../../../src/hdl/index.ts";

const byte = stream(uint(8));
const numbers = times(60, (i) => (i * 37) % 256);

const Pass = module(
  ({ depth }: { depth: number }) => `pass_${depth}`,
  () => ({ enq: sink(byte), deq: source(byte) }),
  (io, { depth }) => {
    connect(io.deq, depth === 0 ? registerSlice(io.enq) : queue(io.enq, depth));
  },
);

test.each([0, 1, 2, 3, 5, 8])("a queue of %i keeps order under random pauses (0: a register slice)", async (depth) => {
  await withSeed((random) => {
    const { dut, spawn, run, close } = simulateEmbedded(Pass, { depth });
    const got: number[] = [];
    const pauses = { pause: 0.4, random };
    spawn(() => sendAll(dut.enq, numbers, pauses));
    spawn(function* (): Process {
      got.push(...(yield* recvAll(dut.deq, numbers.length, pauses)));
    });
    run({ timeout: 2000 });
    expect(got).toEqual(numbers);
    close();
  });
});

test("a queue of two or more passes one payload a cycle", () => {
  const cyclesOf = (depth: number): number => {
    const { dut, spawn, run, close } = simulateEmbedded(Pass, { depth });
    spawn(() => sendAll(dut.enq, numbers));
    spawn(() => recvAll(dut.deq, numbers.length));
    const cycles = run();
    close();
    return cycles;
  };
  expect(cyclesOf(2)).toBeLessThanOrEqual(numbers.length + 2);
  expect(cyclesOf(3)).toBeLessThanOrEqual(numbers.length + 2);
  expect(cyclesOf(1)).toBeGreaterThanOrEqual(2 * numbers.length);
});

const Choose = module(
  ({ policy }: { policy: "fixed" | "roundRobin" }) => `choose_${policy}`,
  () => ({
    from: times(3, () => sink(byte)),
    to: source(byte),
    chosen: output(uint(2)),
  }),
  (io, { policy }) => {
    const winner = arbiter(io.from, policy);
    connect(io.to, winner);
    io.chosen.set(winner.chosen);
  },
);

test("a fixed arbiter serves the lowest first, a fair one in turn", () => {
  const orderOf = (policy: "fixed" | "roundRobin"): number[] => {
    const { dut, spawn, run, close } = simulateEmbedded(Choose, { policy });
    const got: number[] = [];
    dut.from.forEach((from, index) => {
      spawn(() => sendAll(from, [10 * index, 10 * index + 1, 10 * index + 2]));
    });
    spawn(function* (): Process {
      got.push(...(yield* recvAll(dut.to, 9)));
    });
    run({ timeout: 100 });
    close();
    return got;
  };
  expect(orderOf("fixed")).toEqual([0, 1, 2, 10, 11, 12, 20, 21, 22]);
  const fair = orderOf("roundRobin");
  expect([...fair].sort((a, b) => a - b)).toEqual([0, 1, 2, 10, 11, 12, 20, 21, 22]);
  for (let i = 0; i < 9; i += 3) {
    const winners = fair.slice(i, i + 3).map((value) => Math.floor(value / 10));
    expect(new Set(winners).size).toBe(3);
  }
});

test("an arbiter that waits keeps its choice", () => {
  const { dut, spawn, run, close } = simulateEmbedded(Choose, { policy: "fixed" });
  const seen: number[] = [];
  spawn(() => send(dut.from[2]!, 99));
  spawn(function* (): Process {
    yield* idle(3);
    yield* send(dut.from[0]!, 7);
  });
  spawn(function* (): Process {
    yield* idle(8);
    seen.push(yield* recv(dut.to), yield* recv(dut.to));
  });
  run({ timeout: 50 });
  expect(seen).toEqual([99, 7]);
  close();
});

const Both = module(
  "both",
  () => ({ from: sink(byte), copies: times(2, () => source(byte)), pairs: source(stream({ a: uint(8), b: uint(8) })) }),
  (io) => {
    const copies = fork(io.from, 4);
    io.copies.forEach((copy, index) => {
      connect(copy, copies[index]!);
    });
    connect(io.pairs, join({ a: queue(copies[2]!, 2), b: copies[3]! }));
  },
);

test("a fork gives everyone everything once, a join pairs in order", async () => {
  await withSeed((random) => {
    const { dut, spawn, run, close } = simulateEmbedded(Both);
    const got: number[][] = [[], []];
    const pairs: { a: number; b: number }[] = [];
    spawn(() => sendAll(dut.from, numbers, { pause: 0.2, random }));
    dut.copies.forEach((copy, index) => {
      spawn(function* (): Process {
        got[index]!.push(...(yield* recvAll(copy, numbers.length, { pause: 0.3 * (index + 1), random })));
      });
    });
    spawn(function* (): Process {
      pairs.push(...(yield* recvAll(dut.pairs, numbers.length, { pause: 0.5, random })));
    });
    run({ timeout: 2000 });
    expect(got).toEqual([numbers, numbers]);
    expect(pairs).toEqual(numbers.map((value) => ({ a: value, b: value })));
    close();
  });
});

const Delayed = module(
  "delayed",
  () => ({ valid: input(bool), data: input(uint(8)), late: output({ valid: bool, data: uint(8) }) }),
  (io) => {
    const late = delayValid({ valid: io.valid, payload: io.data }, 3);
    io.late.set({ valid: late.valid, data: late.payload });
  },
);

test("delayValid delays payload and valid alike, and resets valid", () => {
  const { dut, step, close } = simulateEmbedded(Delayed);
  expect(dut.late.valid.peek()).toBe(0);
  dut.valid.poke(1);
  dut.data.poke(42);
  step();
  dut.valid.poke(0);
  step();
  expect(dut.late.valid.peek()).toBe(0);
  step();
  expect([dut.late.valid.peek(), dut.late.data.peek()]).toEqual([1, 42]);
  step();
  expect(dut.late.valid.peek()).toBe(0);
  close();
});
