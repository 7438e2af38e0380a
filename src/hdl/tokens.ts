/** A lexical token of TypeScript; `line` and `column` are 1-based, `match` is the index of the partner of a bracket. */
export interface Token {
  readonly text: string;
  readonly kind: "word" | "string" | "number" | "punct";
  readonly line: number;
  readonly column: number;
  match: number;
}

const word = /[\p{ID_Start}$_#][\p{ID_Continue}$]*/uy;
const number = /\d[\w.]*/y;
const punct = /=>|===|!==|==|!=|<=|>=|\?\.|\?\?|&&|\|\||\.\.\.|[^\s]/y;
const regexMayFollow = new Set(["(", ",", "=", ":", "[", "!", "&&", "||", "?", "{", "}", ";", "=>", "return", "==="]);
const openers: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

/** Splits TypeScript source into tokens; comments and white space are dropped, template literals are one string. */
export function tokenise(source: string): Token[] {
  const tokens: Token[] = [];
  const open: number[] = [];
  let [at, line, lineStart] = [0, 1, 0];
  const push = (kind: Token["kind"], text: string): void => {
    const token: Token = { text, kind, line, column: at - lineStart + 1, match: -1 };
    if (kind === "punct" && text in openers) open.push(tokens.length);
    if (kind === "punct" && (text === ")" || text === "]" || text === "}")) {
      const partner = open.pop();
      if (partner !== undefined) {
        token.match = partner;
        tokens[partner]!.match = tokens.length;
      }
    }
    tokens.push(token);
  };
  const advance = (length: number): void => {
    for (const end = at + length; at < end; at++) {
      if (source[at] === "\n") [line, lineStart] = [line + 1, at + 1];
    }
  };
  while (at < source.length) {
    const length = spaceOrComment(source, at);
    if (length > 0) {
      advance(length);
      continue;
    }
    const [kind, text] = readToken(source, at, tokens.at(-1)?.text);
    push(kind, text);
    advance(text.length);
  }
  return tokens;
}

function spaceOrComment(source: string, at: number): number {
  if (/\s/.test(source[at]!)) return 1;
  if (source.startsWith("//", at)) return (source.indexOf("\n", at) + 1 || source.length + 1) - 1 - at;
  if (source.startsWith("/*", at)) return (source.indexOf("*/", at) + 2 || source.length) - at;
  return 0;
}

function readToken(source: string, at: number, previous: string | undefined): [Token["kind"], string] {
  const first = source[at]!;
  if (first === '"' || first === "'") return ["string", quoted(source, at, first)];
  if (first === "`") return ["string", template(source, at)];
  if (first === "/" && (previous === undefined || regexMayFollow.has(previous))) {
    const regex = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/\w*/y;
    regex.lastIndex = at;
    const match = regex.exec(source);
    if (match !== null) return ["string", match[0]];
  }
  for (const [kind, pattern] of [
    ["word", word],
    ["number", number],
    ["punct", punct],
  ] as const) {
    pattern.lastIndex = at;
    const match = pattern.exec(source);
    if (match !== null) return [kind, match[0]];
  }
  return ["punct", first];
}

function quoted(source: string, at: number, quote: string): string {
  let end = at + 1;
  while (end < source.length && source[end] !== quote && source[end] !== "\n") end += source[end] === "\\" ? 2 : 1;
  return source.slice(at, end + 1);
}

function template(source: string, at: number): string {
  let end = at + 1;
  let depth = 0;
  while (end < source.length) {
    const char = source[end]!;
    if (char === "\\") end++;
    else if (char === "`" && depth === 0) break;
    else if (char === "$" && source[end + 1] === "{") [depth, end] = [depth + 1, end + 1];
    else if (char === "}" && depth > 0) depth--;
    end++;
  }
  return source.slice(at, end + 1);
}
