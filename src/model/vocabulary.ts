import { join } from "node:path";
import { SystoleError } from "../errors.ts";
import { readModelFile } from "./json-file.ts";

/** A WordPiece vocabulary: a token's id is its line in `vocab.txt`, counted from 0. */
export interface Vocabulary {
  readonly tokens: readonly string[];
  readonly ids: ReadonlyMap<string, number>;
  readonly special: Readonly<Record<"pad" | "unknown" | "classify" | "separate", number>>;
}

/** Reads `vocab.txt` of a model's directory, which must hold exactly `size` tokens. Errors: those of {@link parseVocabulary}. */
export function readVocabulary(directory: string, size: number): Vocabulary {
  const file = join(directory, "vocab.txt");
  return parseVocabulary(readModelFile(file).toString("utf8"), size, file);
}

/**
 * Parses a `vocab.txt`, one token a line; `size` is the model's vocab_size; `file` is for messages.
 * Errors: `vocab-wrong-size`, `vocab-missing-token` when [PAD], [UNK], [CLS] or [SEP] is absent.
 */
export function parseVocabulary(text: string, size: number, file: string): Vocabulary {
  const tokens = text.split(/\r?\n/);
  if (tokens.at(-1) === "") tokens.pop();
  if (tokens.length !== size) {
    throw new SystoleError({
      code: "vocab-wrong-size",
      message: `the vocabulary has ${tokens.length} tokens, but config.json says "vocab_size" ${size}`,
      location: { file },
      remedy: "Use the vocab.txt that belongs to this checkpoint.",
    });
  }
  const ids = new Map(tokens.map((token, id) => [token, id]));
  const special = (token: string): number => {
    const id = ids.get(token);
    if (id !== undefined) return id;
    throw new SystoleError({
      code: "vocab-missing-token",
      message: `the vocabulary lacks the token ${token}; [PAD], [UNK], [CLS] and [SEP] are needed`,
      location: { file },
      remedy: "Use the WordPiece vocab.txt that belongs to this checkpoint.",
    });
  };
  return {
    tokens,
    ids,
    special: {
      pad: special("[PAD]"),
      unknown: special("[UNK]"),
      classify: special("[CLS]"),
      separate: special("[SEP]"),
    },
  };
}
