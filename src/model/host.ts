import { SystoleError } from "../errors.ts";
import { embedFloat, headFloat } from "./float-model.ts";
import type { QuantisedBert } from "./quantised.ts";
import { padIds } from "./tokenizer.ts";
import type { BertModel, HeadWeights } from "./weights.ts";

/** What the host hands to the accelerator for one text. */
export interface EncoderInput {
  /** s8 [seq][hidden] at the encoder's inputScale; rows from `valid` on are embedded padding. */
  readonly values: Int8Array;
  readonly seq: number;
  readonly valid: number;
}

/**
 * The host's part before the encoder: `ids` padded on the right with `pad` to `seq` rows, embedded, normalised, quantised.
 * Errors: `sequence-too-long` when seq exceeds the model's positions.
 */
export function encoderInput(
  model: BertModel,
  bert: QuantisedBert,
  ids: readonly number[],
  { seq = ids.length, pad = 0 }: { readonly seq?: number; readonly pad?: number } = {},
): EncoderInput {
  const { maxPositions } = model.config;
  if (seq > maxPositions) {
    throw new SystoleError({
      code: "sequence-too-long",
      message: `a sequence of ${seq} tokens, but the model has ${maxPositions} positions`,
      remedy: `Ask for a sequence length of at most ${maxPositions}.`,
    });
  }
  if (ids.length < 1 || ids.length > seq) throw new RangeError(`${ids.length} token ids in a sequence of ${seq}`);
  const embedded = embedFloat(model, padIds(ids, seq, pad));
  return { values: quantiseActivations(embedded, bert.inputScale), seq, valid: ids.length };
}

/** Reals to s8 at `scale`, rounded to nearest, saturated. */
function quantiseActivations(values: Float32Array, scale: number): Int8Array {
  return Int8Array.from(values, (value) => Math.max(-128, Math.min(127, Math.round(value / scale))));
}

/** A class with its probability among all classes. */
export interface Prediction {
  readonly index: number;
  readonly label: string;
  readonly probability: number;
}

/** Class logits from the encoder's output s8 [seq][hidden]: pooler and classifier in floats on the [CLS] row. Errors: `model-no-classifier`. */
export function logitsFromOutput(model: BertModel, bert: QuantisedBert, output: Int8Array): Float32Array {
  const row = Float32Array.from(output.subarray(0, bert.shape.hidden), (value) => value * bert.outputScale);
  return headFloat(requireHead(model), row);
}

/** The classifier's weights. Errors: `model-no-classifier` for a bare encoder. */
export function requireHead(model: BertModel): HeadWeights {
  if (model.head !== undefined) return model.head;
  throw new SystoleError({
    code: "model-no-classifier",
    message: "the model is a bare encoder (BertModel) without a classifier, so it predicts no class",
    remedy: "Give a checkpoint of BertForSequenceClassification.",
  });
}

/** The most probable class; the first of equals. `labels` has one name a logit. */
export function classify(logits: Float32Array, labels: readonly string[]): Prediction {
  const index = argmax(logits);
  const sum = logits.reduce((total, logit) => total + Math.exp(logit - logits[index]!), 0);
  return { index, label: labels[index] ?? String(index), probability: 1 / sum };
}

/** Index of the largest value; the first of equals. */
export function argmax(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}
