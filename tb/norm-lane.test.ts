import { describe, expect, test } from "vitest";
import type { Params } from "../src/config/index.ts";
import { withSeed, poke, simulate } from "../src/harness/index.ts";
import type { Random } from "../src/harness/index.ts";
import { normFeatures, normStages } from "../src/generators/norm/index.ts";
import type { NormStages } from "../src/generators/norm/index.ts";
import { OPERATION_KINDS } from "../src/generators/norm/operation.ts";
import {
  exponentOf,
  LARGEST_MULTIPLIER,
  SCALE_FORMATS,
  NORM_VARIANTS,
  scaleWord,
  shiftAmount,
  type PreShiftedFormat,
} from "../src/isa/index.ts";
import {
  deferredElement,
  geluInput,
  lastDyadic,
  layerNormInput,
  layerNormOutput,
  preloadElement,
  probabilityElement,
  requantiseElement,
  rowScale,
  rowScaledElement,
  saturateSigned,
  type Dyadic,
} from "../src/reference/index.ts";
import { normVariant, randomAmount, randomMultiplier, randomWord } from "./support/norm-commands.ts";
import { LaneBench } from "./support/norm-lane-bench.ts";
import { LANE_FUNCTIONS, type LaneFunctions } from "./support/norm-lane-functions.ts";

/** All controls of a pass that does nothing; a test sets what it is about. */
const PASS = {
  residual: 0,
  distance: 0,
  rowScale: 0,
  ownScale: 0,
  multiplier: 1024,
  amount: 9,
  toByte: 0,
  toExponent: 0,
  toLayerNorm: 0,
  exp: 0,
  gelu: 0,
  normalise: 0,
  probability: 0,
  factor: 1,
  lastShift: 0,
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

const open = (p: Params, seed: number) => simulate(LaneBench, p, { simulator: "verilator", optimise: 1, seed });

/** Sends a case's operations one a cycle, with gaps, and compares what comes out at each stage. */
function run(
  bench: Awaited<ReturnType<typeof open>>,
  stages: NormStages,
  random: Random,
  { pass, items, rowMax, factors }: Case,
): void {
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
    const square = at(stages.round);
    if (square?.square !== undefined) compare(dut.square.peekBig(), square.square, pass, square);
    const sum = at(stages.affine);
    if (sum?.sum !== undefined) compare(dut.sum.peek(), sum.sum, pass, sum);
    const result = at(stages.output);
    compare(dut.resultValid.peek(), result === undefined ? 0 : 1, pass, result);
    if (result?.result !== undefined) compare(shown(dut.result.peek(), pass), result.result + 0, pass, result);
    bench.step();
  }
}

/** The result as the pass means it: a word, or a byte in the low bits. */
function shown(result: number, { toWord, toUnsignedByte }: Partial<Pass>): number {
  if (toWord === 1) return result;
  return toUnsignedByte === 1 ? result & 255 : (result << 24) >> 24;
}

/** `expect` with its message made only when it is needed. */
function compare(got: number | bigint, expected: number | bigint, pass: Partial<Pass>, item: Item | undefined): void {
  if (got === expected) return;
  const plain = (_: string, value: unknown): unknown => (typeof value === "bigint" ? value.toString() : value);
  expect(got, JSON.stringify([pass, item], plain)).toBe(expected);
}

const words = (random: Random, count: number): number[] => Array.from({ length: count }, () => randomWord(random));
const { byte, fixed, exponent } = SCALE_FORMATS;

/** What makes a byte pass the last stages as it is: the factor's 1 and its shift. */
const AS_IT_IS = { factor: 1024, lastShift: 2 };

/** A scale whose amount brings a value of `bits` bits to about `to` bits. */
function scale(random: Random, format: PreShiftedFormat, bits: number, to: number): Dyadic {
  const e = Math.min(format.most, Math.max(format.least, bits + 11 - to + random.integer(-3, 3)));
  return { m: randomMultiplier(random), e: random.chance(0.2) ? exponentOf(randomAmount(random), format) : e };
}

const first = (format: PreShiftedFormat, { m, e }: Dyadic): Partial<Pass> => ({
  multiplier: m,
  amount: shiftAmount(e, format),
});
const last = ({ m, e }: Dyadic): Partial<Pass> => ({ factor: m, lastShift: shiftAmount(e, SCALE_FORMATS.last) });

/** A parameter row's word with noise in the bits that nothing reads. */
const noisy = (random: Random, word: number): number => word | (random.word() << 27) | (random.integer(0, 1023) << 6);

/** A pass that shows the function's value itself: as a word, with nothing added. */
const SHOWN = { factor: 1, toWord: 1 };

