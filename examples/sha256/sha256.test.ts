import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { recv, send, simulate, withSeed, type Process } from "systole/testbench";
import { CYCLES_PER_BLOCK, Sha256 } from "./sha256.ts";

interface Block {
  readonly words: number[];
  readonly first: boolean;
  readonly last: boolean;
}

/** The message with its padding (FIPS 180-4, 5.1.1), as blocks. */
function blocksOf(message: Buffer): Block[] {
  const count = Math.ceil((message.length + 9) / 64);
  const padded = Buffer.alloc(64 * count);
  message.copy(padded);
  padded[message.length] = 0x80;
  padded.writeBigUInt64BE(8n * BigInt(message.length), padded.length - 8);
  return Array.from({ length: count }, (_, i) => ({
    words: Array.from({ length: 16 }, (_word, k) => padded.readUInt32BE(64 * i + 4 * k)),
    first: i === 0,
    last: i === count - 1,
  }));
}

/** What the hardware makes of messages, one after the other, and the cycles it took. */
function hashAll(messages: readonly Buffer[]): { hashes: string[]; cycles: number } {
  const { dut, spawn, run } = simulate(Sha256);
  const hashes: string[] = [];
  spawn(function* (): Process {
    for (const message of messages) for (const block of blocksOf(message)) yield* send(dut.block, block);
  });
  spawn(function* (): Process {
    while (hashes.length < messages.length) {
      const words = yield* recv(dut.digest);
      hashes.push(words.map((word) => word.toString(16).padStart(8, "0")).join(""));
    }
  });
  const cycles = run();
  return { hashes, cycles };
}

const expected = (message: Buffer): string => createHash("sha256").update(message).digest("hex");

test("abc", () => {
  expect(hashAll([Buffer.from("abc")]).hashes).toEqual([
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  ]);
});

test("messages around the lengths where padding takes another block equal Node's hashes", async () => {
  await withSeed((random) => {
    const lengths = [0, 1, 55, 56, 57, 63, 64, 65, 119, 120, 128, random.integer(129, 400)];
    const messages = lengths.map((length) => Buffer.from(Array.from({ length }, () => random.integer(0, 255))));
    expect(hashAll(messages).hashes).toEqual(messages.map(expected));
  });
});

test("a round takes a cycle", () => {
  const message = Buffer.alloc(10_000, "systole");
  const { hashes, cycles } = hashAll([message]);
  expect(hashes).toEqual([expected(message)]);
  expect(cycles).toBe(blocksOf(message).length * CYCLES_PER_BLOCK + 1);
});
