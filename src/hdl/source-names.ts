import type { Site } from "./location.ts";
import { sourceLines } from "./problems.ts";
import { tokenise, type Token } from "./tokens.ts";

/** What the source calls the value made at a call site. */
export interface SourceName {
  /** `sum` in `const sum = …`, `lane_act` in `const lane = { act: … }`. */
  readonly name: string | undefined;
  /** The call is the whole initialiser, not a part of it. */
  readonly exact: boolean;
}

const files = new Map<string, readonly Token[]>();
const names = new Map<Site, SourceName>();

/** Reads the name from the source; without a source or a name around the call, `name` is undefined. */
export function nameAt(site: Site | undefined): SourceName {
  if (site === undefined) return { name: undefined, exact: false };
  let found = names.get(site);
  if (found === undefined) names.set(site, (found = read(site)));
  return found;
}

/** The tokens of a file and which of them is at a place in it. */
export function tokensAt(site: Site): { readonly tokens: readonly Token[]; readonly at: number | undefined } {
  let tokens = files.get(site.file);
  if (tokens === undefined) files.set(site.file, (tokens = tokenise(sourceLines(site.file).join("\n"))));
  return { tokens, at: tokenAt(tokens, site) };
}

function read(site: Site): SourceName {
  const { tokens, at } = tokensAt(site);
  if (at === undefined) return { name: undefined, exact: false };
  const start = chainStart(tokens, at);
  const name = enclosingName(tokens, start - 1);
  return { name, exact: name !== undefined && tokens[start - 1]?.text === "=" && endsChain(tokens, at) };
}

/** The last token that starts at or before the site, on its line. */
function tokenAt(tokens: readonly Token[], site: Site): number | undefined {
  let [low, high] = [0, tokens.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const token = tokens[middle]!;
    if (token.line < site.line || (token.line === site.line && token.column <= site.column)) low = middle + 1;
    else high = middle;
  }
  return tokens[low - 1]?.line === site.line ? low - 1 : undefined;
}

/** From `add` in `a.b(c).add(d)` back to `a`. */
function chainStart(tokens: readonly Token[], at: number): number {
  let start = at;
  for (;;) {
    const before = tokens[start - 1]?.text;
    if (before !== "." && before !== "?.") return start;
    start -= 2;
    while (tokens[start]?.text === "!") start--;
    while (tokens[start]?.text === ")" || tokens[start]?.text === "]") start = tokens[start]!.match - 1;
    if (start < 0) return at;
  }
}

/** From `a` in `a.b(c)[0] + d` on to `+`. */
export function chainEnd(tokens: readonly Token[], at: number): number {
  let end = at + 1;
  for (; end < tokens.length; end++) {
    const { text, kind, match } = tokens[end]!;
    if (kind === "punct" && (text === "(" || text === "[") && match >= 0) end = match;
    else if (
      text !== "." &&
      text !== "?." &&
      text !== "!" &&
      !(kind === "word" && /^\??\.$/.test(tokens[end - 1]!.text))
    )
      break;
  }
  return end;
}

/** Whether nothing follows the call in its chain. */
function endsChain(tokens: readonly Token[], at: number): boolean {
  let open = at + 1;
  while (open < tokens.length && tokens[open]!.text !== "(" && tokens[open]!.text !== ";") open++;
  const after = tokens[(tokens[open]?.match ?? -2) + 1]?.text;
  return after === ";" || after === ",";
}

/** Walks outwards from an expression to the declaration, assignment or property that takes it. */
function enclosingName(tokens: readonly Token[], from: number): string | undefined {
  const keys: string[] = [];
  let keyTaken = false;
  for (let at = from; at >= 0; at--) {
    const { text, kind, match } = tokens[at]!;
    if (kind !== "punct" && text !== "return") continue;
    if ((text === ")" || text === "]" || text === "}") && match >= 0) at = match;
    else if (text === ";") return join(undefined, keys);
    else if (text === "=") return join(declared(tokens, at), keys);
    else if (text === ":" && !keyTaken && tokens[at - 1]?.kind === "word" && isPropertyStart(tokens, at - 2)) {
      keys.unshift(tokens[at - 1]!.text);
      keyTaken = true;
    } else if (text === "(" || text === "[") keyTaken = false;
    else if (text === "{") {
      const before = tokens[at - 1]?.text;
      if (!keyTaken && (before === ")" || before === "=>" || before === ";")) return join(undefined, keys);
      keyTaken = false;
    } else if (text === "return") {
      while (at >= 0 && tokens[at]!.text !== "{") at = closing(tokens[at]!) ? tokens[at]!.match - 1 : at - 1;
      if (tokens[at - 1]?.text !== "=>") return functionName(tokens, at);
    }
  }
  return join(undefined, keys);
}

function closing(token: Token): boolean {
  return token.kind === "punct" && token.match >= 0 && ")]}".includes(token.text);
}

function isPropertyStart(tokens: readonly Token[], at: number): boolean {
  const text = tokens[at]?.text;
  return text === "{" || text === ",";
}

/** The name left of the `=` at `at`: a declaration with or without a type, or an assignment. */
function declared(tokens: readonly Token[], at: number): string | undefined {
  for (let i = at - 1; i >= 0 && at - i < 200; i--) {
    const token = tokens[i]!;
    if (closing(token)) i = token.match;
    else if (token.text === "const" || token.text === "let" || token.text === "var" || token.text === ",") {
      const next = tokens[i + 1]!;
      return next.kind === "word" ? next.text : undefined;
    } else if (token.text === ";" || token.text === "{" || token.text === "(" || token.text === "=>") break;
  }
  const previous = tokens[at - 1];
  if (previous?.text === "next" && tokens[at - 2]?.text === ".") return undefined;
  return previous?.kind === "word" ? previous.text : undefined;
}

function functionName(tokens: readonly Token[], body: number): string | undefined {
  for (let i = body - 1; i >= 0 && body - i < 200; i--) {
    const token = tokens[i]!;
    if (closing(token)) i = token.match;
    else if (token.text === "function") return tokens[i + 1]?.kind === "word" ? tokens[i + 1]!.text : undefined;
    else if (token.text === ";" || token.text === "{") break;
  }
  return undefined;
}

function join(name: string | undefined, keys: readonly string[]): string | undefined {
  const parts = [...(name === undefined ? [] : [name]), ...keys];
  return parts.length === 0 ? undefined : parts.join("_");
}
