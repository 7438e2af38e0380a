import { expect, test } from "vitest";
import { command } from "../../src/isa/index.ts";
import { Machine, MachineFault } from "../../src/machine/index.ts";
import { params, S, run } from "./support.ts";

test("LOAD and STORE move runs with strides, to and from both memories", () => {
  const dram = Uint8Array.from({ length: 8192 }, (_, i) => (i * 31) & 255);
  const before = dram.slice();
  const machine = new Machine(params);
  run(
    machine,
    [
      command("load", { dramOffset: 32, dramStride: 128, runs: 3, runLength: 2, localAddress: 5, localStride: 10 }),
      command("load", {
        space: 1,
        dramOffset: 512,
        dramStride: 64,
        runs: 2,
        runLength: 1,
        localAddress: 7,
        localStride: 3,
      }),
      command("store", { dramOffset: 4096, dramStride: 48, runs: 2, runLength: 1, localAddress: 15, localStride: 11 }),
    ],
    dram,
  );
  expect(machine.state.scratchpad.subarray(25 * S, 27 * S)).toEqual(before.subarray(32 + 256, 32 + 256 + 32));
  expect(machine.state.accumulatorBytes.subarray(10 * 64, 11 * 64)).toEqual(before.subarray(576, 640));
  expect(dram.subarray(4096, 4112)).toEqual(before.subarray(160, 176));
  expect(dram.subarray(4144, 4160)).toEqual(before.subarray(32 + 256 + 16, 32 + 256 + 32));
  expect(dram.subarray(4112, 4144)).toEqual(before.subarray(4112, 4144));
});

test("memories keep their contents from program to program; semaphores do not", () => {
  const machine = new Machine(params);
  const dram = Uint8Array.from({ length: 4096 }, (_, i) => i & 255);
  run(machine, [command("load", { runs: 1, runLength: 4, post: 1 })], dram);
  run(machine, [command("store", { runs: 1, runLength: 4, dramOffset: 2048 })], dram);
  expect(dram.subarray(2048, 2112)).toEqual(dram.subarray(0, 64));
  expect(() => run(machine, [command("load", { runs: 1, runLength: 4, wait: 1 })], dram)).toThrow(MachineFault);
});
