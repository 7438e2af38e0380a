import { join } from "node:path";
import { z } from "zod";
import { SystoleError } from "../errors.ts";
import { parseJson, readModelFile } from "./json-file.ts";
import type { EncoderShape } from "./quantised.ts";

const activations = ["gelu", "relu"] as const;
const architectures = ["BertForSequenceClassification", "BertModel"] as const;
const size = z.number().int().positive();

/** What the program reads of a Hugging Face `config.json`; other keys are left alone. Defaults are those of Hugging Face's BertConfig. */
const bertConfigSchema = z.object({
  model_type: z.literal("bert", { error: () => `must be "bert"` }),
  architectures: z
    .array(z.enum(architectures, { error: () => `must be one of ${architectures.join(", ")}` }))
    .nonempty()
    .default(["BertForSequenceClassification"]),
  hidden_size: size,
  num_hidden_layers: size,
  num_attention_heads: size,
  intermediate_size: size,
  hidden_act: z.enum(activations, {
    error: ({ input }) => `must be one of ${activations.join(", ")}, not ${JSON.stringify(input)}`,
  }),
  max_position_embeddings: size.min(2),
  type_vocab_size: size.default(2),
  vocab_size: size,
  layer_norm_eps: z.number().nonnegative().default(1e-12),
  position_embedding_type: z
    .literal("absolute", { error: () => `must be "absolute", the only kind supported` })
    .default("absolute"),
  id2label: z.record(z.string(), z.string()).optional(),
});

/** The dimensions and choices of a BERT checkpoint. */
export interface BertConfig extends EncoderShape {
  readonly activation: (typeof activations)[number];
  /** The longest sequence, [CLS] and [SEP] included. */
  readonly maxPositions: number;
  readonly typeVocabulary: number;
  readonly vocabulary: number;
  readonly layerNormEpsilon: number;
  /** Names of the classes in the order of the classifier's outputs; empty for a bare encoder (BertModel). */
  readonly labels: readonly string[];
}

/** Reads `config.json` of a model's directory. Errors: `model-file-missing`, and those of {@link parseBertConfig}. */
export function readBertConfig(directory: string): BertConfig {
  const file = join(directory, "config.json");
  return parseBertConfig(readModelFile(file).toString("utf8"), file);
}

/** Parses the text of a `config.json`; `file` is for messages. Errors: `model-config-bad-json`, `model-config-invalid`. */
export function parseBertConfig(text: string, file: string): BertConfig {
  const raw = parseJson(text, bertConfigSchema, file, "model-config");
  if (raw.hidden_size % raw.num_attention_heads !== 0) {
    throw new SystoleError({
      code: "model-config-invalid",
      message: `"hidden_size" ${raw.hidden_size} is not a multiple of "num_attention_heads" ${raw.num_attention_heads}`,
      location: { file, path: "num_attention_heads" },
      remedy: "Use the config.json that belongs to this checkpoint.",
    });
  }
  return {
    hidden: raw.hidden_size,
    heads: raw.num_attention_heads,
    headDim: raw.hidden_size / raw.num_attention_heads,
    intermediate: raw.intermediate_size,
    layers: raw.num_hidden_layers,
    activation: raw.hidden_act,
    maxPositions: raw.max_position_embeddings,
    typeVocabulary: raw.type_vocab_size,
    vocabulary: raw.vocab_size,
    layerNormEpsilon: raw.layer_norm_eps,
    labels: raw.architectures.includes("BertForSequenceClassification") ? readLabels(raw.id2label, file) : [],
  };
}

function readLabels(id2label: Readonly<Record<string, string>> | undefined, file: string): string[] {
  // Hugging Face writes no id2label for the default of two classes.
  if (id2label === undefined) return ["LABEL_0", "LABEL_1"];
  const count = Object.keys(id2label).length;
  return Array.from({ length: count }, (_, i) => {
    const label = id2label[String(i)];
    if (label !== undefined) return label;
    throw new SystoleError({
      code: "model-config-invalid",
      message: `"id2label" has ${count} entries but none for class ${i}; the classes must be numbered 0 to ${count - 1}`,
      location: { file, path: "id2label" },
      remedy: "Number the labels from 0 without gaps.",
    });
  });
}
