import { expect, test } from "vitest";
import {
  idle,
  peek,
  poke,
  recvAll,
  sampled,
  send,
  sendAll,
  simulateVerilog,
  until,
  withSeed,
  type Port,
  type Process,
  type StreamPorts,
} from "../../src/harness/index.ts";
import { counter, queue, watchful, wide } from "./fixtures.ts";

test("peek follows poke through combinational paths, step moves the registers", async () => {
  const { dut, step, cycle, close } = await simulateVerilog(counter);
  poke(dut.enable!, true);
  poke(dut.amount!, 5);
  expect(peek(dut.next!)).toBe(5);
  expect(peek(dut.negated!)).toBe(-5);
  expect(peek(dut.count!)).toBe(0);
  step();
  expect(peek(dut.count!)).toBe(5);
  expect(sampled(dut.count!)).toBe(0);
  expect(sampled(dut.amount!)).toBe(5);
  step(1000);
  expect(peek(dut.count!)).toBe(5005);
  expect(cycle()).toBe(1002);
  close();
});

test("poke refuses what does not fit", async () => {
  const { dut, close } = await simulateVerilog(counter);
  expect(() => {
    dut.amount!.poke(256);
  }).toThrow("256 does not fit in amount: uint(8)");
  expect(() => {
    dut.amount!.poke(-1n);
  }).toThrow("-1 does not fit in amount: uint(8)");
  expect(() => {
    dut.amount!.poke(1.5);
  }).toThrow("1.5 does not fit in amount: uint(8)");
  expect(() => {
    dut.count!.poke(1);
  }).toThrow("count is an output and cannot be poked");
  close();
});

test("processes run once a clock cycle and end run", async () => {
  const { dut, spawn, run, close } = await simulateVerilog(counter);
  const seen: number[] = [];
  function* drive(): Process {
    poke(dut.enable!, 1);
    for (const amount of [1, 2, 3]) {
      poke(dut.amount!, amount);
      yield;
    }
    poke(dut.enable!, 0);
  }
  spawn(
    function* () {
      for (;;) {
        yield;
        seen.push(peek(dut.count!));
      }
    },
    { background: true },
  );
  spawn(drive);
  expect(run()).toBe(3);
  expect(seen).toEqual([1, 3, 6]);
  close();
});

test("a process in the background is resumed once a cycle across runs", async () => {
  const { dut, spawn, run, close } = await simulateVerilog(counter);
  poke(dut.enable!, 1);
  poke(dut.amount!, 1);
  const seen: number[] = [];
  function* watch(): Process {
    for (;;) {
      yield;
      seen.push(dut.count!.sampled());
    }
  }
  function* wait(): Process {
    yield;
    yield;
  }
  spawn(watch, { background: true });
  for (let i = 0; i < 3; i++) {
    spawn(wait);
    run();
  }
  expect(seen).toEqual([0, 1, 2, 3, 4, 5]);
  close();
});

test("a timeout says who waits for what", async () => {
  const { spawn, run, close } = await simulateVerilog(counter);
  spawn(
    function* () {
      for (;;) yield "Godot";
    },
    { name: "Estragon" },
  );
  expect(() => run({ timeout: 7 })).toThrow("counter: still waiting after 7 cycles:\nEstragon waits for Godot");
  close();
});

test("ports of every width keep their value and sign", async () => {
  await withSeed(async (random) => {
    const { port, step, close } = await simulateVerilog(wide);
    for (let i = 0; i < 50; i++) {
      const values = [16, 32, 33, 53, 64, 65, 512].map((width) => {
        const signed = port(`a${width}`).signed;
        const bits = random.pick([0n, (1n << BigInt(width)) - 1n, 1n << BigInt(width - 1), random.bits(width)]);
        return { width, value: signed ? BigInt.asIntN(width, bits) : bits };
      });
      for (const { width, value } of values) port(`a${width}`).poke(value);
      step();
      for (const { width, value } of values) {
        expect(port(`b${width}`).peekBig()).toBe(value);
        if (width <= 53) expect(port(`b${width}`).peek()).toBe(Number(value));
      }
    }
    expect(() => port("b64").peek()).toThrow("b64 is 64 bits wide: a number holds 53; use peekBig or words");
    close();
  });
});

test("words are shared with the simulation, low word first", async () => {
  const { port, step, close } = await simulateVerilog(wide);
  const words = port("a512").words();
  for (let i = 0; i < 16; i++) words[i] = i * 0x01010101;
  expect([...port("not512").words()]).toEqual(Array.from({ length: 16 }, (_, i) => ~(i * 0x01010101) >>> 0));
  step();
  expect([...port("b512").words()]).toEqual([...words]);
  expect([...port("a512").sampledWords()]).toEqual([...words]);
  // Bits above the width are ignored, not passed on.
  port("a33").words().set([0, 0xffffffff]);
  step();
  expect(port("b33").peek()).toBe(2 ** 32);
  close();
});

