import { expect, test } from "vitest";
import { formatLint, lintVerilog, Random, simulateEmbedded } from "../../../src/harness/index.ts";
import { EmbeddedSimulator } from "../../../src/hdl/embedded/index.ts";
import { Evaluator, readWords, writeWords, type Simulator } from "../../../src/hdl/simulate/index.ts";
import {
  assert,
  bool,
  clock,
  counter,
  elaborate,
  emitVerilog,
  inDomain,
  input,
  instance,
  memory,
  module,
  output,
  reg,
  synchronise,
  synchroniseGray,
  synchroniseReset,
  times,
  uint,
  when,
} from "../../../src/hdl/index.ts";

/** Everything that a clock drives, in three domains: registers, memories, properties, instances, resets. */
const Blinker = module(
  "blinker",
  () => ({ step: input(bool), value: output(uint(6)) }),
  (io) => {
    const { value } = counter(50, { enable: io.step });
    io.value.set(value);
    assert(value.lt(50), "a counter stays below its modulus");
  },
);

const Everything = module(
  "everything",
  () => ({
    x: input(uint(8)),
    fast: output({ value: uint(6), word: uint(8), gray: uint(4), flag: bool }),
    slow: output({ value: uint(6), word: uint(8), held: uint(8) }),
    aux: output({ value: uint(6), waits: bool }),
  }),
  (io) => {
    const [slow, aux] = [clock("slow"), clock("aux")];
    const ram = memory({ shape: uint(8), depth: 8, readUnderWrite: "old" });
    const address = counter(8).value;
    ram.write({ address, data: io.x, enable: io.x.bit(0) });
    const blinker = instance(Blinker);
    blinker.step.set(io.x.bit(1));
    const flag = reg(bool);
    flag.next = io.x.bit(2);
    const slowPlace = inDomain(slow, () => {
      const place = counter(8).value;
      const code = reg(uint(4), { reset: 5 });
      code.next = place.xor(place.shr(1));
      io.slow.word.set(ram.read({ address: place, enable: place.ne(3) }));
      const held = reg(uint(8), { reset: false });
      when(place.eq(2), () => {
        held.next = held.add(1).wrap(8);
      }).elsewhen(synchronise(flag), () => {
        held.next = 7;
      });
      io.slow.held.set(held);
      const inner = instance(Blinker);
      inner.step.set(true);
      io.slow.value.set(inner.value);
      return code;
    });
    io.fast.set({
      value: blinker.value,
      word: ram.read({ address, enable: io.x.bit(3) }),
      gray: synchroniseGray(slowPlace),
      flag,
    });
    inDomain(aux, () => {
      const auxReset = synchroniseReset(slow);
      const inner = instance(Blinker, undefined, { reset: auxReset });
      inner.step.set(true);
      io.aux.set({ value: inner.value, waits: auxReset });
    });
  },
);

function record(simulator: Simulator, seed: number): string[] {
  const random = new Random(seed);
  const { layout, now, sampled } = simulator;
  return times(800, (step) => {
    for (const { name, direction, offset, width } of layout.slots) {
      if (direction !== "input" || name === "clock") continue;
      const inReset = step < 30 || (name === "slow_reset" && step % 200 < 8);
      writeWords(now, offset, width, /(^|_)reset$/.test(name) ? BigInt(inReset) : random.bits(width));
    }
    simulator.step(1);
    const outputs = layout.slots.filter(({ direction }) => direction === "output");
    const values = outputs.map(({ name, offset, width }) => `${name} ${readWords(sampled, offset, width)}`);
    // What has no reset differs at the start.
    return step < 100 ? "" : values.join(", ");
  });
}

test("registers, memories, properties and instances of three domains: evaluator and embedded simulator agree", () => {
  const design = elaborate(Everything);
  expect(
    emitVerilog(design)
      .ports.map(({ name }) => name)
      .slice(0, 6),
  ).toEqual(["clock", "reset", "slow_clock", "slow_reset", "aux_clock", "x"]);
  const expected = record(new Evaluator(design), 5);
  expect(new Set(expected).size).toBeGreaterThan(400);
  const embedded = new EmbeddedSimulator(design);
  expect(record(embedded, 5)).toEqual(expected);
  expect(embedded.takeFailures()).toEqual([]);
});

test("the Verilog of several domains is clean under the three linters", async () => {
  const { files, top } = emitVerilog(elaborate(Everything));
  expect(formatLint(await lintVerilog(files, top))).toBe("");
  const text = files.map((file) => file.text).join("\n");
  expect(text).toContain("always_ff @(posedge slow_clock) begin\n        if (slow_reset) begin\n");
  expect(text).toMatch(/\(\* ASYNC_REG = "TRUE" \*\) logic \[3:0\] gray_stage_0;/);
  expect(text).toContain("module memory_2re1w_8x8_old_clocks (\n    input  logic       write_clock,\n");
});

test("clocks tick as the testbench says, and resets last for a cycle of the slowest", () => {
  const Two = module(
    "two",
    () => ({ fast: output(uint(8)), slow: output(uint(8)) }),
    (io) => {
      io.fast.set(counter(256).value);
      io.slow.set(inDomain(clock("slow"), () => counter(256).value));
    },
  );
  const bench = simulateEmbedded(Two, undefined, { clocks: { clock: { period: 2 }, slow: { period: 5, phase: 3 } } });
  const { dut, step, cycle } = bench;
  expect(cycle()).toBe(4);
  step(96);
  // Edges in steps 4, 6, … 98 and 8, 13, … 98.
  expect([dut.fast.peek(), dut.slow.peek()]).toEqual([48, 19]);
  expect(() => simulateEmbedded(Two, undefined, { clocks: { slov: { period: 2 } } })).toThrow("two has no clock slov");
  expect(() => simulateEmbedded(Two, undefined, { clocks: { slow: { period: 0 } } })).toThrow(
    "clock slow: period 0, phase 0",
  );
  expect(() => {
    bench.spawn(
      function* () {
        yield "nothing";
      },
      { clock: "bus" },
    );
  }).toThrow("two has no clock bus");
  bench.close();
});
