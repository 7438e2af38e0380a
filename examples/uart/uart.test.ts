import { expect, test } from "vitest";
import { elaborate } from "systole/hdl";
import { idle, sendAll, simulate, withSeed, type Process } from "systole/testbench";
import { BaudGenerator, Uart } from "./uart.ts";

// 104.17 cycles a bit, 6.51 a tick: nothing divides evenly.
const params = { clockHz: 1_000_000, baud: 9600 };
const cyclesPerBit = params.clockHz / params.baud;

/** A serial port with what it received so far. */
function openUart() {
  const bench = simulate(Uart, params);
  const { dut, spawn } = bench;
  const bytes: number[] = [];
  const errors: number[] = [];
  dut.rx.poke(1);
  spawn(
    function* (): Process {
      for (;;) {
        yield;
        if (dut.received.valid.sampled() === 1) bytes.push(dut.received.payload.sampled());
        if (dut.framingError.sampled() === 1) errors.push(bench.cycle());
      }
    },
    { background: true },
  );
  /** Holds the receiving line at each level for some bits of `scale` times the right length. */
  const drive = function* (levels: readonly number[], scale = 1): Process {
    let due = 0;
    let waited = 0;
    for (const level of levels) {
      dut.rx.poke(level);
      due += cyclesPerBit * scale;
      for (; waited < due; waited++) yield "the end of a bit";
    }
  };
  return { ...bench, bytes, errors, drive };
}

const frame = (byte: number, stop = 1): number[] => [0, ...Array.from({ length: 8 }, (_, i) => (byte >> i) & 1), stop];

test("what is sent comes back through a loop", async () => {
  await withSeed((random) => {
    const { dut, spawn, run, bytes, errors } = openUart();
    const sent = [0x00, 0xff, 0x55, 0xaa, ...Array.from({ length: 12 }, () => random.integer(0, 255))];
    spawn(
      function* (): Process {
        for (;;) {
          dut.rx.poke(dut.tx.sampled());
          yield;
        }
      },
      { background: true },
    );
    spawn(() => sendAll(dut.send, sent, { pause: 0.9, random }));
    spawn(function* (): Process {
      while (bytes.length < sent.length) yield "all bytes";
    });
    run({ timeout: 30_000 });
    expect(bytes).toEqual(sent);
    expect(errors).toEqual([]);
  });
});

test("the transmitted wave has its bits at the right times", () => {
  const { dut, spawn, run } = openUart();
  const middles: number[] = [];
  spawn(() => sendAll(dut.send, [0xc5]));
  spawn(function* (): Process {
    while (dut.tx.sampled() === 1) yield "the start bit";
    yield* idle(Math.round(cyclesPerBit / 2));
    for (let bit = 0; bit < 10; bit++) {
      middles.push(dut.tx.sampled());
      yield* idle(Math.round(cyclesPerBit));
    }
  });
  run();
  expect(middles).toEqual(frame(0xc5));
});

test.each([0.97, 1, 1.03])("receives from a sender whose bits are %f times as long", (scale) => {
  const { spawn, run, drive, bytes, errors } = openUart();
  const sent = [0x00, 0xff, 0x81, 0x5a];
  spawn(() => drive([...sent.flatMap((byte) => frame(byte)), 1, 1], scale));
  run();
  expect(bytes).toEqual(sent);
  expect(errors).toEqual([]);
});

test("a low stop bit is a framing error, and reception goes on after it", () => {
  const { spawn, run, drive, bytes, errors } = openUart();
  spawn(() => drive([...frame(0x42), ...frame(0x13, 0), 0, 0, 1, ...frame(0x37), 1]));
  run();
  expect(bytes).toEqual([0x42, 0x37]);
  expect(errors).toHaveLength(1);
});

test("a short low pulse is not a start bit", () => {
  const { spawn, run, drive, bytes, errors } = openUart();
  spawn(function* (): Process {
    yield* drive([1, 0], 0.3);
    yield* drive([1, 1, ...frame(0x99), 1]);
  });
  run();
  expect(bytes).toEqual([0x99]);
  expect(errors).toEqual([]);
});

test("ticks come at 16 times the baud rate on average", () => {
  const { dut, step } = simulate(BaudGenerator, params);
  let ticks = 0;
  for (let cycle = 0; cycle < 20_000; cycle++) {
    ticks += dut.tick.peek();
    step();
  }
  const expected = (20_000 * 16 * params.baud) / params.clockHz;
  expect(Math.abs(ticks - expected)).toBeLessThan(2);
});

test("a clock that is too slow is refused", () => {
  expect(() => elaborate(BaudGenerator, { clockHz: 1_000_000, baud: 115_200 })).toThrow(
    "a clock of 1000000 Hz is too slow for 115200 baud",
  );
});
