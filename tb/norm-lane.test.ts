import { describe, expect, test } from "vitest";
import { withSeed, poke, simulate } from "../src/harness/index.ts";
import type { Random } from "../src/harness/index.ts";
import { normFeatures, normStages } from "../src/generators/norm/index.ts";
import { OPERATION_KINDS } from "../src/generators/norm/operation.ts";
import {
  dyadic,
  expElement,
  geluElement,
  geluInput,
  layerNormInput,
  layerNormNormalised,
  layerNormOutput,
  preloadElement,
  probabilityElement,
  requantiseElement,
  roundShift,
  rowScale,
  saturateSigned,
} from "../src/reference/index.ts";
import { normVariant, randomWord } from "./support/norm-commands.ts";
import { LaneBench } from "./support/norm-lane-bench.ts";

const p = normVariant({ cols: 4 });
const stages = normStages(normFeatures(p));

/** All controls of a pass that does nothing; a test sets what it is about. */
const PASS = {
  residual: 0,
  distance: 0,
  rowScale: 0,
  ownScale: 0,
  multiplier: 1,
  exponent: 0,
  toByte: 0,
  toExponent: 0,
  toGelu: 0,
  toLayerNorm: 0,
  exp: 0,
  gelu: 0,
  normalise: 0,
  probability: 0,
  factor: 1,
  lastExponent: 0,
  addOffset: 0,
  toUnsignedByte: 0,
  toWord: 0,
  relu: 0,
  masked: 0,
  sums: 0,
  statistics: 0,
  raw: 0,
  toScratchpad: 0,
  toStream: 0,
  toAccumulator: 0,
  post: 0,
  index: 0,
};
type Pass = typeof PASS;

/** One operation: its memory data, and for a row what the lane must give. */
interface Item {
  readonly kind?: keyof typeof OPERATION_KINDS;
  readonly slot?: number;
  readonly accumulator?: number;
  readonly residual?: number;
  readonly result?: number;
  readonly sum?: number;
  readonly square?: bigint;
}

interface Case {
  readonly pass: Partial<Pass>;
  readonly items: readonly Item[];
  readonly rowMax?: readonly number[];
  readonly factors?: readonly { r: number; shift: number; mean: number }[];
}

const open = (seed: number) => simulate(LaneBench, p, { simulator: "verilator", optimise: 1, seed });

/** Sends a case's operations one a cycle, with gaps, and compares what comes out at each stage. */
function run(bench: Awaited<ReturnType<typeof open>>, random: Random, { pass, items, rowMax, factors }: Case): void {
  const { dut } = bench;
  const operation = {
    pass: 0,
    kind: 0,
    first: 0,
    last: 0,
    epoch: 0,
    columns: 1,
    slot: 0,
    source: 0,
    target: 0,
    part: 0,
  };
  dut.enter.valid.poke(0);
  for (const [slot, value] of (rowMax ?? []).entries()) {
    poke(dut.rowMax, { valid: 1, slot, value });
    bench.step();
  }
  dut.rowMax.valid.poke(0);
  for (const [slot, factor] of (factors ?? []).entries()) {
    poke(dut.factor, { valid: 1, slot, factor });
    bench.step();
  }
  dut.factor.valid.poke(0);
  poke(dut.start, { valid: 1, place: 0, pass: { ...PASS, ...pass } });
  bench.step();
  dut.start.valid.poke(0);

  const entered: (Item | undefined)[] = [];
  const waiting = [...items];
  const at = (stage: number): Item | undefined => entered[entered.length - 1 - stage];
  for (let drain = 0; drain <= stages.output;) {
    const item = random.chance(0.9) ? waiting.shift() : undefined;
    if (waiting.length === 0) drain++;
    entered.push(item);
    dut.enter.valid.poke(item !== undefined);
    poke(dut.enter.operation, {
      ...operation,
      kind: OPERATION_KINDS[item?.kind ?? "row"],
      slot: item?.slot ?? 0,
    });
    dut.accumulator.poke(at(stages.fetch)?.accumulator ?? random.word() | 0);
    dut.residual.poke(at(stages.fetch)?.residual ?? random.integer(-128, 127));
    const square = at(stages.align);
    if (square?.square !== undefined) compare(dut.square.peekBig(), square.square, pass, square);
    const sum = at(stages.affine);
    if (sum?.sum !== undefined) compare(dut.sum.peek(), sum.sum, pass, sum);
    const result = at(stages.output);
    compare(dut.resultValid.peek(), result === undefined ? 0 : 1, pass, result);
    if (result?.result !== undefined) compare(dut.result.peek(), result.result + 0, pass, result);
    bench.step();
  }
}

/** `expect` with its message made only when it is needed. */
function compare(got: number | bigint, expected: number | bigint, pass: Partial<Pass>, item: Item | undefined): void {
  if (got === expected) return;
  const plain = (_: string, value: unknown): unknown => (typeof value === "bigint" ? value.toString() : value);
  expect(got, JSON.stringify([pass, item], plain)).toBe(expected);
}

