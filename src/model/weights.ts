import { join } from "node:path";
import type { BertConfig } from "./bert-config.ts";
import { readSafetensors } from "./safetensors.ts";
import type { Safetensors } from "./safetensors.ts";

/** A linear layer y = x · weightᵀ + bias: weight [outputs][inputs] as PyTorch stores it, bias [outputs]. */
export interface Linear {
  readonly inputs: number;
  readonly outputs: number;
  readonly weight: Float32Array;
  readonly bias: Float32Array;
}

/** Gamma and beta of a LayerNorm, [hidden] each. */
export interface LayerNorm {
  readonly gamma: Float32Array;
  readonly beta: Float32Array;
}

/** Float weights of one encoder layer. */
export interface LayerWeights {
  readonly query: Linear;
  readonly key: Linear;
  readonly value: Linear;
  readonly attentionOutput: Linear;
  readonly attentionNorm: LayerNorm;
  readonly intermediate: Linear;
  readonly output: Linear;
  readonly outputNorm: LayerNorm;
}

/** Float weights of what runs on the host before the encoder. */
export interface EmbeddingWeights {
  /** [vocabulary][hidden] */
  readonly words: Float32Array;
  /** [maxPositions][hidden] */
  readonly positions: Float32Array;
  /** [typeVocabulary][hidden]; only row 0 is used, as for a single sentence. */
  readonly types: Float32Array;
  readonly norm: LayerNorm;
}

/** Float weights of what runs on the host after the encoder. */
export interface HeadWeights {
  readonly pooler: Linear;
  /** outputs = number of labels. */
  readonly classifier: Linear;
}

/** A BERT in floats: configuration and weights. */
export interface BertModel {
  readonly config: BertConfig;
  readonly embeddings: EmbeddingWeights;
  readonly layers: readonly LayerWeights[];
  /** Absent for a bare encoder (BertModel). */
  readonly head?: HeadWeights;
}

/** Reads `model.safetensors` of a model's directory. Errors: those of {@link parseSafetensors} and its tensors. */
export function readBertModel(directory: string, config: BertConfig): BertModel {
  return bertModelFrom(readSafetensors(join(directory, "model.safetensors")), config);
}

/** Picks BERT's tensors out of a checkpoint, with the prefix "bert." of a classifier or without it (BertModel). */
export function bertModelFrom(file: Safetensors, config: BertConfig): BertModel {
  const prefix = file.names.some((name) => name.startsWith("bert.")) || config.labels.length > 0 ? "bert." : "";
  const { hidden, intermediate } = config;

  const linear = (name: string, outputs: number, inputs: number): Linear => ({
    inputs,
    outputs,
    weight: file.tensor(`${name}.weight`, [outputs, inputs]),
    bias: file.tensor(`${name}.bias`, [outputs]),
  });
  // Checkpoints converted from TensorFlow call the two vectors gamma and beta.
  const norm = (name: string): LayerNorm => {
    const old = file.names.includes(`${name}.gamma`);
    return {
      gamma: file.tensor(`${name}.${old ? "gamma" : "weight"}`, [hidden]),
      beta: file.tensor(`${name}.${old ? "beta" : "bias"}`, [hidden]),
    };
  };

  const embeddings = `${prefix}embeddings`;
  const layer = (index: number): LayerWeights => {
    const name = `${prefix}encoder.layer.${index}`;
    return {
      query: linear(`${name}.attention.self.query`, hidden, hidden),
      key: linear(`${name}.attention.self.key`, hidden, hidden),
      value: linear(`${name}.attention.self.value`, hidden, hidden),
      attentionOutput: linear(`${name}.attention.output.dense`, hidden, hidden),
      attentionNorm: norm(`${name}.attention.output.LayerNorm`),
      intermediate: linear(`${name}.intermediate.dense`, intermediate, hidden),
      output: linear(`${name}.output.dense`, hidden, intermediate),
      outputNorm: norm(`${name}.output.LayerNorm`),
    };
  };
  return {
    config,
    embeddings: {
      words: file.tensor(`${embeddings}.word_embeddings.weight`, [config.vocabulary, hidden]),
      positions: file.tensor(`${embeddings}.position_embeddings.weight`, [config.maxPositions, hidden]),
      types: file.tensor(`${embeddings}.token_type_embeddings.weight`, [config.typeVocabulary, hidden]),
      norm: norm(`${embeddings}.LayerNorm`),
    },
    layers: Array.from({ length: config.layers }, (_, index) => layer(index)),
    ...(config.labels.length === 0
      ? {}
      : {
          head: {
            pooler: linear(`${prefix}pooler.dense`, hidden, hidden),
            classifier: linear("classifier", config.labels.length, hidden),
          },
        }),
  };
}
