import { describe, expect, test } from "vitest";
import type { NormFeature, Params } from "../src/config/index.ts";
import { send, until } from "../src/harness/index.ts";
import type { Process } from "../src/harness/index.ts";
import { command, FAULTS, NORM_FUNCTIONS, NORM_OUTPUTS } from "../src/isa/index.ts";
import type { NormFields, PartialFields } from "../src/isa/index.ts";
import { MachineFault } from "../src/machine/index.ts";
import { executeNorm } from "../src/machine/norm.ts";
import { createState } from "../src/machine/state.ts";
import { normVariant } from "./support/norm-commands.ts";
import { granted, openNorm, store } from "./support/norm-driver.ts";

/** Rows are not as wide as words (two sub-slices), and not all functions are built. */
const FUNCTIONS: readonly NormFeature[] = ["softmax", "gelu"];
const p = normVariant({ rows: 16, cols: 8, functions: FUNCTIONS });
const narrow = normVariant({ rows: 32, cols: 8, lanes: 4, functions: [] });

const norm = (partial: PartialFields<"norm">): NormFields =>
  command("norm", { rows: 4, slices: 2, scaleM: 1250, scaleE: 10, accStride: 4, spadStride: 4, ...partial })
    .fields as NormFields;

const CASES: readonly (readonly [string, Params, PartialFields<"norm">])[] = [
  ["a function that does not exist", p, { function: 9 }],
  ["a function that is not built", p, { function: NORM_FUNCTIONS.statistics, validColumns: 16 }],
  ["a row factor without Softmax", narrow, { function: NORM_FUNCTIONS.requantise, rowScale: 1 }],
  ["no rows", p, { rows: 0 }],
  ["no slices", p, { slices: 0 }],
  ["a sub-slice beyond the word", p, { spadSub: 2 }],
  ["bytes to the stream from lanes narrower than a word", p, { output: NORM_OUTPUTS.stream }],
  ["a raw pass that ends inside a stream word", narrow, { function: NORM_FUNCTIONS.raw, rows: 3, slices: 1 }],
  ["row slots beyond the last", p, { function: NORM_FUNCTIONS.exp, rowSlot: 61 }],
  ["scratchpad words beyond the last", p, { spadAddress: p.scratchpadWords - 3 }],
  ["the second word slice beyond the scratchpad", p, { spadSub: 1, spadStride: p.scratchpadWords - 3 }],
  ["accumulator rows beyond the last", p, { accAddress: p.accumulatorRows - 5 }],
  ["parameter rows beyond the last", p, { perChannel: 1, paramAddress: p.accumulatorRows - 1, paramStride: 1 }],
  [
    "a preload beyond the accumulator",
    p,
    { function: NORM_FUNCTIONS.preload, accAddress: p.accumulatorRows - 2, paramAddress: 0 },
  ],
  ["an address that runs over 20 bits", p, { accAddress: 100, accStride: 2 ** 20 - 1 }],
];

function expectedFault(params: Params, fields: NormFields): MachineFault {
  try {
    executeNorm(params, createState(params, 1), fields, 7);
  } catch (error) {
    if (error instanceof MachineFault) return error;
    throw error;
  }
  throw new Error("the functional machine finds no fault");
}

