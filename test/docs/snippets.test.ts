/**
 * The guide, the cookbook and the page about proofs are true: every program in them is type-checked and run, and what they show is what it prints.
 * `SYSTOLE_UPDATE_DOCS=1` writes what the programs print into the pages; an output that has parts left out stays as it is.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { excerptsOf, isShown, plainLines, snippetsOf, type Snippet } from "./snippets/blocks.ts";
import { typeCheck } from "./snippets/check.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const isUpdate = process.env["SYSTOLE_UPDATE_DOCS"] === "1";

/** Pages that share a folder, as the reader keeps their programs in one. */
const COLLECTIONS: Readonly<Record<string, readonly string[]>> = {
  guide: readdirSync(join(ROOT, "docs/guide"))
    .filter((name) => name.endsWith(".md"))
    .toSorted()
    .map((name) => `docs/guide/${name}`),
  cookbook: ["docs/cookbook.md"],
  formal: ["docs/formal.md"],
  examples: readdirSync(join(ROOT, "examples"))
    .map((name) => `examples/${name}/README.md`)
    .filter((name) => existsSync(join(ROOT, name))),
};

// Inside the package, where `systole/hdl` means this code.
const scratch = join(ROOT, "out/snippets");
rmSync(scratch, { recursive: true, force: true });
mkdirSync(scratch, { recursive: true });
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

interface Program extends Snippet {
  readonly page: string;
  readonly folder: string;
}

const texts = new Map(Object.values(COLLECTIONS).flatMap((pages) => pages.map((page) => [page, readPage(page)])));
const programs = Object.entries(COLLECTIONS).flatMap(([collection, pages]) => {
  const folder = join(scratch, collection);
  mkdirSync(folder);
  return pages.flatMap((page) =>
    snippetsOf(texts.get(page)!).map((snippet): Program => ({ ...snippet, page, folder })),
  );
});
for (const { folder, file, source } of programs) writeFileSync(join(folder, file), source);
const path = ({ folder, file }: Program): string => join(folder, file);

const checked = typeCheck(ROOT, programs.map(path));
const scripts = programs.filter(({ isRefused, file }) => !isRefused && !file.endsWith(".test.ts"));
const printed = runAll(scripts);
const outputs = new Map(scripts.map((program, index) => [program, printed[index]!]));
if (isUpdate) update();

function readPage(page: string): string {
  return readFileSync(join(ROOT, page), "utf8");
}

function runAll(all: readonly Program[]): readonly string[] {
  const [list, result] = [join(scratch, "list.json"), join(scratch, "result.json")];
  writeFileSync(list, JSON.stringify(all.map(({ folder, file }) => ({ folder, file }))));
  const runner = fileURLToPath(new URL("snippets/runner.ts", import.meta.url));
  execFileSync(process.execPath, ["--enable-source-maps", "--import", "tsx", runner, list, result], { cwd: ROOT });
  return JSON.parse(readFileSync(result, "utf8")) as string[];
}

/** What the page should show below a program. */
function outputOf(program: Program): string {
  return program.isRefused ? `${checked.get(path(program))!.join("\n")}\n` : (outputs.get(program) ?? "");
}

function update(): void {
  for (const [page, text] of texts) {
    let changed = text;
    for (const program of programs.filter((one) => one.page === page).toReversed()) {
      for (const shown of program.outputs.toReversed()) {
        if (isShown(outputOf(program), shown.text)) continue;
        changed = `${changed.slice(0, shown.start)}${outputOf(program).replace(/^\n+/, "").trimEnd()}\n${changed.slice(shown.end)}`;
      }
    }
    if (changed !== text) writeFileSync(join(ROOT, page), changed);
  }
}

test("no two programs of a folder share a name", () => {
  const paths = programs.map(path);
  expect(paths.filter((one, index) => paths.indexOf(one) !== index)).toEqual([]);
});

describe.each([...texts.keys()])("%s", (page) => {
  const own = programs.filter((program) => program.page === page);

  test("its programs satisfy the type checker, but for those it refuses", () => {
    for (const program of own) {
      const messages = checked.get(path(program))!;
      if (program.isRefused) expect(messages, `${program.file} should be refused`).not.toEqual([]);
      else expect(messages, `line ${program.line}`).toEqual([]);
    }
  });

  test("it shows what its programs print", () => {
    for (const program of own) {
      const output = outputOf(program);
      if (program.outputs.length === 0) expect(output, `line ${program.line}: output that the page lacks`).toBe("");
      for (const shown of program.outputs) {
        if (!isShown(output, shown.text)) expect(shown.text, `line ${shown.line}`).toBe(output);
      }
    }
  });

  test("its excerpts are parts of its programs or of the examples beside it", () => {
    const folder = join(ROOT, page, "..");
    const beside = readdirSync(folder).filter((name) => name.endsWith(".ts"));
    const files = [
      ...own.map(({ source }) => source),
      ...beside.map((name) => readFileSync(join(folder, name), "utf8")),
    ];
    const sources = files.map((source) => `\n${plainLines(source).join("\n")}\n`);
    for (const { text, line } of excerptsOf(readPage(page))) {
      const wanted = `\n${plainLines(text).join("\n")}\n`;
      expect(
        sources.some((source) => source.includes(wanted)),
        `line ${line} is in none of its files`,
      ).toBe(true);
    }
  });
});

for (const program of programs.filter(({ file, isRefused }) => file.endsWith(".test.ts") && !isRefused)) {
  // Importing it registers its tests here.
  describe(`${program.page}: ${program.file}`, async () => {
    await import(/* @vite-ignore */ pathToFileURL(path(program)).href);
  });
}
