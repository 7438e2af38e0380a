import { readBertConfig } from "./bert-config.ts";
import { createTokenizer, readTokenizerOptions } from "./tokenizer.ts";
import type { Tokenizer } from "./tokenizer.ts";
import { readVocabulary } from "./vocabulary.ts";
import { readBertModel } from "./weights.ts";
import type { BertModel } from "./weights.ts";

/** A model's directory, read and checked. */
export interface LoadedModel {
  readonly directory: string;
  readonly model: BertModel;
  readonly tokenizer: Tokenizer;
}

/** Reads a directory in the Hugging Face layout: config.json, model.safetensors, vocab.txt, optional tokenizer_config.json. */
export function loadModel(directory: string): LoadedModel {
  const config = readBertConfig(directory);
  const vocabulary = readVocabulary(directory, config.vocabulary);
  const tokenizer = createTokenizer(vocabulary, readTokenizerOptions(directory));
  return { directory, model: readBertModel(directory, config), tokenizer };
}
