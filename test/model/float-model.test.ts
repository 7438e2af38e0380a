import { describe, expect, it } from "vitest";
import {
  bertModelFrom,
  embedFloat,
  encodeFloat,
  loadModel,
  logitsFloat,
  parseSafetensors,
  randomModel,
  readAccuracyRows,
  requireHead,
} from "../../src/model/index.ts";
import type { BertModel } from "../../src/model/index.ts";
import { floatGelu } from "../../src/reference/index.ts";
import { geluFloat } from "../../src/model/float-ops.ts";
import { checkpointBytes, expectUserError } from "./checkpoint.ts";

const shape = { hidden: 12, heads: 3, intermediate: 20, layers: 2, vocabulary: 9, positions: 8, classes: 3 };

/** The tensors of a model under their names in a checkpoint. */
function namedTensors(model: BertModel, prefix: string): Map<string, { shape: number[]; values: Float32Array }> {
  const { hidden, intermediate, vocabulary, maxPositions, typeVocabulary, labels } = model.config;
  const tensors = new Map<string, { shape: number[]; values: Float32Array }>();
  const linear = (
    name: string,
    { weight, bias }: { weight: Float32Array; bias: Float32Array },
    size: number[],
  ): void => {
    tensors.set(`${name}.weight`, { shape: size, values: weight });
    tensors.set(`${name}.bias`, { shape: [size[0]!], values: bias });
  };
  const norm = (name: string, { gamma, beta }: { gamma: Float32Array; beta: Float32Array }): void => {
    linear(name, { weight: gamma, bias: beta }, [hidden]);
  };
  const { embeddings } = model;
  tensors.set(`${prefix}embeddings.word_embeddings.weight`, { shape: [vocabulary, hidden], values: embeddings.words });
  tensors.set(`${prefix}embeddings.position_embeddings.weight`, {
    shape: [maxPositions, hidden],
    values: embeddings.positions,
  });
  tensors.set(`${prefix}embeddings.token_type_embeddings.weight`, {
    shape: [typeVocabulary, hidden],
    values: embeddings.types,
  });
  norm(`${prefix}embeddings.LayerNorm`, embeddings.norm);
  model.layers.forEach((layer, index) => {
    const name = `${prefix}encoder.layer.${index}`;
    linear(`${name}.attention.self.query`, layer.query, [hidden, hidden]);
    linear(`${name}.attention.self.key`, layer.key, [hidden, hidden]);
    linear(`${name}.attention.self.value`, layer.value, [hidden, hidden]);
    linear(`${name}.attention.output.dense`, layer.attentionOutput, [hidden, hidden]);
    norm(`${name}.attention.output.LayerNorm`, layer.attentionNorm);
    linear(`${name}.intermediate.dense`, layer.intermediate, [intermediate, hidden]);
    linear(`${name}.output.dense`, layer.output, [hidden, intermediate]);
    norm(`${name}.output.LayerNorm`, layer.outputNorm);
  });
  linear(`${prefix}pooler.dense`, model.head!.pooler, [hidden, hidden]);
  linear("classifier", model.head!.classifier, [labels.length, hidden]);
  return tensors;
}

describe("the checkpoint's names", () => {
  const model = randomModel({ ...shape, seed: 11 });

  it("are found with the prefix of a classifier", () => {
    const file = parseSafetensors(checkpointBytes(namedTensors(model, "bert.")), "model.safetensors");
    expect(bertModelFrom(file, model.config)).toEqual(model);
  });

  it("are found without a prefix, and without a head, for a bare encoder", () => {
    const file = parseSafetensors(checkpointBytes(namedTensors(model, "")), "model.safetensors");
    const bare = bertModelFrom(file, { ...model.config, labels: [] });
    expect(bare.layers).toEqual(model.layers);
    expect(bare.head).toBeUndefined();
    expectUserError(
      () => requireHead(bare),
      "model-no-classifier",
      "the model is a bare encoder (BertModel) without a classifier, so it predicts no class",
    );
  });

  it("may be gamma and beta, as converted checkpoints have them", () => {
    const old = new Map(
      [...namedTensors(model, "bert.")].map(([name, tensor]) => [
        name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"),
        tensor,
      ]),
    );
    expect(bertModelFrom(parseSafetensors(checkpointBytes(old), "model.safetensors"), model.config)).toEqual(model);
  });

  it("must all be there, in the shapes config.json asks for", () => {
    const tensors = namedTensors(model, "bert.");
    tensors.delete("bert.encoder.layer.1.output.dense.bias");
    const file = parseSafetensors(checkpointBytes(tensors), "model.safetensors");
    expectUserError(
      () => bertModelFrom(file, model.config),
      "model-missing-tensor",
      'the tensor "bert.encoder.layer.1.output.dense.bias" is missing',
    );
    expectUserError(
      () => bertModelFrom(file, { ...model.config, intermediate: 24 }),
      "model-wrong-shape",
      'the tensor "bert.encoder.layer.0.intermediate.dense.weight" has the shape [20, 12], but config.json asks for [24, 12]',
    );
  });
});

describe("the float model", () => {
  it("agrees with the logits the trained model gave in its own framework", () => {
    const { model } = loadModel("models/code-language");
    const head = requireHead(model);
    for (const { ids, logits } of readAccuracyRows("test/data/code-language-rows.json").filter(
      (_, i) => i % 10 === 0,
    )) {
      logitsFloat({ ...model, head }, ids).forEach((logit, i) => {
        expect(Math.abs(logit - logits![i]!)).toBeLessThan(2e-4);
      });
    }
  });

  it("has the GELU of the reference", () => {
    for (let x = -8; x <= 8; x += 1 / 64) expect(Math.abs(geluFloat(x) - floatGelu(x))).toBeLessThan(1e-6);
  });

  it("gives the valid rows of a padded sequence what it gives them alone", () => {
    const model = randomModel({ ...shape, seed: 5 });
    const alone = encodeFloat(model, embedFloat(model, [1, 4, 8]), 3);
    const padded = encodeFloat(model, embedFloat(model, [1, 4, 8, 0, 0]), 3);
    expect([...padded.subarray(0, alone.length)]).toEqual([...alone]);
  });

  it("shows an observer the valid rows only", () => {
    const model = randomModel({ ...shape, seed: 5 });
    const sizes = new Map<string, number>();
    encodeFloat(model, embedFloat(model, [1, 4, 8, 0, 0]), 3, (layer, tensor, values) => {
      sizes.set(`${layer} ${tensor}`, values.length);
    });
    expect(sizes.get("1 query")).toBe(36);
    expect(sizes.get("0 intermediate")).toBe(60);
    expect(sizes.size).toBe(18);
  });
});
