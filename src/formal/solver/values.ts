/** What a solver prints, as trees of words. */
export type SExpression = string | readonly SExpression[];

/** Reads one expression, such as the answer to `get-value`. */
export function parseSExpression(text: string): SExpression {
  const tokens = text.match(/\(|\)|\|[^|]*\||"[^"]*"|[^\s()]+/g) ?? [];
  const stack: SExpression[][] = [[]];
  for (const token of tokens) {
    if (token === "(") stack.push([]);
    else if (token === ")") {
      const done = stack.pop()!;
      stack.at(-1)!.push(done);
    } else stack.at(-1)!.push(token);
  }
  return stack[0]![0] ?? [];
}

/** A bit-vector value in any of its spellings: `#b101`, `#x5`, `(_ bv5 3)`. */
export function bitsOf(value: SExpression): bigint {
  if (typeof value === "string") {
    if (value === "true" || value === "false") return value === "true" ? 1n : 0n;
    return BigInt(value.replace(/^#/, "0"));
  }
  return BigInt((value[1] as string).replace(/^bv/, ""));
}
