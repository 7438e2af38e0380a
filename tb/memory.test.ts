import { describe, expect, test } from "vitest";
import { elaborate, emitVerilog } from "../src/hdl/index.ts";
import type { Module, Ports } from "../src/hdl/index.ts";
import { deriveParams, loadConfig, presetNames } from "../src/config/index.ts";
import type { Params } from "../src/config/index.ts";
import { Accumulator, BankedMemory, Scratchpad } from "../src/generators/memory/index.ts";
import type { BankedMemoryParams } from "../src/generators/memory/index.ts";
import { formatLint, lintVerilog, simulate, withSeed } from "../src/harness/index.ts";
import type { Random } from "../src/harness/index.ts";

/** A write's effect on a word, part by part. */
function merge(old: bigint, data: bigint, mask: number, p: BankedMemoryParams): bigint {
  const bits = p.wordBits / p.maskBits;
  let word = old;
  for (let part = 0; part < p.maskBits; part++) {
    if (((mask >> part) & 1) === 0) continue;
    const ones = ((1n << BigInt(bits)) - 1n) << BigInt(part * bits);
    word = (word & ~ones) | (data & ones);
  }
  return word;
}

interface Wish {
  readonly valid: boolean;
  readonly address: number;
}

/** Who gets its wish: the first that asks for a bank. */
const grants = (wishes: readonly Wish[], banks: number): boolean[] =>
  wishes.map(({ address }, i) => !wishes.slice(0, i).some((w) => w.valid && w.address % banks === address % banks));

/** Who of the writers gets its wish: all but the first share one way into the banks. */
const writersServed = (wishes: readonly Wish[], banks: number): boolean[] =>
  wishes.map(({ address }, i) => {
    const [own, ...others] = wishes.slice(0, i);
    const opposed = own !== undefined && own.valid && own.address % banks === address % banks;
    return !opposed && !others.some(({ valid }) => valid);
  });

async function randomTraffic(p: BankedMemoryParams, random: Random, cycles: number): Promise<void> {
  const { dut, step, close } = await simulate(BankedMemory, p, {
    simulator: "verilator",
    optimise: 1,
    seed: random.word(),
  });
  const contents = new Map<number, bigint>();
  // Words due per reader: those of requests granted one and two cycles ago.
  const due: (bigint | undefined)[][] = Array.from({ length: p.readers }, () => [undefined, undefined]);
  let granted = 0;
  for (let cycle = 0; cycle < cycles; cycle++) {
    const filling = cycle < p.words;
    const wish = (): Wish => ({ valid: random.chance(0.7), address: random.integer(0, p.words - 1) });
    const reads = Array.from({ length: p.readers }, wish).map((w) => ({ ...w, valid: w.valid && !filling }));
    const writes = Array.from({ length: p.writers }, wish).map((w, i) => {
      if (filling) return { valid: i === 0, address: cycle, data: random.bits(p.wordBits), mask: 2 ** p.maskBits - 1 };
      // A word may not be read in the cycle in which it is written.
      const valid = w.valid && !reads.some((r) => r.address === w.address);
      return {
        ...w,
        valid,
        data: random.bits(p.wordBits),
        mask: p.maskBits === 1 ? 1 : random.integer(0, 2 ** p.maskBits - 1),
      };
    });
    dut.read.forEach((port, i) => {
      port.valid.poke(reads[i]!.valid);
      port.address.poke(reads[i]!.address);
    });
    dut.write.forEach((port, i) => {
      port.valid.poke(writes[i]!.valid);
      port.address.poke(writes[i]!.address);
      port.data.poke(writes[i]!.data);
      port.mask.poke(writes[i]!.mask);
    });
    step();
    const readGrants = grants(reads, p.banks);
    const writeGrants = writersServed(writes, p.banks);
    dut.read.forEach((port, i) => {
      const word = due[i]!.shift();
      expect(port.dataValid.sampled(), `reader ${i}, cycle ${cycle}`).toBe(word === undefined ? 0 : 1);
      if (word !== undefined) expect(port.data.sampledBig(), `reader ${i}, cycle ${cycle}`).toBe(word);
      expect(port.ready.sampled() === 1, `reader ${i}, cycle ${cycle}`).toBe(readGrants[i]);
      const taken = reads[i]!.valid && readGrants[i]!;
      if (taken) granted++;
      due[i]!.push(taken ? contents.get(reads[i]!.address) : undefined);
    });
    dut.write.forEach((port, i) => {
      expect(port.ready.sampled() === 1, `writer ${i}, cycle ${cycle}`).toBe(writeGrants[i]);
      const { valid, address, data, mask } = writes[i]!;
      if (valid && writeGrants[i]!) contents.set(address, merge(contents.get(address) ?? 0n, data, mask, p));
    });
  }
  expect(granted).toBeGreaterThan(cycles / 2);
  close();
}

const shape = { name: "banks", readers: 4, writers: 3 };

describe("banked memory", () => {
  test.each([
    { ...shape, words: 64, banks: 4, wordBits: 32, maskBits: 4 },
    { ...shape, words: 24, banks: 2, wordBits: 20, maskBits: 1 },
    { ...shape, words: 48, banks: 16, wordBits: 128, maskBits: 2, readers: 2 },
  ] satisfies BankedMemoryParams[])("random traffic of all clients, $words words in $banks banks", async (p) => {
    await withSeed((random) => randomTraffic(p, random, 2000));
  });

  test("two sequential streams collide at most once", async () => {
    const p: BankedMemoryParams = { ...shape, words: 64, banks: 4, wordBits: 8, maskBits: 1, readers: 2, writers: 1 };
    const { dut, step, close } = await simulate(BankedMemory, p, { simulator: "verilator", optimise: 1 });
    const [first, second] = dut.read;
    for (let start = 0; start < p.banks; start++) {
      let denied = 0;
      let address = start;
      for (let cycle = 0; cycle < 32; cycle++) {
        first!.valid.poke(1);
        first!.address.poke(cycle);
        second!.valid.poke(1);
        second!.address.poke(address);
        step();
        if (second!.ready.sampled() === 1) address++;
        else denied++;
      }
      expect(denied).toBe(start === 0 ? 1 : 0);
    }
    close();
  });
});

const lint = async <Io extends Ports>(top: Module<Params, Io>, params: Params): Promise<string> => {
  const design = emitVerilog(elaborate(top, params));
  return formatLint(await lintVerilog(design.files, design.top));
};

describe("lint", () => {
  test.each(presetNames())("scratchpad and accumulator of %s", async (preset) => {
    expect(await lint(Scratchpad, loadConfig(preset))).toBe("");
    expect(await lint(Accumulator, loadConfig(preset))).toBe("");
  });

  test("lanes narrower than a word and a row, capacities that are no power of two", async () => {
    const { config } = loadConfig("transformer");
    const params = deriveParams({
      ...config,
      array: { rows: 32, cols: 16 },
      norm: { ...config.norm, lanes: 4 },
      scratchpad: { kib: 96, banks: 8 },
      accumulator: { kib: 80, banks: 2 },
    });
    expect(await lint(Scratchpad, params)).toBe("");
    expect(await lint(Accumulator, params)).toBe("");
  });
});
