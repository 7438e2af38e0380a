import { expect, test } from "vitest";
import { loadConfig } from "../../src/config/index.ts";
import { COMMAND_BYTES, NORM_FUNCTIONS, command, encodeCommand } from "../../src/isa/index.ts";
import type { Command } from "../../src/isa/index.ts";
import { Machine, MachineFault } from "../../src/machine/index.ts";
import { params, encode } from "./support.ts";

const fault = (commands: readonly Command[], p = params, dramBytes = 4096): string => {
  try {
    new Machine(p).run(encode(commands), new Uint8Array(dramBytes));
  } catch (error) {
    if (error instanceof MachineFault) return `${error.command}: ${error.fault}`;
    throw error;
  }
  return "none";
};

test("faults name the command and the fault of the hardware's registers", () => {
  const load = { runs: 1, runLength: 1 };
  const gemm = { rows: 1, kTiles: 1, nTiles: 1 };
  const norm = { rows: 1, slices: 1, scaleM: 1250, scaleE: 12 };
  const good = command("load", load);
  const words = params.scratchpadWords;
  const rows = params.accumulatorRows;
  const cases: readonly (readonly [Command, string])[] = [
    [command("load", { ...load, runs: 0 }), "1: illegalField"],
    [command("load", { ...load, dramOffset: 8 }), "1: illegalField"],
    [command("load", { ...load, dramStride: 24 }), "1: illegalField"],
    [command("load", { ...load, dramOffset: 4096 }), "1: dramRange"],
    [command("load", { ...load, localAddress: words }), "1: scratchpadRange"],
    [command("load", { ...load, space: 1, localAddress: rows }), "1: accumulatorRange"],
    [command("store", { ...load, runs: 2, localStride: words }), "1: scratchpadRange"],
    [command("store", { ...load, source: 1 }), "1: deadlock"],
    [command("gemm", { ...gemm, nTiles: 0 }), "1: illegalField"],
    [command("gemm", { ...gemm, aSub: 1 }), "1: illegalField"],
    [command("gemm", { ...gemm, init: 3 }), "1: illegalField"],
    [command("gemm", { ...gemm, aAddress: words }), "1: scratchpadRange"],
    [command("gemm", { ...gemm, wAddress: words - 15 }), "1: scratchpadRange"],
    [command("gemm", { ...gemm, accAddress: rows }), "1: accumulatorRange"],
    [command("gemm", { ...gemm, init: 2, biasAddress: rows }), "1: accumulatorRange"],
    [command("gemm", { ...gemm, trackMax: 1, rowSlot: params.rowSlots }), "1: rowSlotRange"],
    [command("norm", { ...norm, slices: 0 }), "1: illegalField"],
    [command("norm", { ...norm, function: 9 }), "1: unknownCommand"],
    [command("norm", { ...norm, spadAddress: words }), "1: scratchpadRange"],
    [command("norm", { ...norm, accAddress: rows }), "1: accumulatorRange"],
    [command("norm", { ...norm, perChannel: 1, paramAddress: rows }), "1: accumulatorRange"],
    [command("norm", { ...norm, rowScale: 1, rowSlot: params.rowSlots }), "1: rowSlotRange"],
    [command("norm", { ...norm, function: NORM_FUNCTIONS.raw }), "1: deadlock"],
    [command("load", { ...load, wait: 4 }), "1: deadlock"],
  ];
  for (const [bad, expected] of cases) expect([bad, fault([good, bad])]).toEqual([bad, expected]);
  expect(fault([good, good])).toBe("none");
});

test("an unknown operation code is a fault", () => {
  const bytes = new Uint8Array(2 * COMMAND_BYTES);
  encodeCommand(command("load", { runs: 1, runLength: 1 }), bytes, 0);
  expect(() => {
    new Machine(params).run(bytes, new Uint8Array(4096));
  }).toThrow("command 1: unknownCommand: operation code 0");
});

test("functions that are not built in, and what needs more than the configuration has", () => {
  const cnn = loadConfig("gemmini-cnn");
  const norm = { rows: 1, slices: 1, scaleM: 1250, scaleE: 12 };
  for (const name of ["gelu", "exp", "probability", "statistics", "normalise"] as const) {
    expect(fault([command("norm", { ...norm, function: NORM_FUNCTIONS[name] })], cnn)).toBe("0: unknownCommand");
  }
  expect(fault([command("norm", { ...norm, rowScale: 1 })], cnn)).toBe("0: unknownCommand");
  expect(fault([command("norm", norm)], cnn)).toBe("none");
});

test("semaphores count to 15, and a semaphore that does not exist is a fault", () => {
  const load = { runs: 1, runLength: 1 };
  const post = command("load", { ...load, post: 1 });
  expect(fault(new Array<Command>(15).fill(post))).toBe("none");
  expect(fault(new Array<Command>(16).fill(post))).toBe("15: semaphoreOverflow");
  expect(fault([post, command("load", { ...load, wait: 1 }), command("load", { ...load, wait: 1 })])).toBe(
    "2: deadlock",
  );
  const few = { ...params, semaphores: 8 };
  expect(fault([command("load", { ...load, post: 1 << 8 })], few)).toBe("0: semaphoreOverflow");
});