async function openQueue() {
  const bench = await simulateVerilog(queue);
  const stream = (name: string): StreamPorts<Port> => ({
    valid: bench.port(`${name}_valid`),
    ready: bench.port(`${name}_ready`),
    payload: bench.port(`${name}_payload`),
  });
  return { ...bench, enq: stream("enq"), deq: stream("deq") };
}

test("streams pass every item once, without a gap when nobody pauses", async () => {
  const { enq, deq, spawn, run, close } = await openQueue();
  const items = Array.from({ length: 100 }, (_, i) => i);
  let got: number[] = [];
  spawn(sendAll(enq, items));
  spawn(function* () {
    got = yield* recvAll(deq, 100);
  });
  // One cycle of latency through the queue, then an item a cycle.
  expect(run()).toBe(101);
  expect(got).toEqual(items);
  close();
});

test("streams keep order under random pauses on both ends", async () => {
  await withSeed(async (random) => {
    const { enq, deq, spawn, run, close } = await openQueue();
    const items = Array.from({ length: 200 }, () => random.integer(0, 255));
    let got: number[] = [];
    spawn(sendAll(enq, items, { pause: 0.4, random }));
    spawn(function* () {
      got = yield* recvAll(deq, 200, { pause: 0.6, random });
    });
    expect(run()).toBeGreaterThan(400);
    expect(got).toEqual(items);
    close();
  });
});

test("a stream nobody takes from times out with the item it offers", async () => {
  const { enq, spawn, run, close } = await openQueue();
  spawn(sendAll(enq, [1, 2, 3, 4, 5]), { name: "producer" });
  expect(() => run({ timeout: 20 })).toThrow(
    "queue: still waiting after 20 cycles:\nproducer waits for enq_ready (offering 5)",
  );
  close();
});

test("idle and until wait for cycles and levels; processes spawn processes", async () => {
  const { enq, deq, spawn, run, cycle, close } = await openQueue();
  const times: number[] = [];
  spawn(function* () {
    spawn(function* () {
      yield* until(deq.valid);
      times.push(cycle());
    });
    yield* idle(10);
    yield* send(enq, 1);
    times.push(cycle());
  });
  run();
  // After the reset's cycle and ten idle ones the item goes in at edge 11 and is seen at the queue's end at edge 12.
  expect(times).toEqual([12, 13]);
  close();
});

test("a failed assertion ends the step with what the design printed", async () => {
  const { port, step, close } = await simulateVerilog(watchful);
  step(5);
  port("fail").poke(1);
  expect(() => {
    step(100);
  }).toThrow(/^watchful stopped \(a failed assertion, \$stop or \$fatal\) in cycle 6:\n.*it failed at tick 5/);
  close();
});

test("assertions can be left out", async () => {
  const { port, step, cycle, close } = await simulateVerilog(watchful, { assertions: false });
  port("fail").poke(1);
  step(100);
  expect(cycle()).toBe(101);
  close();
});

test("$finish ends the step and shows what was printed", async () => {
  const { port, step, close } = await simulateVerilog(watchful);
  port("finish").poke(1);
  expect(() => {
    step(100);
  }).toThrow("watchful ended: finished in cycle 1:\nenough");
  close();
});

test("registers without reset start at what the seed chooses", async () => {
  const start = async (seed: number) => {
    const { port, close } = await simulateVerilog(watchful, { seed });
    const value = port("uninitialised").peek();
    close();
    return value;
  };
  expect(await start(1)).toBe(await start(1));
  expect(await start(1)).not.toBe(await start(2));
});

test("several simulations of several designs live in one process", async () => {
  const benches = await Promise.all([counter, counter, queue, wide].map((design) => simulateVerilog(design)));
  const [first, second, third] = benches;
  poke(first!.port("enable"), 1);
  poke(first!.port("amount"), 3);
  for (let i = 0; i < 10; i++) for (const bench of benches) bench.step();
  expect(peek(first!.port("count"))).toBe(30);
  expect(peek(second!.port("count"))).toBe(0);
  expect(peek(third!.port("enq_ready"))).toBe(1);
  for (const bench of benches) bench.close();
  expect(() => {
    first!.step();
  }).toThrow("the simulation is closed");
});

test("a failing random test tells its seed", async () => {
  await expect(
    withSeed(() => {
      throw new Error("found one");
    }),
  ).rejects.toThrow(/^found one\n\(seed (\d+): repeat with SYSTOLE_SEED=\1\)$/);
});
