/** The documentation: generated pages are current, links lead somewhere, commands are those that exist. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { generatedPages } from "../../src/cli/commands/docs.ts";
import { buildProgram } from "../../src/cli/program.ts";
import { exampleArguments, parseOnly } from "../cli/parse.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");
const PAGES = [
  "README.md",
  "CONTRIBUTING.md",
  "CHANGELOG.md",
  ...["docs", "examples"].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".md"))
      .map((name) => `${folder}/${name}`),
  ),
];

const pages = await generatedPages(await buildProgram());

describe("generated pages", () => {
  test.each(Object.entries(pages))("docs/%s is what `npm run docs` writes", (name, text) => {
    expect(read(`docs/${name}`), "run `npm run docs` and commit the result").toBe(text);
  });
});

/** What GitHub makes of a heading: the name a link's `#` takes. */
const anchor = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replaceAll(" ", "-");

const withoutCode = (text: string): string => text.replace(/```[^]*?```/g, "").replace(/`[^`\n]*`/g, "");

/** Of headings that read alike, the later ones get a number. */
const anchors = (text: string): string[] => {
  const plain = [...text.replace(/```[^]*?```/g, "").matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchor(heading!));
  return plain.map((one, index) => {
    const before = plain.slice(0, index).filter((other) => other === one).length;
    return before === 0 ? one : `${one}-${before}`;
  });
};

describe.each(PAGES)("%s", (page) => {
  const text = read(page);
  const links = [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!);

  test("links lead to files and headings that exist", () => {
    for (const link of links.filter((l) => !l.startsWith("https://"))) {
      const [path = "", heading] = link.split("#");
      const target = path === "" ? page : join(dirname(page), path);
      expect(existsSync(join(ROOT, target)), `${page} → ${link}`).toBe(true);
      if (heading !== undefined) expect(anchors(read(target)), `${page} → ${link}`).toContain(heading);
    }
  });

  test("commands it shows are accepted", async () => {
    // The pages made from the program's own help are covered by the help's examples.
    const shown = page === "docs/cli.md" ? [] : exampleArguments(text);
    for (const args of shown) await expect(parseOnly(args), args.join(" ")).resolves.toBeUndefined();
  });

  test("scripts it names exist", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    for (const [, name] of text.matchAll(/\bnpm run ([\w:-]+)/g)) expect(Object.keys(scripts)).toContain(name);
  });
});