const words = (random: Random, count: number): number[] => Array.from({ length: count }, () => randomWord(random));
const multiplier = (random: Random): number => (random.chance(0.05) ? 0 : random.integer(2 ** 15, 2 ** 16 - 1));

/** Exponents that bring a value of `bits` bits times a multiplier to about `to` bits. */
const exponent = (random: Random, bits: number, to: number): number =>
  Math.max(1, Math.min(48, random.chance(0.2) ? random.integer(1, 48) : bits + 16 - to + random.integer(-3, 3)));

const CASES: Readonly<Record<string, (random: Random) => Case>> = {
  "requantise: sat8(acc · m · 2^-e), ReLU": (random) => {
    const [m, e, relu] = [multiplier(random), exponent(random, random.integer(8, 31), 8), random.integer(0, 1)];
    const items = words(random, 200).map((accumulator) => {
      const y = requantiseElement(accumulator, m, e);
      return { accumulator, result: relu === 1 ? Math.max(0, y) : y };
    });
    return { pass: { multiplier: m, exponent: e, toByte: 1, relu }, items };
  },
  "per channel: a parameter row changes the multiplier between two rows": (random) => {
    const items: Item[] = [];
    for (let i = 0; i < 60; i++) {
      const [m, e] = [multiplier(random), exponent(random, 20, 8)];
      items.push({ kind: "scale", accumulator: (random.integer(0, 1023) << 22) | (e << 16) | m });
      for (const accumulator of words(random, random.integer(1, 4))) {
        items.push({ accumulator, result: requantiseElement(accumulator, m, e) });
      }
    }
    return { pass: { ownScale: 1, toByte: 1 }, items };
  },
  "exp: u16, as it enters the row sum": (random) => {
    const [m, e] = [multiplier(random), exponent(random, random.integer(8, 32), 15)];
    const rowMax = words(random, 16);
    const items = words(random, 300).map((word, i) => {
      const slot = i % 16;
      const top = rowMax[slot]!;
      const accumulator = random.chance(0.5) ? Math.max(-(2 ** 31), top - Math.abs(word)) : Math.min(top, word);
      return { slot, accumulator, sum: expElement(top - accumulator, { m, e }) };
    });
    const pass = { distance: 1, multiplier: m, exponent: e, toExponent: 1, exp: 1, sums: 1, toUnsignedByte: 1 };
    return { pass, items, rowMax };
  },
  "exp: every fraction of the polynomial": (random) => {
    // Distances in units of 2^-12: u = d.
    const [m, e] = [2 ** 15, 15];
    const rowMax = [2 ** 20];
    const first = random.integer(0, 15) * 4096;
    const items = Array.from({ length: 4096 }, (_, i) => ({
      accumulator: 2 ** 20 - first - i,
      sum: expElement(first + i, { m, e }),
    }));
    return {
      pass: { distance: 1, multiplier: m, exponent: e, toExponent: 1, exp: 1, sums: 1, toUnsignedByte: 1 },
      items,
      rowMax,
    };
  },
  "probability and deferred exp: u8": (random) => {
    const [m, e] = [multiplier(random), exponent(random, 20, 14)];
    const rowMax = words(random, 8);
    const deferred = random.chance(0.5);
    const factors = rowMax.map(() => ({
      r: random.integer(2 ** 15, 2 ** 16 - 1),
      shift: random.integer(16, 28),
      mean: 0,
    }));
    const items = words(random, 200).map((word, i) => {
      const slot = i % 8;
      const accumulator = Math.max(-(2 ** 31), rowMax[slot]! - Math.abs(word >> 10));
      const exp = expElement(rowMax[slot]! - accumulator, { m, e });
      const { r, shift } = factors[slot]!;
      return {
        slot,
        accumulator,
        result: deferred ? Math.min(255, roundShift(exp, 8)) : probabilityElement(exp, r, shift),
      };
    });
    const pass = { distance: 1, multiplier: m, exponent: e, toExponent: 1, exp: 1, toUnsignedByte: 1 };
    return {
      pass: { ...pass, ...(deferred ? { lastExponent: 8 } : { probability: 1 }) },
      items,
      rowMax,
      factors,
    };
  },
  "row-scaled requantise: t in s32, then its multiplier": (random) => {
    const factors = Array.from({ length: 8 }, () => ({
      r: random.integer(2 ** 15, 2 ** 16 - 1),
      shift: random.integer(16, 28),
      mean: 0,
    }));
    const whole = random.chance(0.5);
    const [m, e] = whole ? [1, 0] : [multiplier(random), exponent(random, 24, 8)];
    const items = words(random, 200).map((accumulator, i) => {
      const { r, shift } = factors[i % 8]!;
      const t = rowScale(accumulator, r, shift);
      return { slot: i % 8, accumulator, result: whole ? t : saturateSigned(roundShift(t * m, e), 8) };
    });
    return { pass: { rowScale: 1, factor: m, lastExponent: e, toWord: whole ? 1 : 0 }, items, factors };
  },
  "statistics: x in s22 and x²": (random) => {
    const [m, e] = [multiplier(random), exponent(random, random.integer(12, 31), 22)];
    const items = words(random, 200).map((accumulator) => {
      const x = layerNormInput(accumulator, m, e);
      return { accumulator, sum: x, square: BigInt(x) * BigInt(x) };
    });
    return { pass: { multiplier: m, exponent: e, toLayerNorm: 1, sums: 1, statistics: 1 }, items };
  },
  "normalise: n in s18": (random) => {
    const [m, e] = [multiplier(random), exponent(random, 24, random.integer(8, 22))];
    const factors = Array.from({ length: 8 }, () => ({
      r: random.chance(0.1) ? 2 ** 16 : random.integer(2 ** 15 + 1, 2 ** 16),
      shift: random.integer(0, 30),
      mean: randomWord(random) >> 6,
    }));
    const items: Item[] = [
      { kind: "gain", accumulator: (random.word() << 16) | 2 },
      { kind: "offset", accumulator: 0 },
    ];
    for (const [i, accumulator] of words(random, 200).entries()) {
      const x = layerNormInput(accumulator, m, e);
      items.push({ slot: i % 8, accumulator, result: layerNormNormalised(x, factors[i % 8]!) });
    }
    // Gain 2 and exponent 1 show n itself.
    const pass = { multiplier: m, exponent: e, toLayerNorm: 1, normalise: 1, addOffset: 1, lastExponent: 1, toWord: 1 };
    return { pass, items, factors };
  },
  "normalise: gain and offset per channel": (random) => {
    const [m, e] = [multiplier(random), exponent(random, 24, 20)];
    const last = random.integer(20, 30);
    const factor = {
      r: random.integer(2 ** 15 + 1, 2 ** 16),
      shift: random.integer(10, 24),
      mean: randomWord(random) >> 8,
    };
    const items: Item[] = [];
    for (let i = 0; i < 40; i++) {
      const [gain, offset] = [random.integer(-(2 ** 15), 2 ** 15 - 1), randomWord(random)];
      items.push({ kind: "gain", accumulator: (random.word() << 16) | (gain & 0xffff) });
      items.push({ kind: "offset", accumulator: offset });
      for (const accumulator of words(random, random.integer(1, 3))) {
        const n = layerNormNormalised(layerNormInput(accumulator, m, e), factor);
        items.push({ accumulator, result: layerNormOutput(n, gain, offset, last) });
      }
    }
    const pass = { multiplier: m, exponent: e, toLayerNorm: 1, normalise: 1, addOffset: 1, lastExponent: last };
    return { pass, items, factors: [factor] };
  },
  "GELU: every input": (random) => {
    // m · 2^-e = 1: the accumulator is x; the result is g, at most 2^31 in s32.
    const step = random.integer(5, 11);
    const items: Item[] = [];
    for (let x = -(2 ** 15) + random.integer(0, step - 1); x < 2 ** 15; x += step) {
      items.push({ accumulator: x, result: saturateSigned(geluElement(x), 32) });
    }
    return { pass: { multiplier: 2 ** 15, exponent: 15, toGelu: 1, gelu: 1, toWord: 1 }, items };
  },
  "GELU: to s8": (random) => {
    const [m, e] = [multiplier(random), exponent(random, random.integer(12, 31), 15)];
    const [finalM, finalE] = [multiplier(random), random.integer(36, 44)];
    const items = words(random, 200).map((accumulator) => {
      const g = geluElement(geluInput(accumulator, m, e));
      return { accumulator, result: saturateSigned(dyadic(g, finalM, finalE), 8) };
    });
    return { pass: { multiplier: m, exponent: e, toGelu: 1, gelu: 1, factor: finalM, lastExponent: finalE }, items };
  },
  "preload: residual times ratio plus bias": (random) => {
    const items: Item[] = [];
    for (let i = 0; i < 40; i++) {
      const [m, e, bias] = [multiplier(random), random.integer(1, 24), randomWord(random)];
      items.push({ kind: "scale", accumulator: (random.integer(0, 1023) << 22) | (e << 16) | m });
      items.push({ kind: "offset", accumulator: bias });
      for (let row = random.integer(1, 3); row > 0; row--) {
        const residual = random.integer(-128, 127);
        items.push({ residual, result: preloadElement(residual, m, e, bias) });
      }
    }
    return { pass: { residual: 1, ownScale: 1, addOffset: 1, toWord: 1 }, items };
  },
  "raw: the accumulator itself": (random) => ({
    pass: { toWord: 1 },
    items: words(random, 200).map((accumulator) => ({ accumulator, result: accumulator })),
  }),
};

describe("norm lane, each stage against the integer reference", () => {
  test.each(Object.entries(CASES))("%s", async (_, make) => {
    await withSeed(async (random) => {
      const bench = await open(random.word() >>> 1);
      try {
        for (let i = 0; i < 12; i++) run(bench, random, make(random));
      } finally {
        bench.close();
      }
    });
  });
});
