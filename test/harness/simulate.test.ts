import { expect, expectTypeOf, test } from "vitest";
import {
  assert,
  bool,
  input,
  module,
  output,
  reg,
  sink,
  sint,
  source,
  stream,
  times,
  uint,
  when,
} from "../../src/hdl/index.ts";
import {
  peek,
  poke,
  recvAll,
  sampled,
  sendAll,
  simulate,
  type EmbeddedEngine,
  type Port,
  type Random,
  type Testbench,
  withSeed,
} from "../../src/harness/index.ts";

/** Adds two numbers of each of `lanes` lanes; a signed record and an array of ports. */
const Adder = module(
  "adder",
  (p: { lanes: number }) => ({
    operands: times(p.lanes, () => ({ left: input(sint(8)), right: input(sint(8)) })),
    total: output({ sums: times(p.lanes, () => sint(9)), any: bool }),
  }),
  (io) => {
    const sums = io.operands.map(({ left, right }) => left.add(right));
    io.total.sums.forEach((port, i) => {
      port.set(sums[i]!);
    });
    io.total.any.set(sums.map((sum) => sum.ne(0)).reduce((a, b) => a.or(b)));
  },
);

/** One register between two streams of records. */
const Stage = module(
  "stage",
  () => {
    const item = stream({ tag: uint(4), value: sint(12) });
    return { enq: sink(item), deq: source(item) };
  },
  (io) => {
    const full = reg(bool);
    const kept = reg({ tag: uint(4), value: sint(12) });
    const take = io.enq.valid.and(io.enq.ready);
    io.enq.ready.set(full.not().or(io.deq.ready));
    io.deq.valid.set(full);
    io.deq.payload.set(kept);
    when(take, () => {
      kept.next = io.enq.payload;
      full.next = true;
    }).elsewhen(io.deq.ready, () => {
      full.next = false;
    });
  },
);

test("the testbench has the form of the module's ports", async () => {
  const { dut, close } = await simulate(Adder, { lanes: 3 }, { simulator: "verilator" });
  poke(dut.operands, [
    { left: -128, right: -128 },
    { left: 127, right: 127 },
    { left: 5, right: -5 },
  ]);
  expect(peek(dut.total)).toEqual({ sums: [-256, 254, 0], any: 1 });
  expect(dut.operands[2]!.left.name).toBe("operands_2_left");
  expect(() => {
    poke(dut.operands[0]!, { left: 128, right: 0 });
  }).toThrow("128 does not fit in operands_0_left: sint(8)");
  close();
});

test("streams of records pass through a module", async () => {
  await withSeed(async (random: Random) => {
    const { dut, spawn, run, close } = await simulate(Stage, undefined, { simulator: "verilator" });
    const items = Array.from({ length: 100 }, () => ({
      tag: random.integer(0, 15),
      value: random.integer(-2048, 2047),
    }));
    let got: readonly { readonly tag: number; readonly value: number }[] = [];
    spawn(sendAll(dut.enq, items, { pause: 0.3, random }));
    spawn(function* () {
      got = yield* recvAll(dut.deq, 100, { pause: 0.3, random });
    });
    run({ timeout: 2000 });
    expect(got).toEqual(items);
    close();
  });
});

test("one testbench runs on every simulator, and ends with the same words", async () => {
  const Guarded = module(
    "guarded",
    () => ({ amount: input(uint(4)), total: output(uint(8)) }),
    (io) => {
      const total = reg(uint(8));
      total.next = total.add(io.amount).wrap(8);
      assert(total.lt(40), "the total stays below 40");
      io.total.set(total);
    },
  );
  const benches = [
    simulate(Guarded),
    simulate(Guarded, undefined, { simulator: "evaluator" }),
    await simulate(Guarded, undefined, { simulator: "verilator" }),
  ];
  const seen = benches.map(({ dut, spawn, run, step, cycle, close }) => {
    const totals: number[] = [];
    spawn(function* () {
      for (const amount of [1, 2, 15, 0, 15, 15]) {
        poke(dut.amount, amount);
        yield "the next amount";
        totals.push(sampled(dut.total), peek(dut.total));
      }
    });
    run();
    const on = (): void => {
      step(3);
    };
    expect(on).toThrow("guarded stopped (a failed assertion, $stop or $fatal) in cycle 7");
    // Nothing goes on after that.
    expect(on).toThrow("guarded stopped");
    const cycles = cycle();
    close();
    return [totals, cycles];
  });
  expect(seen[0]).toEqual([[0, 1, 1, 3, 3, 18, 18, 18, 18, 33, 33, 48], 8]);
  expect(seen[1]).toEqual(seen[0]);
  expect(seen[2]).toEqual(seen[0]);
  expectTypeOf(simulate(Guarded)).toExtend<Testbench<unknown, EmbeddedEngine>>();
});

test("tsc knows the ports and what may be poked into them", async () => {
  const { dut, close } = await simulate(Stage, undefined, { simulator: "verilator" });
  expectTypeOf(dut.enq.valid).toEqualTypeOf<Port>();
  expectTypeOf(peek(dut.deq.payload)).toEqualTypeOf<{ readonly tag: number; readonly value: number }>();
  expectTypeOf(sampled(dut.deq.ready)).toEqualTypeOf<number>();
  // @ts-expect-error the stream has no such port
  expect(dut.enq.other).toBeUndefined();
  expect(() => {
    // @ts-expect-error a field is missing
    poke(dut.enq.payload, { tag: 1 });
  }).toThrow('poke: the value lacks "value"');
  close();
});
