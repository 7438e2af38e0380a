import { expect, expectTypeOf, test } from "vitest";
import type { EmbeddedEngine } from "../../src/harness/index.ts";
import {
  peek,
  poke,
  recvAll,
  sampled,
  sendAll,
  simulateEmbedded,
  withSeed,
  type Testbench,
} from "../../src/harness/index.ts";
import {
  assert,
  input,
  module,
  output,
  queue,
  reg,
  sink,
  sint,
  source,
  stream,
  uint,
  connect,
} from "../../src/hdl/index.ts";

const item = stream({ tag: uint(4), value: sint(70) });

/** A queue between two streams. */
const buffer = (depth: number) =>
  module(
    "buffer",
    () => ({ enq: sink(item), deq: source(item) }),
    (io) => {
      connect(io.deq, queue(io.enq, depth));
    },
  );

/** Counts what it is given, up to 100. */
const Total = module(
  "total",
  () => ({ amount: input(sint(8)), sum: output(sint(9)), total: output(uint(7)) }),
  (io) => {
    const total = reg(uint(7));
    total.next = total.add(io.amount.asUint()).wrap(7);
    assert(total.le(100), "the total stays within 100");
    io.total.set(total);
    io.sum.set(io.amount.add(1));
  },
);

test("streams run through the embedded simulator in processes, at once", async () => {
  await withSeed((random) => {
    const bench = simulateEmbedded(buffer(3));
    const sent = Array.from({ length: 60 }, () => ({
      tag: random.integer(0, 15),
      value: BigInt.asIntN(70, random.bits(70)),
    }));
    const got: { tag: number; value: bigint }[] = [];
    bench.spawn(sendAll(bench.dut.enq, sent, { pause: 0.3, random }));
    bench.spawn(function* () {
      while (got.length < sent.length) {
        poke(bench.dut.deq.ready, random.chance(0.6));
        yield "an item";
        if (sampled(bench.dut.deq.valid) === 0 || sampled(bench.dut.deq.ready) === 0) continue;
        const { tag, value } = bench.dut.deq.payload;
        got.push({ tag: tag.sampled(), value: value.sampledBig() });
      }
    });
    bench.run({ timeout: 2000 });
    expect(got).toEqual(sent);
    expectTypeOf(bench).toExtend<Testbench<unknown, EmbeddedEngine>>();
    bench.close();
  });
});

test("ports follow pokes, and a failed assertion ends the run with its cycle and text", () => {
  const { dut, step } = simulateEmbedded(Total);
  poke(dut.amount, -1);
  expect(peek(dut.sum)).toBe(0);
  poke(dut.amount, 60);
  step();
  expect(sampled(dut.total)).toBe(0);
  expect(peek(dut.total)).toBe(60);
  expect(() => {
    step(10);
  }).toThrow(
    /^total stopped \(a failed assertion, \$stop or \$fatal\) in cycle 3:\ncycle 3: assert failed: the total stays within 100/,
  );
});

test("a timeout says who waits for what", () => {
  const bench = simulateEmbedded(buffer(2));
  bench.spawn(recvAll(bench.dut.deq, 1), { name: "sink" });
  expect(() => {
    bench.run({ timeout: 20 });
  }).toThrow(/^buffer: still waiting after 20 cycles:\nsink waits for /);
});
