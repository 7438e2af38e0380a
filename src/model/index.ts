/**
 * The model path: a Hugging Face BERT read from disk, its tokeniser, its float form, its quantised form, and the integer
 * encoder that says what the accelerator must compute. Embedding, pooler and classifier run on the host.
 */
export * from "./accuracy.ts";
export * from "./basic-tokenizer.ts";
export * from "./bert-config.ts";
export * from "./calibrate.ts";
export * from "./float-model.ts";
export * from "./host.ts";
export * from "./integer-model.ts";
export * from "./load.ts";
export * from "./quantise.ts";
export * from "./quantised.ts";
export * from "./random.ts";
export * from "./random-bert.ts";
export * from "./safetensors.ts";
export * from "./samples.ts";
export * from "./tokenizer.ts";
export * from "./vocabulary.ts";
export * from "./weights.ts";
