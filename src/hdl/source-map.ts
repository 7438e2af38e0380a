import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";

/** A place in a source: 1-based line and column. */
export interface Original {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/**
 * The source map of a bundle. Node has one too, but makes an object of each of its hundred thousand segments first, which
 * takes longer than to elaborate a small design.
 */
export class BundleMap {
  readonly #sources: readonly string[];
  /** Of every line, its first segment. */
  readonly #firsts: number[] = [];
  /** Of every segment: column, source, line and column there. */
  readonly #segments: Int32Array;

  private constructor(folder: string, sources: readonly string[], mappings: string) {
    this.#sources = sources.map((source) => resolve(folder, source));
    this.#segments = decode(mappings, this.#firsts);
  }

  /** The map beside a script that is made of several sources; `undefined` for every other script. */
  static of(script: string): BundleMap | undefined {
    try {
      const text = readFileSync(script, "latin1");
      const [, name] = /\/\/# sourceMappingURL=([^\s:]+)\s*$/.exec(text.slice(-1000)) ?? [];
      if (name === undefined) return undefined;
      const file = resolve(dirname(script), name);
      const { sources, mappings } = JSON.parse(readFileSync(file, "utf8")) as { sources: string[]; mappings: string };
      return sources.length > 1 ? new BundleMap(dirname(file), sources, mappings) : undefined;
    } catch {
      // A script without a readable map is taken as it is.
      return undefined;
    }
  }

  /** Where a place of the script, 1-based line and column, comes from. */
  find(line: number, column: number): Original | undefined {
    const first = this.#firsts[line - 1];
    if (first === undefined) return undefined;
    let [low, high] = [first, this.#firsts[line] ?? this.#segments.length / FIELDS];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#segments[middle * FIELDS]! < column) low = middle + 1;
      else high = middle;
    }
    if (low === first) return undefined;
    const [, source, sourceLine, sourceColumn] = this.#segments.subarray((low - 1) * FIELDS, low * FIELDS);
    return { file: this.#sources[source!]!, line: sourceLine! + 1, column: sourceColumn! + 1 };
  }
}

const FIELDS = 4;
const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const [COMMA, SEMICOLON] = [44, 59];

/** The segments that name a source; into `firsts` the first one of every line. The format: tc39.es/ecma426. */
function decode(mappings: string, firsts: number[]): Int32Array {
  const digits = new Uint8Array(128);
  for (let digit = 0; digit < DIGITS.length; digit++) digits[DIGITS.charCodeAt(digit)] = digit;
  const segments = new Int32Array((mappings.length / (FIELDS + 1) + 1) * FIELDS);
  // All but the column go on from line to line.
  let [column, source, line, sourceColumn] = [0, 0, 0, 0];
  let count = 0;
  let at = 0;
  // Written out rather than neatly: it runs once over a megabyte, before the compiler of hot code wakes up.
  const number = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 5) {
      const digit = digits[mappings.charCodeAt(at++)]!;
      value |= (digit & 31) << shift;
      if (digit < 32) return value & 1 ? -(value >> 1) : value >> 1;
    }
  };
  firsts.push(0);
  while (at < mappings.length) {
    const code = mappings.charCodeAt(at);
    if (code === SEMICOLON) {
      column = 0;
      firsts.push(count);
      at++;
    } else if (code === COMMA) at++;
    else {
      column += number();
      if (isEnd(mappings.charCodeAt(at))) continue;
      source += number();
      line += number();
      sourceColumn += number();
      if (!isEnd(mappings.charCodeAt(at))) number();
      const segment = count++ * FIELDS;
      segments[segment] = column;
      segments[segment + 1] = source;
      segments[segment + 2] = line;
      segments[segment + 3] = sourceColumn;
    }
  }
  return segments.subarray(0, count * FIELDS);
}

/** Past the last character `charCodeAt` says NaN. */
function isEnd(code: number): boolean {
  return code === COMMA || code === SEMICOLON || Number.isNaN(code);
}
