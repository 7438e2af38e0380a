import { describe, expect, test } from "vitest";
import { prove } from "systole/formal";
import { recvAll, sendAll, simulate, withSeed, type Process } from "systole/testbench";
import { Fifo } from "./fifo.ts";

const numbers = Array.from({ length: 200 }, (_, i) => (i * 37) % 256);

describe.each([2, 3, 4, 7, 16])("a FIFO of %i", (depth) => {
  const params = { width: 8, depth, reserve: 1 };

  test("keeps order, whatever the pauses at both ends", async () => {
    await withSeed((random) => {
      const { dut, spawn, run } = simulate(Fifo, params);
      const got: number[] = [];
      spawn(() => sendAll(dut.enq, numbers, { pause: random.unit() * 0.8, random }));
      spawn(function* (): Process {
        got.push(...(yield* recvAll(dut.deq, numbers.length, { pause: random.unit() * 0.8, random })));
      });
      run({ timeout: 10_000 });
      expect(got).toEqual(numbers);
    });
  });

  test("fills to its depth and tells how full it is", () => {
    const { dut, step } = simulate(Fifo, params);
    dut.enq.valid.poke(1);
    for (let entries = 0; entries <= depth; entries++) {
      expect(dut.level.peek()).toBe(entries);
      expect(dut.almostFull.peek()).toBe(entries >= depth - 1 ? 1 : 0);
      expect(dut.enq.ready.peek()).toBe(entries < depth ? 1 : 0);
      step();
    }
    expect(dut.level.peek()).toBe(depth);
  });
});

test("passes one payload a cycle, two cycles late", () => {
  const { dut, spawn, run, cycle } = simulate(Fifo, { width: 8, depth: 4, reserve: 1 });
  const start = cycle();
  const left: number[] = [];
  spawn(() => sendAll(dut.enq, numbers));
  spawn(function* (): Process {
    dut.deq.ready.poke(1);
    while (left.length < numbers.length) {
      yield "the next payload";
      if (dut.deq.valid.sampled() === 1) left.push(cycle() - 1 - start);
    }
  });
  run();
  expect(left).toEqual(numbers.map((_, i) => i + 2));
});

test("its assertions are proven, for every input and for ever", async () => {
  const { status, properties } = await prove(
    Fifo,
    { width: 1, depth: 4, reserve: 1 },
    {
      depth: 5,
      invariants: (state) => ({
        "what is stored is readable or was just written": state
          .uint("level")
          .eq(state.uint("readable").add(state.uint("written"))),
      }),
    },
  );
  expect(properties.map(({ message, status: outcome }) => `${message}: ${outcome}`)).toEqual([
    "the level stays within the depth: proven",
    "what is readable has been written: proven",
    "the buffer is full: reached",
    "what is stored is readable or was just written: proven",
  ]);
  expect(status).toBe("proven");
});