describe("norm engine: faults as the functional machine finds them", () => {
  test.each(CASES)("%s", async (_, params, partial) => {
    const fields = norm(partial);
    const expected = expectedFault(params, fields);
    const bench = await openNorm(params, 3);
    const { dut } = bench;
    try {
      for (const port of [dut.accumulatorRead, dut.scratchpadRead, dut.accumulatorWrite, dut.scratchpadWrite]) {
        port.ready.poke(1);
      }
      bench.spawn(store(bench), { background: true, name: "store" });
      let faults = 0;
      const retired: number[] = [];
      const bounds = [params.accumulatorRows, params.scratchpadWords] as const;
      bench.spawn(
        (function* (): Process {
          for (;;) {
            yield;
            if (dut.accumulatorRead.valid.sampled() === 1) {
              expect(dut.accumulatorRead.address.sampled()).toBeLessThan(bounds[0]);
            }
            if (dut.accumulatorWrite.valid.sampled() === 1) {
              expect(dut.accumulatorWrite.address.sampled()).toBeLessThan(bounds[0]);
            }
            for (const port of [dut.scratchpadRead, dut.scratchpadWrite]) {
              if (port.valid.sampled() === 1) expect(port.address.sampled()).toBeLessThan(bounds[1]);
            }
            if (dut.retire.valid.sampled() === 1) retired.push(dut.retire.index.sampled());
            if (dut.fault.valid.sampled() === 1) {
              faults++;
              expect(dut.fault.code.sampled()).toBe(FAULTS[expected.fault].code);
              expect(dut.fault.index.sampled()).toBe(7);
            }
          }
        })(),
        { background: true },
      );
      bench.spawn(
        (function* (): Process {
          // A good command before it retires; nothing is taken after it.
          yield* send(dut.command, { ...norm({}), index: 6 });
          yield* send(dut.command, { ...fields, index: 7 });
          dut.command.valid.poke(1);
          for (let i = 0; i < 80; i++) {
            yield;
            expect(dut.command.ready.sampled() === 1 && faults > 0).toBe(false);
          }
        })(),
      );
      bench.run();
      expect(faults).toBe(1);
      expect(retired).toEqual([6]);
    } finally {
      bench.close();
    }
  });
});

test("halt: nothing is requested or written any more; reset: as new", async () => {
  const bench = await openNorm(p, 3);
  const { dut } = bench;
  try {
    for (const port of [dut.accumulatorRead, dut.scratchpadRead, dut.accumulatorWrite, dut.scratchpadWrite]) {
      port.ready.poke(1);
    }
    bench.spawn(
      (function* (): Process {
        yield* send(dut.command, { ...norm({ rows: 40 }), index: 0 });
        yield* until(dut.scratchpadWrite.valid);
        dut.halt.poke(1);
        for (let i = 0; i < 40; i++) {
          yield;
          expect(dut.scratchpadWrite.valid.sampled()).toBe(0);
          expect(dut.accumulatorRead.valid.sampled()).toBe(0);
          expect(dut.retire.valid.sampled()).toBe(0);
        }
        dut.halt.poke(0);
      })(),
    );
    bench.run();
    bench.reset();
    expect(dut.idle.peek()).toBe(1);
    bench.spawn(
      (function* (): Process {
        yield* send(dut.command, { ...norm({}), index: 1, post: 5 });
        yield* until(dut.retire.valid);
        expect(dut.retire.index.sampled()).toBe(1);
        expect(dut.retire.post.sampled()).toBe(5);
      })(),
    );
    bench.run({ timeout: 200 });
  } finally {
    bench.close();
  }
});

test("a full stream: stalled, not waiting for memory alone, until STORE takes words", async () => {
  const bench = await openNorm(narrow, 3);
  const { dut } = bench;
  try {
    dut.accumulatorRead.ready.poke(1);
    let words = 0;
    bench.spawn(
      (function* (): Process {
        yield* send(dut.command, { ...norm({ function: NORM_FUNCTIONS.raw, rows: 64, slices: 1 }), index: 0 });
        for (let i = 0; i < 100; i++) yield;
        expect(dut.stalled.sampled()).toBe(1);
        expect(dut.memoryWait.sampled()).toBe(1);
        bench.spawn(store(bench), { background: true, name: "store" });
        do {
          yield;
          words += Number(granted(dut.stream));
        } while (dut.retire.valid.sampled() === 0);
        for (let i = 0; i < 20; i++) {
          yield;
          words += Number(granted(dut.stream));
        }
        expect(dut.stalled.sampled()).toBe(0);
      })(),
    );
    bench.run({ timeout: 2000 });
    expect(words).toBe((64 * 4 * narrow.lanes) / narrow.wordBytes);
  } finally {
    bench.close();
  }
});
