import { describe, expect, it } from "vitest";
import { parseBertConfig, readBertConfig } from "../../src/model/index.ts";
import { expectUserError, userError } from "./checkpoint.ts";

const base = {
  architectures: ["BertForSequenceClassification"],
  model_type: "bert",
  hidden_size: 12,
  num_hidden_layers: 3,
  num_attention_heads: 4,
  intermediate_size: 48,
  hidden_act: "gelu",
  max_position_embeddings: 16,
  vocab_size: 30,
  id2label: { "1": "no", "0": "yes" },
  attention_probs_dropout_prob: 0.1,
};

const parse = (changes: Readonly<Record<string, unknown>>): ReturnType<typeof parseBertConfig> =>
  parseBertConfig(JSON.stringify({ ...base, ...changes }), "config.json");

describe("config.json", () => {
  it("is read with Hugging Face's defaults", () => {
    expect(parse({})).toEqual({
      hidden: 12,
      heads: 4,
      headDim: 3,
      intermediate: 48,
      layers: 3,
      activation: "gelu",
      maxPositions: 16,
      typeVocabulary: 2,
      vocabulary: 30,
      layerNormEpsilon: 1e-12,
      labels: ["yes", "no"],
    });
    expect(parse({ id2label: undefined }).labels).toEqual(["LABEL_0", "LABEL_1"]);
    expect(parse({ hidden_act: "relu" }).activation).toBe("relu");
  });

  it("of a bare encoder has no labels", () => {
    expect(parse({ architectures: ["BertModel"] }).labels).toEqual([]);
  });

  it("of the shipped model is accepted", () => {
    const config = readBertConfig("models/code-language");
    expect(config.labels).toHaveLength(12);
    expect(config).toMatchObject({
      hidden: 128,
      heads: 2,
      headDim: 64,
      intermediate: 512,
      layers: 2,
      vocabulary: 4096,
    });
  });

  it("is refused when it is not JSON", () => {
    expect(userError(() => parseBertConfig("{", "config.json")).code).toBe("model-config-bad-json");
  });

  it.each([
    [{ hidden_act: "swish" }, '"hidden_act": must be one of gelu, relu, not "swish"'],
    [{ model_type: "roberta" }, '"model_type": must be "bert"'],
    [{ architectures: ["GPT2"] }, '"architectures.0": must be one of BertForSequenceClassification, BertModel'],
    [
      { position_embedding_type: "relative_key" },
      '"position_embedding_type": must be "absolute", the only kind supported',
    ],
    [{ hidden_size: undefined }, '"hidden_size": Invalid input: expected number, received undefined'],
    [{ vocab_size: "30" }, '"vocab_size": Invalid input: expected number, received string'],
    [{ num_hidden_layers: 0 }, '"num_hidden_layers": Too small: expected number to be >0'],
    [{ num_attention_heads: 5 }, '"hidden_size" 12 is not a multiple of "num_attention_heads" 5'],
    [
      { id2label: { "0": "a", "2": "b" } },
      '"id2label" has 2 entries but none for class 1; the classes must be numbered 0 to 1',
    ],
  ])("is refused with %j", (changes, message) => {
    expectUserError(() => parse(changes), "model-config-invalid", message);
  });

  it("names all that is wrong at once", () => {
    expectUserError(
      () => parse({ hidden_act: "tanh", vocab_size: -1 }),
      "model-config-invalid",
      '"hidden_act": must be one of gelu, relu, not "tanh"; "vocab_size": Too small: expected number to be >0',
    );
  });
});
