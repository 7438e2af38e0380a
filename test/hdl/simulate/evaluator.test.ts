import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { assert, elaborate, input, memory, module, output, uint } from "../../../src/hdl/index.ts";
import { Evaluator, formatFailure, readWords, writeWords, type Simulator } from "../../../src/hdl/simulate/index.ts";
import { Turnstile, Vendor } from "../fixtures/samples.ts";

function poke({ layout, now }: Simulator, name: string, value: bigint): void {
  const { offset, width } = layout.slots.find((slot) => slot.name === name)!;
  writeWords(now, offset, width, value);
}

function peek({ layout }: Simulator, words: Uint32Array, name: string): bigint {
  const { offset, width } = layout.slots.find((slot) => slot.name === name)!;
  return readWords(words, offset, width);
}

test("an evaluation ends at the cycle of a failed assumption and tells where", () => {
  const evaluator = new Evaluator(elaborate(Turnstile));
  poke(evaluator, "coin", 1n);
  expect(evaluator.step(5)).toBe(5);
  poke(evaluator, "push", 1n);
  expect(evaluator.step(5)).toBe(1);
  expect(evaluator.cycle).toBe(6);
  const texts = evaluator.takeFailures().map((failure) => formatFailure(failure).replace(/ \(.*\)$/, ""));
  expect(texts).toEqual(["cycle 5: assume failed: nobody pays and pushes at once"]);
  expect(evaluator.takeFailures()).toEqual([]);
});

test("sampled ports are those before the edge, the others those after it", () => {
  const evaluator = new Evaluator(elaborate(Turnstile));
  poke(evaluator, "coin", 1n);
  evaluator.step(1);
  expect(peek(evaluator, evaluator.sampled, "open")).toBe(0n);
  expect(peek(evaluator, evaluator.now, "open")).toBe(1n);
  expect(peek(evaluator, evaluator.sampled, "coin")).toBe(1n);
  poke(evaluator, "kind", 2n);
  evaluator.settle();
  expect(peek(evaluator, evaluator.now, "worth")).toBe(25n);
});

test("addresses beyond a memory's depth read 0 and write nothing", () => {
  const Small = module(
    "few_words",
    () => ({ address: input(uint(3)), data: input(uint(100)), word: output(uint(100)), sum: output(uint(3)) }),
    (io) => {
      const words = memory({ shape: uint(100), depth: 5 });
      words.write({ address: io.address, data: io.data, enable: true });
      io.word.set(words.read({ address: io.address, sync: false }));
      io.sum.set(io.address);
      assert(io.address.le(7), "three bits");
    },
  );
  const evaluator = new Evaluator(elaborate(Small));
  const wide = (1n << 99n) | 5n;
  poke(evaluator, "data", wide);
  for (const [address, word] of [
    [4n, wide],
    [5n, 0n],
    [7n, 0n],
  ] as const) {
    poke(evaluator, "address", address);
    evaluator.step(2);
    expect(peek(evaluator, evaluator.now, "word")).toBe(word);
  }
});

test("a design with an external module is refused", () => {
  let message = "";
  try {
    new Evaluator(elaborate(Vendor));
  } catch (error) {
    message = stripVTControlCharacters((error as Error).message);
  }
  expect(message).toContain("module vendor_buffer is external: its contents are not known to the simulator");
  expect(message).toContain("help: simulate the design with Verilator and the module's Verilog");
});
