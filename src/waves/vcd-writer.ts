import { beginFile, type FileInProgress } from "../files/index.ts";

/** A variable of a VCD file; variables with one code always have the same value. */
export interface VcdVariable {
  /** Instance names below the top, joined by dots; empty for the top. */
  readonly path: string;
  readonly name: string;
  readonly width: number;
  readonly isRegister: boolean;
  /** From 0. */
  readonly code: number;
}

/** Characters of a code: `!` to `~`. */
const FIRST_CHARACTER = 33;
const CHARACTERS = 94;
const BUFFER_BYTES = 1 << 20;
const [ZERO, HASH, LETTER_B, SPACE, NEWLINE] = ["0", "#", "b", " ", "\n"].map((c) => c.charCodeAt(0)) as [
  number,
  number,
  number,
  number,
  number,
];

/** Writes a value change dump; the file appears when it is closed. Ten units of time are a clock cycle. */
export class VcdWriter {
  readonly #file: FileInProgress;
  readonly #buffer = new Uint8Array(BUFFER_BYTES);
  /** Bytes of each code with the space before and the newline behind it, and where they begin. */
  readonly #codes: Uint8Array;
  readonly #codeStart: Uint32Array;
  /** Room that the longest change takes. */
  readonly #longest: number;
  #used = 0;
  #changes = 0;

  constructor(file: string, top: string, variables: readonly VcdVariable[]) {
    const codes = Math.max(0, ...variables.map(({ code }) => code + 1));
    const texts = Array.from({ length: codes }, (_, code) => codeText(code));
    this.#codes = new TextEncoder().encode(texts.map((text) => `${text}\n`).join(""));
    this.#codeStart = new Uint32Array(codes + 1);
    texts.forEach((text, code) => (this.#codeStart[code + 1] = this.#codeStart[code]! + text.length + 1));
    this.#longest = variables.reduce((most, { width }) => Math.max(most, width), 1) + 64;
    this.#file = beginFile(file);
    this.#file.write(new TextEncoder().encode(header(top, variables)));
  }

  /** Changes written so far. */
  get changes(): number {
    return this.#changes;
  }

  /** What follows happens at this time. */
  time(time: number): void {
    this.#makeRoom();
    this.#buffer[this.#used++] = HASH;
    for (const character of String(time)) this.#buffer[this.#used++] = character.charCodeAt(0);
    this.#buffer[this.#used++] = NEWLINE;
  }

  /** A variable of one bit. */
  bit(code: number, value: number): void {
    this.#makeRoom();
    this.#buffer[this.#used++] = ZERO + value;
    this.#end(code);
  }

  /** A variable of up to 32 bits. */
  number(code: number, value: number): void {
    this.#makeRoom();
    const buffer = this.#buffer;
    let used = this.#used;
    buffer[used++] = LETTER_B;
    for (let bit = 31 - Math.clz32(value | 1); bit >= 0; bit--) buffer[used++] = ZERO + ((value >>> bit) & 1);
    buffer[used++] = SPACE;
    this.#used = used;
    this.#end(code);
  }

  /** A variable of any width, its low word at `from` of `words`; what lies above the width is ignored. */
  words(code: number, width: number, words: Uint32Array, from: number): void {
    this.#makeRoom();
    const buffer = this.#buffer;
    let used = this.#used;
    buffer[used++] = LETTER_B;
    for (let word = (width - 1) >>> 5, top = (width - 1) & 31; word >= 0; word--, top = 31) {
      const value = words[from + word]!;
      for (let bit = top; bit >= 0; bit--) buffer[used++] = ZERO + ((value >>> bit) & 1);
    }
    buffer[used++] = SPACE;
    this.#used = used;
    this.#end(code);
  }

  close(): void {
    this.#flush();
    this.#file.finish();
  }

  #end(code: number): void {
    const codes = this.#codes;
    const buffer = this.#buffer;
    let used = this.#used;
    for (let at = this.#codeStart[code]!, end = this.#codeStart[code + 1]!; at < end; at++) buffer[used++] = codes[at]!;
    this.#used = used;
    this.#changes++;
  }

  #makeRoom(): void {
    if (this.#used + this.#longest > BUFFER_BYTES) this.#flush();
  }

  #flush(): void {
    this.#file.write(this.#buffer.subarray(0, this.#used));
    this.#used = 0;
  }
}

function codeText(code: number): string {
  let text = "";
  for (let rest = code; ; rest = Math.floor(rest / CHARACTERS) - 1) {
    text += String.fromCharCode(FIRST_CHARACTER + (rest % CHARACTERS));
    if (rest < CHARACTERS) return text;
  }
}

interface Scope {
  readonly variables: VcdVariable[];
  readonly scopes: Map<string, Scope>;
}

function header(top: string, variables: readonly VcdVariable[]): string {
  const root: Scope = { variables: [], scopes: new Map() };
  for (const variable of variables) {
    let scope = root;
    for (const part of variable.path === "" ? [] : variable.path.split(".")) {
      let inner = scope.scopes.get(part);
      if (inner === undefined) scope.scopes.set(part, (inner = { variables: [], scopes: new Map() }));
      scope = inner;
    }
    scope.variables.push(variable);
  }
  const lines = ["$version Systole $end", "$comment ten units of time are a clock cycle $end", "$timescale 1ps $end"];
  const write = (name: string, { variables: own, scopes }: Scope): void => {
    lines.push(`$scope module ${name} $end`);
    for (const { name: variable, width, isRegister, code } of own) {
      const range = width === 1 ? "" : ` [${width - 1}:0]`;
      lines.push(`$var ${isRegister ? "reg" : "wire"} ${width} ${codeText(code)} ${variable}${range} $end`);
    }
    for (const [inner, scope] of scopes) write(inner, scope);
    lines.push("$upscope $end");
  };
  write(top, root);
  lines.push("$enddefinitions $end", "");
  return lines.join("\n");
}
