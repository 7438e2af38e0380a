/** Collects lines of Verilog at an indentation. */
export class Writer {
  readonly #lines: string[] = [];
  #depth = 0;
  #gap = false;

  /** One statement or line; a long one is broken at its operators. */
  line(text: string): void {
    if (this.#gap) this.#lines.push("");
    this.#gap = false;
    this.#lines.push(...breakLine(text, "    ".repeat(this.#depth)));
  }

  /** `head` and the indented lines that `body` writes; what follows continues the construct. */
  open(head: string, body: () => void): void {
    this.line(head);
    this.indent(body);
  }

  /** The lines that `body` writes, one step deeper. */
  indent(body: () => void): void {
    this.#depth++;
    body();
    this.#depth--;
    this.#gap = false;
  }

  /** `head`, the indented lines that `body` writes, `tail`. */
  block(head: string, tail: string, body: () => void): void {
    this.open(head, body);
    this.line(tail);
  }

  /** An empty line before the next one, if there is a next one in this block. */
  gap(): void {
    this.#gap = true;
  }

  text(): string {
    return `${this.#lines.join("\n")}\n`;
  }
}

const limit = 110;

/** Breaks a line that is too long after the outermost operators and commas, again and again. */
function breakLine(text: string, indent: string): string[] {
  const comment = text.search(/ {2}\/\/ /);
  const code = comment < 0 ? text : text.slice(0, comment);
  if (indent.length + code.length <= limit) return [indent + text];
  const places = breakPlaces(code);
  if (places.length === 0) return [indent + text];
  const lines: string[] = [];
  const deeper = `${indent}    `;
  let start = 0;
  let last = 0;
  const room = (): number => limit - (lines.length === 0 ? indent : deeper).length;
  for (const place of [...places, code.length]) {
    if (place - start > room() && last > start) {
      lines.push((lines.length === 0 ? indent : deeper) + code.slice(start, last).trim());
      start = last;
    }
    last = place;
  }
  lines.push((lines.length === 0 ? indent : deeper) + text.slice(start).trim());
  return lines.flatMap((line) => {
    const [, lead = "", rest = ""] = /^( *)(.*)$/.exec(line)!;
    return rest.length + lead.length > limit && rest.length < text.length ? breakLine(rest, lead) : [line];
  });
}

/** The offsets after the operators and commas at the least bracket depth that has any. */
function breakPlaces(code: string): number[] {
  const byDepth: (number[] | undefined)[] = [];
  let depth = 0;
  for (let at = 0; at < code.length; at++) {
    const char = code[at]!;
    if ("([{".includes(char)) depth++;
    else if (")]}".includes(char)) depth--;
    else if (char === "," && code[at + 1] === " ") (byDepth[depth] ??= []).push(at + 2);
    else if (char === " " && /^ (?:[?:&|^+*=-]|<|&&|\|\||[<>!=]=|<<|>>>?) /.test(code.slice(at, at + 5))) {
      (byDepth[depth] ??= []).push(code.indexOf(" ", at + 1) + 1);
    }
  }
  return byDepth.find((places) => places !== undefined) ?? [];
}
