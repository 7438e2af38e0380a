/** How text is cleaned and split into words, as `tokenizer_config.json` may say it. */
export interface BasicTokenizerOptions {
  readonly lowerCase: boolean;
  readonly stripAccents: boolean;
  /** Makes every CJK ideograph a word of its own. */
  readonly splitChinese: boolean;
}

/** The choices of an uncased BERT. */
export const uncased: BasicTokenizerOptions = { lowerCase: true, stripAccents: true, splitChinese: true };

// U+FFFD and every control or unassigned character but the white space among them.
const dropped = /[\u{FFFD}]|(?![\t\n\r])\p{C}/gu;
const whitespace = /[\t\n\r]|\p{Zs}/gu;
const combining = /\p{Mn}/gu;
// BERT counts every ASCII symbol as punctuation, also those which Unicode calls symbols: $ + < = > ^ ` | ~
const punctuation = /[!-/:-@[-`{-~]|\p{P}/gu;
const chinese =
  /[\u{4E00}-\u{9FFF}\u{3400}-\u{4DBF}\u{20000}-\u{2A6DF}\u{2A700}-\u{2B73F}\u{2B740}-\u{2B81F}\u{2B820}-\u{2CEAF}\u{F900}-\u{FAFF}\u{2F800}-\u{2FA1F}]/gu;

/**
 * Splits text into words, each punctuation character a word of its own: Hugging Face's BasicTokenizer (Devlin et al.,
 * BERT, `tokenization.py`). Special tokens written in the text are ordinary text.
 */
export function splitWords(text: string, options: BasicTokenizerOptions = uncased): string[] {
  let clean = text.replace(dropped, "").replace(whitespace, " ");
  if (options.splitChinese) clean = clean.replace(chinese, " $& ");
  clean = clean.normalize("NFC");
  if (options.lowerCase) clean = clean.toLowerCase();
  if (options.stripAccents) clean = clean.normalize("NFD").replace(combining, "");
  return clean
    .replace(punctuation, " $& ")
    .split(/\s+/)
    .filter((word) => word !== "");
}
