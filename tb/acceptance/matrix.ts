/** Which encoders are run on which configurations with which memories. */
import { loadConfig } from "../../src/config/index.ts";
import type { Params } from "../../src/config/index.ts";
import { createRandom, namedShapes } from "../../src/model/index.ts";
import type { Random, RandomBertOptions } from "../../src/model/index.ts";
import type { EncoderCase } from "../support/encoder-case.ts";
import { VARIANT_NAMES, variantParams } from "./configurations.ts";

export const PRESETS = ["transformer", "edge", "gemmini-cnn", "wide"] as const;
export const LENGTHS = [1, 17, 100, 384] as const;
export const LATENCIES = [0, 20, 100, 200] as const;
export const STALLS = [0, 0.1, 0.3] as const;
/** Hidden sizes that are no multiple of any array, heads of 24 that are no multiple of a word. */
export const SHAPES = [
  { hidden: 96, heads: 4, intermediate: 384 },
  { hidden: 120, heads: 5, intermediate: 480 },
] as const;

type Bert = Omit<RandomBertOptions, "seed">;

/** Valid lengths: a full sequence, a padded one, or a batch that mixes both. */
function validLengths(seq: number, kind: "full" | "padded" | "batch"): number[] {
  const part = Math.max(1, Math.floor(seq * 0.6));
  return { full: [seq], padded: [part], batch: [seq, part, 1] }[kind];
}

/**
 * Sixteen cases in which every pair of (preset, length, latency, traffic, network) occurs once: an orthogonal array over the
 * field of four elements, whose columns are a, b, a + b, a + 2b and a + 3b.
 */
export function pairwiseCases(seed: number): EncoderCase[] {
  const times2 = [0, 2, 3, 1] as const;
  const times3 = [0, 3, 1, 2] as const;
  const traffic = [
    { stallProbability: 0, share: 1, order: "in-order" },
    { stallProbability: 0.1, share: 1, order: "reorder" },
    { stallProbability: 0.3, share: 1, order: "interleave" },
    { stallProbability: 0.1, share: 0.5, order: "in-order" },
  ] as const;
  const networks = [
    { bert: { ...SHAPES[0], softmax: "deferred", activation: "gelu", layers: 2 }, valid: "padded" },
    { bert: { ...SHAPES[1], softmax: "deferred", activation: "gelu", layers: 1 }, valid: "full" },
    { bert: { ...SHAPES[0], softmax: "normalised", activation: "relu", layers: 1 }, valid: "full" },
    { bert: { ...SHAPES[1], softmax: "normalised", activation: "gelu", layers: 1 }, valid: "batch" },
  ] as const;
  return PRESETS.flatMap((preset, a) =>
    LENGTHS.map((_length, b): EncoderCase => {
      const params = loadConfig(preset);
      const { bert, valid } = networks[a ^ times3[b]!]!;
      const { stallProbability, share, order } = traffic[a ^ times2[b]!]!;
      const seq = LENGTHS[b]!;
      return {
        params,
        bert,
        seq,
        valid: validLengths(seq, valid),
        memory: { latencyCycles: LATENCIES[a ^ b]!, stallProbability, bytesPerCycle: params.beatBytes * share, order },
        seed: seed + 4 * a + b,
      };
    }),
  );
}

function anyBert(random: Random): Bert {
  return {
    ...SHAPES[random.below(SHAPES.length)]!,
    softmax: random.below(2) === 0 ? "deferred" : "normalised",
    activation: random.below(3) === 0 ? "relu" : "gelu",
    layers: 1,
  };
}

function anyValid(seq: number, random: Random): number[] {
  const long = seq > 100;
  return validLengths(seq, (["full", "padded", long ? "padded" : "batch"] as const)[random.below(3)]!);
}

/** A case with everything that is not given chosen at random. */
export function anyCase(params: Params, random: Random, given: Partial<EncoderCase> = {}): EncoderCase {
  const seq = given.seq ?? LENGTHS[random.below(LENGTHS.length)]!;
  return {
    params,
    bert: anyBert(random),
    seq,
    valid: anyValid(seq, random),
    memory: {
      latencyCycles: LATENCIES[random.below(LATENCIES.length)]!,
      stallProbability: STALLS[random.below(STALLS.length)]!,
      bytesPerCycle: params.beatBytes / 2 ** random.below(2),
      order: (["in-order", "reorder", "interleave"] as const)[random.below(3)]!,
    },
    seed: random.below(2 ** 30),
    ...given,
  };
}

/** Latency and stall probability pairs: all of them, or for long sequences each latency once and each probability at least once. */
function timings(seq: number, turn: number): { readonly latencyCycles: number; readonly stallProbability: number }[] {
  if (seq > 100) {
    return LATENCIES.map((latencyCycles, i) => ({
      latencyCycles,
      stallProbability: STALLS[(i + turn) % STALLS.length]!,
    }));
  }
  return LATENCIES.flatMap((latencyCycles) => STALLS.map((stallProbability) => ({ latencyCycles, stallProbability })));
}

/** Every preset with every length, shape, latency and stall probability; the rest at random. */
export function presetMatrix(seed: number): EncoderCase[] {
  const random = createRandom(seed);
  return PRESETS.flatMap((preset) => {
    const params = loadConfig(preset);
    return LENGTHS.flatMap((seq) =>
      SHAPES.flatMap((shape, turn) =>
        timings(seq, turn).map((timing) => {
          const c = anyCase(params, random, { seq });
          return { ...c, bert: { ...c.bert, ...shape }, memory: { ...c.memory, ...timing } };
        }),
      ),
    );
  });
}

/** Every variant with every length and shape, and `more` random cases each; the largest array runs one small case. */
export function variantMatrix(seed: number, more: number): EncoderCase[] {
  const random = createRandom(seed);
  return VARIANT_NAMES.flatMap((name) => {
    const params = variantParams(name);
    if (name === "large-64x64") return [anyCase(params, random, { seq: 17 }), anyCase(params, random, { seq: 100 })];
    const grid = LENGTHS.flatMap((seq) =>
      SHAPES.map((shape) => {
        const c = anyCase(params, random, { seq });
        return { ...c, bert: { ...c.bert, ...shape } };
      }),
    );
    return [...grid, ...Array.from({ length: more }, () => anyCase(params, random))];
  });
}

/** Layers of BERT-Base: every preset, the slowest memory, long sequences, a batch of padded ones, both forms of Softmax. */
export function baseCases(seed: number): EncoderCase[] {
  const shape = namedShapes["bert-base"];
  const one = (
    preset: (typeof PRESETS)[number],
    seq: number,
    more: Partial<EncoderCase["memory"]> = {},
  ): EncoderCase => {
    const params = loadConfig(preset);
    const memory = { latencyCycles: 100, stallProbability: 0, bytesPerCycle: params.beatBytes, ...more };
    return { params, bert: { ...shape, layers: 1 }, seq, valid: [seq], memory, seed };
  };
  const batch = one("transformer", 48, { latencyCycles: 20, stallProbability: 0.1, order: "interleave" });
  return [
    ...PRESETS.map((preset) => one(preset, 128)),
    one("transformer", 128, { latencyCycles: 200, stallProbability: 0.3, order: "reorder" }),
    one("transformer", 384),
    { ...batch, valid: [48, 31, 1], bert: { ...batch.bert, softmax: "normalised", activation: "relu" } },
  ];
}