const CASES: Readonly<Record<string, (random: Random, functions: LaneFunctions) => Case>> = {
  "requantise: sat8(acc · m · 2^-e), ReLU": (random) => {
    const { m, e } = scale(random, byte, random.integer(8, 31), 8);
    const relu = random.integer(0, 1);
    const items = words(random, 200).map((accumulator) => {
      const y = requantiseElement(accumulator, m, e);
      return { accumulator, result: relu === 1 ? Math.max(0, y) : y };
    });
    return { pass: { ...first(byte, { m, e }), ...AS_IT_IS, toByte: 1, relu }, items };
  },
  "per channel: a parameter row changes the multiplier between two rows": (random) => {
    const items: Item[] = [];
    for (let i = 0; i < 60; i++) {
      const { m, e } = scale(random, byte, 20, 8);
      items.push({ kind: "scale", accumulator: noisy(random, scaleWord(m, e, byte)) });
      for (const accumulator of words(random, random.integer(1, 4))) {
        items.push({ accumulator, result: requantiseElement(accumulator, m, e) });
      }
    }
    return { pass: { ...AS_IT_IS, ownScale: 1, toByte: 1 }, items };
  },
  "exp: u16, as it enters the row sum": (random, functions) => {
    const exp = scale(random, exponent, random.integer(8, 32), 15);
    const rowMax = words(random, 16);
    const items = words(random, 300).map((word, i) => {
      const slot = i % 16;
      const top = rowMax[slot]!;
      const accumulator = random.chance(0.5) ? Math.max(-(2 ** 31), top - Math.abs(word)) : Math.min(top, word);
      return { slot, accumulator, sum: functions.exp(top - accumulator, exp) };
    });
    return { pass: { ...first(exponent, exp), ...EXP, sums: 1 }, items, rowMax };
  },
  "exp: every fraction, and every integer part": (random, functions) => {
    // u = d, but for its lowest bit where it goes beyond 2^16.
    const exp = random.pick([
      { m: 2 ** 10, e: 10 },
      { m: 2 ** 9, e: 9 },
    ]);
    const rowMax = [2 ** 20];
    const start = random.integer(0, 31) * 4096;
    const items = Array.from({ length: 4096 }, (_, i) => ({
      accumulator: 2 ** 20 - start - i,
      sum: functions.exp(start + i, exp),
    }));
    return { pass: { ...first(exponent, exp), ...EXP, sums: 1 }, items, rowMax };
  },
  "probability and deferred exp: u8": (random, functions) => {
    const exp = scale(random, exponent, 20, 14);
    const rowMax = words(random, 8);
    const deferred = random.chance(0.5);
    const factors = rowMax.map(() => ({ ...rowFactor(random), mean: 0 }));
    const items = words(random, 200).map((word, i) => {
      const slot = i % 8;
      const accumulator = Math.max(-(2 ** 31), rowMax[slot]! - Math.abs(word >> 10));
      const value = functions.exp(rowMax[slot]! - accumulator, exp);
      const { r, shift } = factors[slot]!;
      return { slot, accumulator, result: deferred ? deferredElement(value) : probabilityElement(value, r, shift) };
    });
    const pass = {
      ...first(exponent, exp),
      ...EXP,
      ...(deferred ? { factor: 1024, lastShift: 10 } : { probability: 1 }),
    };
    return { pass, items, rowMax, factors };
  },
  "row-scaled requantise: t in s16, then its multiplier": (random) => {
    const factors = Array.from({ length: 8 }, () => ({ ...rowFactor(random), mean: 0 }));
    const whole = random.chance(0.5);
    const final = { m: randomMultiplier(random), e: random.integer(8, 31) };
    const items = words(random, 200).map((accumulator, i) => {
      const { r, shift } = factors[i % 8]!;
      const t = rowScale(accumulator, r, shift);
      return { slot: i % 8, accumulator, result: whole ? t : rowScaledElement(accumulator, r, shift, final) };
    });
    return { pass: { rowScale: 1, ...(whole ? SHOWN : last(final)) }, items, factors };
  },
  "statistics: x in s15 and x²": (random) => {
    const { m, e } = scale(random, fixed, random.integer(12, 31), 15);
    const items = words(random, 200).map((accumulator) => {
      const x = layerNormInput(accumulator, m, e);
      return { accumulator, sum: x, square: BigInt(x * x) };
    });
    return { pass: { ...first(fixed, { m, e }), toLayerNorm: 1, sums: 1, statistics: 1 }, items };
  },
  "normalise: n": (random, functions) => {
    const { m, e } = scale(random, fixed, 24, random.integer(8, 15));
    const factors = Array.from({ length: 8 }, () => functions.layerNormFactor(random));
    const items: Item[] = [
      { kind: "gain", accumulator: 1 },
      { kind: "offset", accumulator: 0 },
    ];
    for (const [i, accumulator] of words(random, 200).entries()) {
      const x = layerNormInput(accumulator, m, e);
      items.push({ slot: i % 8, accumulator, result: functions.normalised(x, factors[i % 8]!) });
    }
    const pass = { ...first(fixed, { m, e }), ...SHOWN, toLayerNorm: 1, normalise: 1, addOffset: 1 };
    return { pass, items, factors };
  },
  "normalise: gain and offset per channel": (random, functions) => {
    const { m, e } = scale(random, fixed, 24, 15);
    const final = random.integer(14, 26);
    const factor = { ...functions.layerNormFactor(random), shift: random.integer(8, 16) };
    const items: Item[] = [];
    for (let i = 0; i < 40; i++) {
      const [gain, offset] = [random.integer(-(2 ** 13), 2 ** 13 - 1), randomWord(random)];
      items.push({ kind: "gain", accumulator: gain });
      items.push({ kind: "offset", accumulator: offset });
      for (const accumulator of words(random, random.integer(1, 3))) {
        const n = functions.normalised(layerNormInput(accumulator, m, e), factor);
        items.push({ accumulator, result: layerNormOutput(n, gain, saturateSigned(offset, 16), final) });
      }
    }
    const pass = { ...first(fixed, { m, e }), toLayerNorm: 1, normalise: 1, addOffset: 1, lastShift: final - 8 };
    return { pass, items, factors: [factor] };
  },
  "GELU: every input": (random, functions) => {
    // m · 2^-e = 1: the accumulator is x.
    const step = random.integer(5, 11);
    const items: Item[] = [];
    for (let x = -(2 ** 15) + random.integer(0, step - 1); x < 2 ** 15; x += step) {
      items.push({ accumulator: x, result: functions.gelu(x) });
    }
    return { pass: { ...SHOWN, gelu: 1 }, items };
  },
  "GELU: to s8": (random, functions) => {
    const { m, e } = scale(random, fixed, random.integer(12, 31), 15);
    const final = { m: randomMultiplier(random), e: random.integer(14, 22) };
    const items = words(random, 200).map((accumulator) => {
      const g = functions.gelu(geluInput(accumulator, m, e));
      return { accumulator, result: saturateSigned(lastDyadic(g, final), 8) };
    });
    return { pass: { ...first(fixed, { m, e }), ...last(final), gelu: 1 }, items };
  },
  "preload: residual times ratio plus bias": (random) => {
    // A slice is written before the next one starts: one set of parameters.
    const { m, e } = { m: randomMultiplier(random), e: random.integer(1, 16) };
    const [factor, bias] = [
      random.chance(0.7) ? 2 ** random.integer(0, 4) : randomMultiplier(random),
      randomWord(random),
    ];
    const items: Item[] = [
      { kind: "scale", accumulator: noisy(random, scaleWord(m, e, fixed)) },
      { kind: "offset", accumulator: bias },
    ];
    for (let row = 0; row < 60; row++) {
      const residual = random.integer(-128, 127);
      items.push({ residual, result: preloadElement(residual, { m, e }, factor, bias) });
    }
    return { pass: { residual: 1, ownScale: 1, factor, addOffset: 1, toWord: 1 }, items };
  },
  "raw: the lane's bits of the word": (random) => ({
    pass: { ...SHOWN, raw: 1 },
    items: Array.from({ length: 200 }, () => {
      const residual = random.integer(-128, 127);
      return { residual, result: residual };
    }),
  }),
};

/** Controls of an exp, whatever becomes of it. */
const EXP = { distance: 1, toExponent: 1, exp: 1, toUnsignedByte: 1 };

const rowFactor = (random: Random): { r: number; shift: number } => ({
  r: random.integer(2 ** 10, LARGEST_MULTIPLIER),
  shift: random.integer(10, 22),
});

describe.each(NORM_VARIANTS)("norm lane, each stage against the integer reference: %s", (variant) => {
  const p = normVariant({ cols: 4, variants: { softmax: variant, layernorm: variant, gelu: variant } });
  const stages = normStages(normFeatures(p));
  test.each(Object.entries(CASES))("%s", async (_, make) => {
    await withSeed(async (random) => {
      const bench = await open(p, random.word() >>> 1);
      try {
        for (let i = 0; i < 12; i++) run(bench, stages, random, make(random, LANE_FUNCTIONS[variant]));
      } finally {
        bench.close();
      }
    });
  });
});
