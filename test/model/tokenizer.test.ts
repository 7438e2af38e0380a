import { describe, expect, it } from "vitest";
import {
  createTokenizer,
  loadModel,
  padIds,
  parseVocabulary,
  readAccuracyRows,
  readTokenizerOptions,
  splitWords,
  uncased,
} from "../../src/model/index.ts";
import { expectUserError, temporaryDirectory, userError } from "./checkpoint.ts";

const tokens = [
  "[PAD]",
  "[UNK]",
  "[CLS]",
  "[SEP]",
  "un",
  "##aff",
  "##able",
  "##a",
  "aff",
  "run",
  "##ning",
  ",",
  "!",
  "é",
];
const vocabulary = parseVocabulary(`${tokens.join("\n")}\n`, tokens.length, "vocab.txt");
const tokenizer = createTokenizer(vocabulary);

describe("the vocabulary", () => {
  it("numbers tokens by line, also with Windows line ends and no last one", () => {
    expect(vocabulary.ids.get("run")).toBe(9);
    expect(parseVocabulary(tokens.join("\r\n"), tokens.length, "vocab.txt").tokens).toEqual(tokens);
  });

  it("must have the size the model says", () => {
    expectUserError(
      () => parseVocabulary(tokens.join("\n"), 20, "vocab.txt"),
      "vocab-wrong-size",
      'the vocabulary has 14 tokens, but config.json says "vocab_size" 20',
    );
  });

  it.each(["[PAD]", "[UNK]", "[CLS]", "[SEP]"])("must have %s", (token) => {
    const text = tokens.map((other) => (other === token ? "other" : other)).join("\n");
    expectUserError(
      () => parseVocabulary(text, tokens.length, "vocab.txt"),
      "vocab-missing-token",
      `the vocabulary lacks the token ${token}; [PAD], [UNK], [CLS] and [SEP] are needed`,
    );
  });
});

describe("splitting into words", () => {
  it("lowers case, strips accents, and makes every punctuation character a word", () => {
    expect(splitWords("Héllo,World!! a_b  §3")).toEqual(["hello", ",", "world", "!", "!", "a", "_", "b", "§", "3"]);
  });

  it("counts all ASCII symbols as punctuation, but not other symbols", () => {
    expect(splitWords("a$b+c<d=e>f^g`h|i~j")).toEqual(Array.from("a$b+c<d=e>f^g`h|i~j"));
    expect(splitWords("a€b×c")).toEqual(["a€b×c"]);
  });

  it("drops control characters and U+FFFD, and keeps white space of any kind as a gap", () => {
    expect(splitWords("a\u0000b\u200bc\ufffdd\te\nf\u00a0g\u3000h\u2028i\rj")).toEqual([
      "abcd",
      "e",
      "f",
      "g",
      "h",
      "i",
      "j",
    ]);
  });

  it("splits CJK ideographs, but not kana or Hangul, which decompose", () => {
    expect(splitWords("ab中文c カタ")).toEqual(["ab", "中", "文", "c", "カタ"]);
    expect(splitWords("한")).toEqual(["\u1112\u1161\u11ab"]);
    expect(splitWords("中文", { ...uncased, splitChinese: false })).toEqual(["中文"]);
  });

  it("keeps case and accents when asked to", () => {
    const cased = { lowerCase: false, stripAccents: false, splitChinese: true };
    expect(splitWords("Éa", cased)).toEqual(["Éa"]);
    expect(splitWords("e\u0301", cased)).toEqual(["é"]);
  });
});

describe("WordPiece", () => {
  it("takes the longest piece from the left", () => {
    expect(tokenizer.tokenize("unaffable running, UNAFFA!")).toEqual([
      ...["un", "##aff", "##able", "run", "##ning", ",", "un", "##aff", "##a", "!"],
    ]);
  });

  it("gives up on a word it cannot cover, and on one of over 100 characters", () => {
    expect(tokenizer.tokenize("runx run")).toEqual(["[UNK]", "run"]);
    expect(tokenizer.tokenize(`un${"a".repeat(98)}`)).toEqual(["un", ...Array<string>(98).fill("##a")]);
    expect(tokenizer.tokenize(`un${"a".repeat(99)}`)).toEqual(["[UNK]"]);
  });

  it("treats special tokens in the text as text", () => {
    expect(tokenizer.tokenize("[CLS]")).toEqual(["[UNK]", "[UNK]", "[UNK]"]);
  });

  it("wraps ids in [CLS] and [SEP], the empty text too", () => {
    expect(tokenizer.encode("run!", { maxTokens: 4 })).toEqual([2, 9, 12, 3]);
    expect(tokenizer.encode(" \n", { maxTokens: 2 })).toEqual([2, 3]);
  });

  it("refuses a text that is too long, unless it may cut it off", () => {
    expectUserError(
      () => tokenizer.encode("run, run, run!", { maxTokens: 7 }),
      "text-too-long",
      'the text "run, run, run!" has 8 tokens with [CLS] and [SEP], but at most 7 are allowed',
    );
    expectUserError(
      () => tokenizer.encode("run ".repeat(20), { maxTokens: 8 }),
      "text-too-long",
      `the text "${"run ".repeat(10)}…" has 22 tokens with [CLS] and [SEP], but at most 8 are allowed`,
    );
    expect(tokenizer.encode("run, run, run!", { maxTokens: 7, truncate: true })).toEqual([2, 9, 11, 9, 11, 9, 3]);
  });

  it("pads on the right", () => {
    expect(padIds([2, 3], 4, 0)).toEqual([2, 3, 0, 0]);
    expect(padIds([2, 3], 2, 0)).toEqual([2, 3]);
  });
});

describe("tokenizer_config.json", () => {
  it("is optional and means uncased when absent", () => {
    expect(readTokenizerOptions(temporaryDirectory({}))).toEqual(uncased);
  });

  it("sets case, accents and CJK", () => {
    const read = (config: object): object =>
      readTokenizerOptions(temporaryDirectory({ "tokenizer_config.json": JSON.stringify(config) }));
    expect(read({ do_lower_case: false })).toEqual({ lowerCase: false, stripAccents: false, splitChinese: true });
    expect(read({ do_lower_case: false, strip_accents: true, tokenize_chinese_chars: false })).toEqual({
      lowerCase: false,
      stripAccents: true,
      splitChinese: false,
    });
    expect(read({ strip_accents: null })).toEqual(uncased);
    expect(userError(() => read({ do_lower_case: "yes" })).code).toBe("tokenizer-config-invalid");
  });
});

describe("the shipped model's tokenizer", () => {
  it("gives back the ids of rows from their tokens' text", () => {
    const { tokenizer: shipped } = loadModel("models/code-language");
    let compared = 0;
    for (const { ids } of readAccuracyRows("test/data/code-language-rows.json")) {
      const text = ids
        .slice(1, -1)
        .map((id) => shipped.vocabulary.tokens[id]!)
        .join(" ")
        .replaceAll(" ##", "");
      if (text.includes("[UNK]")) continue;
      expect(shipped.encode(text, { maxTokens: 64 })).toEqual(ids);
      compared++;
    }
    expect(compared).toBeGreaterThan(130);
  });
});
