/** Checks that HTML or SVG text is well formed: tags nest and close, attributes are quoted, no stray `<` or `&`. */
import { expect } from "vitest";

/** Elements of HTML without an end tag. */
const VOID = new Set(["meta", "link", "br", "hr", "img", "input"]);
const TOKEN =
  /<!doctype html>|<style>[^]*?<\/style>|<script(?: [\w-]+="[^"<]*")*>[^]*?<\/script>|<\/([a-zA-Z][a-zA-Z0-9]*)>|<([a-zA-Z][a-zA-Z0-9]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>|[^<]+|</g;
const ENTITY = /&(?!(?:amp|lt|gt|quot|#39|#x[0-9A-Fa-f]+|#\d+);)/;

/** Expects `text` to be well formed, and names the first place where it is not. */
export function expectWellFormed(text: string): void {
  const open: string[] = [];
  for (const match of text.matchAll(TOKEN)) {
    const [token, end, start, attributes = "", selfClosed] = match;
    const where = `…${text.slice(Math.max(0, match.index - 60), match.index + 60)}…`;
    if (end !== undefined) expect(open.pop(), where).toBe(end);
    else if (start !== undefined) {
      expect(attributes, where).not.toMatch(ENTITY);
      if (selfClosed !== "/" && !VOID.has(start)) open.push(start);
    } else if (!token.startsWith("<!doctype") && !token.startsWith("<style>") && !token.startsWith("<script")) {
      expect(token, where).not.toMatch(ENTITY);
      expect(token, where).not.toBe("<");
    }
  }
  expect(open).toEqual([]);
}
