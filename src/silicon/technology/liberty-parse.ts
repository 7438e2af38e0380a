/** Reads the text of a Liberty file into groups and attributes, as far as areas, functions and tables need it. */
import { SystoleError } from "../../errors.ts";

/** `kind(name) { attributes; groups }`. */
export interface LibertyGroup {
  readonly kind: string;
  /** What stands between the parentheses, without quotes: `NAND2X1`. */
  readonly name: string;
  /** 1-based line of its name. */
  readonly line: number;
  /** Simple attributes, without quotes; of those with parentheses, `values ("0.1, 0.2")`, what stands between these. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly groups: readonly LibertyGroup[];
}

interface OpenGroup extends LibertyGroup {
  readonly attributes: Map<string, string>;
  readonly groups: LibertyGroup[];
}

export interface TextPlace {
  readonly text: string;
  readonly file: string;
}

export function libertyError(file: string, line: number | undefined, message: string, remedy: string): SystoleError {
  return new SystoleError({
    code: "liberty-invalid",
    message,
    location: line === undefined ? { file } : { file, line },
    remedy,
  });
}

const WHOLE = "Give the whole file as the library's vendor ships it.";
/** Spaces, continued lines and comments; a comment that does not end is left for the caller to trip over. */
const BLANK = /(?:\s|\\\r?\n|\/\*[^]*?\*\/|\/\/[^\n]*)+/y;
const NAME = /[A-Za-z_][\w.]*/y;
/** One statement's value, up to its semicolon or the end of its line. */
const VALUE = /"(?:[^"\\]|\\[^])*"|[^;{}\n]*/y;
const ARGUMENTS = /\((?:[^()"]|"(?:[^"\\]|\\[^])*"|\([^()]*\))*\)/y;

/**
 * The `library` group of a file. Of attributes that are given twice in a group the last counts. Throws a SystoleError with file and
 * line when the text is no Liberty file, or ends inside a group.
 */
export function parseLiberty({ text, file }: TextPlace): LibertyGroup {
  const reader = new Reader(text, file);
  reader.skip();
  if (!/^library\s*\(/.test(text.slice(reader.at, reader.at + 200))) {
    const start = text.slice(reader.at).split("\n", 1)[0]!.trim().slice(0, 40);
    const found = start === "" ? "is empty" : `begins with "${start}"`;
    throw libertyError(file, reader.line(), `this is no Liberty file: it ${found}, not with library (name) {`, WHOLE);
  }
  return reader.group([]);
}

class Reader {
  at = 0;
  readonly #text: string;
  readonly #file: string;
  /** Line of the last position asked for: lines are asked for in order. */
  #line = 1;
  #lineAt = 0;

  constructor(text: string, file: string) {
    this.#text = text;
    this.#file = file;
  }

  skip(): void {
    this.#take(BLANK);
  }

  line(): number {
    for (let end = this.#text.indexOf("\n", this.#lineAt); end >= 0 && end < this.at;) {
      this.#line++;
      this.#lineAt = end + 1;
      end = this.#text.indexOf("\n", this.#lineAt);
    }
    return this.#line;
  }

  /** A group whose name comes next; `outer` are those that it lies in. */
  group(outer: readonly LibertyGroup[]): LibertyGroup {
    this.skip();
    const line = this.line();
    const kind = this.#take(NAME)!;
    this.skip();
    const group = this.#open(kind, line, this.#take(ARGUMENTS) ?? "");
    this.skip();
    if (this.#text[this.at] !== "{") throw this.#unexpected([...outer, group], "{");
    this.at++;
    this.#body(group, [...outer, group]);
    return group;
  }

  #open(kind: string, line: number, parenthesised: string): OpenGroup {
    const name = parenthesised.slice(1, -1).trim().replaceAll('"', "");
    return { kind, name, line, attributes: new Map(), groups: [] };
  }

  #body(group: OpenGroup, path: readonly LibertyGroup[]): void {
    for (;;) {
      this.skip();
      const next = this.#text[this.at];
      if (next === "}") {
        this.at++;
        return;
      }
      if (next === ";") {
        this.at++;
        continue;
      }
      const line = next === undefined ? 0 : this.line();
      const name = this.#take(NAME);
      if (name === undefined) throw this.#unexpected(path, "an attribute, a group or }");
      this.skip();
      if (this.#text[this.at] === ":") {
        this.at++;
        this.skip();
        const value = this.#take(VALUE);
        if (value === undefined) throw this.#unexpected(path, "a value");
        group.attributes.set(name, value.trim().replace(/^"([^]*)"$/, "$1"));
        continue;
      }
      const parenthesised = this.#take(ARGUMENTS);
      if (parenthesised === undefined) throw this.#unexpected(path, `: or ( after ${name}`);
      this.skip();
      if (this.#text[this.at] !== "{") {
        group.attributes.set(name, parenthesised.slice(1, -1).trim());
        continue;
      }
      this.at++;
      const inner = this.#open(name, line, parenthesised);
      this.#body(inner, [...path, inner]);
      group.groups.push(inner);
    }
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  /** The end of the text, or something else than a statement. */
  #unexpected(path: readonly LibertyGroup[], wanted: string): SystoleError {
    // The innermost with a name: a cell or a pin, rather than one of its tables.
    const group = path.findLast(({ kind, name }) => kind === "cell" || (kind === "library" && name !== "")) ?? path[0]!;
    const where = `${group.kind}(${group.name}), which begins in line ${group.line}`;
    const open = /^\/\*/.test(this.#text.slice(this.at, this.at + 2));
    const rest = this.#text.slice(this.at).trim();
    const cut = rest === "" || open || !/[};]/.test(rest);
    if (cut) {
      this.at = this.#text.length;
      const line = this.line();
      return libertyError(this.#file, line, `the file ends inside ${where}: it is cut short`, WHOLE);
    }
    const found = rest.split("\n", 1)[0]!.slice(0, 40);
    return libertyError(this.#file, this.line(), `expected ${wanted} inside ${where}, not "${found}"`, WHOLE);
  }
}
