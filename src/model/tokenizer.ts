import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { SystoleError } from "../errors.ts";
import { splitWords, uncased } from "./basic-tokenizer.ts";
import type { BasicTokenizerOptions } from "./basic-tokenizer.ts";
import { parseJson, readModelFile } from "./json-file.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** A longer word becomes [UNK] without being looked at, as in BERT. */
const longestWord = 100;

/** What becomes of a text that is longer than allowed. */
export interface EncodeOptions {
  /** The most token ids, [CLS] and [SEP] included; at least 2. */
  readonly maxTokens: number;
  /** Cut the text off instead of refusing it. */
  readonly truncate?: boolean;
}

/** Turns text into token ids and back. */
export interface Tokenizer {
  readonly vocabulary: Vocabulary;
  /** WordPiece tokens of a text, without [CLS] and [SEP]. */
  readonly tokenize: (text: string) => string[];
  /** [CLS], the text's ids, [SEP]. Errors: `text-too-long` unless `truncate` is set. */
  readonly encode: (text: string, options: EncodeOptions) => number[];
}

const tokenizerConfigSchema = z.object({
  do_lower_case: z.boolean().default(true),
  strip_accents: z.boolean().nullish(),
  tokenize_chinese_chars: z.boolean().default(true),
});

/** Reads the optional `tokenizer_config.json` of a model's directory; without it, an uncased BERT's choices. */
export function readTokenizerOptions(directory: string): BasicTokenizerOptions {
  const file = join(directory, "tokenizer_config.json");
  if (!existsSync(file)) return uncased;
  const raw = parseJson(readModelFile(file).toString("utf8"), tokenizerConfigSchema, file, "tokenizer-config");
  return {
    lowerCase: raw.do_lower_case,
    stripAccents: raw.strip_accents ?? raw.do_lower_case,
    splitChinese: raw.tokenize_chinese_chars,
  };
}

/** A WordPiece tokenizer over a vocabulary. */
export function createTokenizer(vocabulary: Vocabulary, options: BasicTokenizerOptions = uncased): Tokenizer {
  const { ids, special } = vocabulary;
  const tokenize = (text: string): string[] =>
    splitWords(text, options).flatMap((word) => wordPieces(word, vocabulary));
  const encode = (text: string, { maxTokens, truncate = false }: EncodeOptions): number[] => {
    const pieces = tokenize(text);
    const length = pieces.length + 2;
    if (length > maxTokens && !truncate) {
      throw new SystoleError({
        code: "text-too-long",
        message: `the text "${excerpt(text)}" has ${length} tokens with [CLS] and [SEP], but at most ${maxTokens} are allowed`,
        remedy: "Shorten the text, allow a longer sequence if the model has the positions, or ask for truncation.",
      });
    }
    const kept = pieces.slice(0, Math.max(0, maxTokens - 2)).map((piece) => ids.get(piece)!);
    return [special.classify, ...kept, special.separate];
  };
  return { vocabulary, tokenize, encode };
}

/** Greedy longest match from the left; pieces after the first carry "##"; a word that cannot be covered is [UNK]. */
function wordPieces(word: string, vocabulary: Vocabulary): string[] {
  const characters = Array.from(word);
  if (characters.length > longestWord) return ["[UNK]"];
  const pieces: string[] = [];
  let start = 0;
  while (start < characters.length) {
    let end = characters.length;
    let piece: string | undefined;
    for (; end > start; end--) {
      const candidate = (start === 0 ? "" : "##") + characters.slice(start, end).join("");
      if (vocabulary.ids.has(candidate)) {
        piece = candidate;
        break;
      }
    }
    if (piece === undefined) return ["[UNK]"];
    pieces.push(piece);
    start = end;
  }
  return pieces;
}

function excerpt(text: string): string {
  const line = text.trim().replace(/\s+/g, " ");
  return line.length <= 40 ? line : `${line.slice(0, 40)}…`;
}

/** `ids` padded on the right with `pad` to `length`; returns them unchanged when already that long. */
export function padIds(ids: readonly number[], length: number, pad: number): number[] {
  return [...ids, ...Array.from({ length: Math.max(0, length - ids.length) }, () => pad)];
}
