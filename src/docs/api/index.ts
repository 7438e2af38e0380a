/** docs/api: the public functions, classes and types, from their docstrings. Needs the TypeScript compiler, so it is loaded on demand. */
import { fileURLToPath } from "node:url";
import { GENERATED } from "../markdown.ts";
import { sectionsOf, type Exported, type Section } from "./exports.ts";
import { docOf, signature } from "./signature.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

interface Entry {
  /** What a user imports. */
  readonly specifier: string;
  readonly index: string;
  readonly about: string;
}

/** The entry points of the package by page. */
export const ENTRIES: Readonly<Record<string, Entry>> = {
  hdl: {
    specifier: "systole/hdl",
    index: "src/hdl/index.ts",
    about: "The hardware language: shapes, signals, declarations, modules, the library, elaboration and Verilog.",
  },
  testbench: {
    specifier: "systole/testbench",
    index: "src/testbench.ts",
    about: "Simulation: testbenches with processes, stream drivers, random tests, linters.",
  },
  formal: {
    specifier: "systole/formal",
    index: "src/formal/index.ts",
    about: "Proofs: bounded search and k-induction over the assertions of a design, with counterexamples.",
  },
};

/** The pages by file name below `docs/`. */
export function apiPages(): Readonly<Record<string, string>> {
  const pages = Object.entries(ENTRIES).map(([page, entry]): [string, string] => [`api/${page}.md`, apiPage(entry)]);
  return { "api/README.md": overview(), ...Object.fromEntries(pages) };
}

function overview(): string {
  const rows = Object.entries(ENTRIES).map(
    ([page, { specifier, about }]) => `| [\`${specifier}\`](${page}.md) | ${about} |`,
  );
  return `${[
    GENERATED,
    "# API reference",
    "Every name that the package exports, with its signature and what it promises. The [guide](../guide/README.md) and the [reference of the language](../language.md) put them into context.",
    ["| import from | |", "|---|---|", ...rows].join("\n"),
  ].join("\n\n")}\n`;
}

/** A heading's anchor as GitHub makes it: of equal ones, the later get a number. */
type Anchors = ReadonlyMap<string, string>;

function anchorsOf(sections: readonly Section[], title: string): Anchors {
  const anchors = new Map<string, string>();
  const used = new Map<string, number>();
  const headings = sections.flatMap((section) => [
    `## ${section.title}`,
    ...section.exported.map(({ name }) => `### ${name}`),
  ]);
  for (const heading of [`# ${title}`, ...headings]) {
    const slug = slugOf(heading.replace(/^#+ /, ""));
    const before = used.get(slug) ?? 0;
    used.set(slug, before + 1);
    anchors.set(heading, before === 0 ? slug : `${slug}-${before}`);
  }
  return anchors;
}

function apiPage({ specifier, index, about }: Entry): string {
  const sections = sectionsOf(`${ROOT}${index}`);
  const anchors = anchorsOf(sections, specifier);
  const contents = sections.map(
    ({ title, exported }) =>
      `- [${title}](#${anchors.get(`## ${title}`)!}): ${exported.map(({ name }) => `[\`${name}\`](#${anchors.get(`### ${name}`)!})`).join(" ")}`,
  );
  return `${[
    GENERATED,
    `# ${specifier}`,
    about,
    contents.join("\n"),
    ...sections.flatMap((section) => sectionText(section, anchors)),
  ].join("\n\n")}\n`;
}

const slugOf = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");

function sectionText({ title, exported }: Section, anchors: Anchors): string[] {
  return [`## ${title}`, ...exported.flatMap((one) => entryText(one, anchors))];
}

function entryText({ name, file, declarations }: Exported, anchors: Anchors): string[] {
  const doc = declarations.map(docOf).find((text) => text !== "") ?? "";
  const path = file.slice(ROOT.length);
  return [
    `### ${name}`,
    ...(doc === "" ? [] : [linked(doc, anchors)]),
    ["```ts", signature(declarations), "```"].join("\n"),
    `[${path}](../../${path})`,
  ];
}

/** `{@link X}` as a link within the page, or as code when X is not on it. */
function linked(doc: string, anchors: Anchors): string {
  return doc.replace(/\{@link (\w+)\}/g, (_, name: string) => {
    const anchor = anchors.get(`### ${name}`);
    return anchor === undefined ? `\`${name}\`` : `[\`${name}\`](#${anchor})`;
  });
}
