import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

const texts = new Map(
  readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name): [file: string, text: string] => {
      const file = normalize(join("src", name));
      return [file, readFileSync(join(ROOT, file), "utf8")];
    }),
);

const STATEMENT = /^(?:import|export|\}) ?[^;"]*"(\.[^"]+)"(?: with \{[^}]*\})?;$/gm;
const LATER = /import\("(\.[^"]+)"\)/g;

/** Every source file with those it imports from, also for types alone, and with those it loads later. */
const imports = new Map(
  [...texts].map(([file, text]): [string, string[]] => {
    const from = [...text.matchAll(STATEMENT), ...text.matchAll(LATER)].map(([, path]) => path!);
    return [file, from.map((path) => normalize(join(dirname(file), path))).filter((path) => path.startsWith("src"))];
  }),
);

/** A circle of imports through a file: the files from it back to it. */
function circleFrom(start: string): string[] | undefined {
  const before = new Map<string, string>();
  const queue = [start];
  for (const file of queue) {
    for (const next of imports.get(file) ?? []) {
      if (next === start) {
        const circle = [start];
        for (let at = file; at !== start; at = before.get(at)!) circle.unshift(at);
        return [start, ...circle];
      }
      if (before.has(next)) continue;
      before.set(next, file);
      queue.push(next);
    }
  }
  return undefined;
}

test("the imports of files are all found", () => {
  expect(texts.size).toBeGreaterThan(400);
  for (const [file, text] of texts) {
    const words = text.match(/(?<!\w)from "\.|^import "\.|import\("\./gm)?.length ?? 0;
    expect([...text.matchAll(STATEMENT), ...text.matchAll(LATER)].length, file).toBe(words);
    for (const imported of imports.get(file)!) expect(texts.has(imported), `${file} imports ${imported}`).toBe(true);
  }
});

test("no source file imports itself by way of others, not even for its types", () => {
  const circles = [...imports.keys()].flatMap((file) => {
    const circle = circleFrom(file);
    return circle === undefined ? [] : [circle.join(" -> ")];
  });
  expect(circles).toEqual([]);
});

/** What each folder may import from, itself aside; those that everything is built on come first. */
const ARROWS: Readonly<Record<string, string>> = {
  errors: "",
  isa: "",
  files: "errors",
  hdl: "errors",
  waves: "errors files hdl",
  harness: "errors files hdl isa waves",
  formal: "errors harness hdl waves",
  testbench: "harness waves",
  config: "errors isa",
  generators: "config hdl isa",
  reference: "isa",
  model: "config errors isa reference",
  machine: "config isa reference",
  compiler: "config errors generators isa machine model reference",
  runtime: "compiler config errors generators harness isa model",
  report: "config files isa runtime",
  bench: "compiler config errors generators harness hdl isa model reference runtime",
  silicon: "bench compiler config errors files generators harness hdl isa report runtime",
  studies: "bench compiler config errors files generators harness hdl model reference report runtime silicon",
  collateral: "config files isa",
  docs: "config isa report silicon",
  cli: "bench collateral compiler config docs errors files generators harness isa model report runtime silicon studies",
};

const folderOf = (file: string): string => file.split("/")[1]!.replace(/\.ts$/, "");

test.each(Object.keys(ARROWS))("src/%s imports from no other folders than it may", (folder) => {
  const files = [...imports].filter(([file]) => folderOf(file) === folder);
  expect(files).not.toEqual([]);
  const others = ARROWS[folder]!.split(" ");
  const astray = files.flatMap(([file, from]) => {
    const wrong = from.filter((other) => folderOf(other) !== folder && !others.includes(folderOf(other)));
    return wrong.map((other) => `${file} -> ${other}`);
  });
  expect(astray).toEqual([]);
});

test("every folder of src has its arrows", () => {
  expect([...new Set([...imports.keys()].map(folderOf))].sort()).toEqual(Object.keys(ARROWS).sort());
});

test("arrows between folders point one way", () => {
  const earlier = new Set<string>();
  for (const [folder, others] of Object.entries(ARROWS)) {
    for (const other of others.split(" ").filter((name) => name !== "")) {
      expect(earlier.has(other), `${folder} imports from ${other}, which comes later`).toBe(true);
    }
    earlier.add(folder);
  }
});
