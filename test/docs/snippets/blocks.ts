/** The fenced blocks of a page, and what each of them is. */

/** A block with the place of its text in the page. */
export interface Block {
  readonly language: string;
  /** Words after the language: `refused` in "```ts refused". */
  readonly flags: readonly string[];
  readonly text: string;
  /** 1-based line of the opening fence. */
  readonly line: number;
  /** Offsets of `text` in the page. */
  readonly start: number;
  readonly end: number;
}

/** A program of a page: what stands in it, what the type checker makes of it, and the output that the page shows. */
export interface Snippet {
  readonly file: string;
  readonly source: string;
  readonly line: number;
  /** The type checker must refuse it, with the output; it is not run. */
  readonly isRefused: boolean;
  /** Blocks that show what the program prints, in whole or with `…` for what is left out. */
  readonly outputs: readonly Block[];
}

/** All fenced blocks of a page. */
export function blocksOf(page: string): Block[] {
  return [...page.matchAll(/^```([^\n]*)\n([^]*?)^```$/gm)].map((match) => {
    const [language = "", ...flags] = match[1]!.trim().split(/\s+/);
    const start = match.index + match[0].indexOf("\n") + 1;
    const text = match[2]!;
    const line = page.slice(0, match.index).split("\n").length;
    return { language, flags, text, line, start, end: start + text.length };
  });
}

const FILE = /^\/\/ ([\w-]+(?:\.test)?\.ts)\n/;

/** Whether a block is a file of its own: its first line is the name as a comment. */
export const isFile = (block: Block): boolean => block.language === "ts" && FILE.test(block.text);

const OUTPUTS = new Set(["text", "systemverilog"]);

/** The programs of a page in order, each with the outputs that follow it. */
export function snippetsOf(page: string): Snippet[] {
  const snippets: (Snippet & { readonly outputs: Block[] })[] = [];
  for (const block of blocksOf(page)) {
    if (isFile(block)) {
      const file = FILE.exec(block.text)![1]!;
      const isRefused = block.flags.includes("refused");
      snippets.push({ file, source: block.text, line: block.line, isRefused, outputs: [] });
    } else if (OUTPUTS.has(block.language) && !block.flags.includes("drawing")) {
      const last = snippets.at(-1);
      if (last === undefined) throw new Error(`line ${block.line}: output of no program`);
      last.outputs.push(block);
    }
  }
  return snippets;
}

/** Blocks of TypeScript that are no files: they must be parts of files. */
export function excerptsOf(page: string): Block[] {
  return blocksOf(page).filter((block) => block.language === "ts" && !isFile(block));
}

/** Lines without indentation, so that an excerpt may stand further left than in its file. */
export const plainLines = (text: string): string[] =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => line.trim());

/** Whether `shown` is `output`; a line `…` in `shown` stands for any lines, ` …` at the end of a line for its rest. */
export function isShown(output: string, shown: string): boolean {
  const lines = shown.trimEnd().split("\n");
  const parts = lines
    .map((line) => line.trimEnd().replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
    .map((line) => (line.trim() === "…" ? "(?:[^\\n]*\\n)*?" : `${line.replace(/ …$/, " [^\\n]*")}\\n`));
  const plain = output
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
  return new RegExp(`^\\n*${parts.join("")}\\n*$`).test(`${plain.trimEnd()}\n`);
}
