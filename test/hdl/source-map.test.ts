import { build } from "esbuild";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { SourceMap, type SourceMapPayload } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { BundleMap } from "../../src/hdl/source-map.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "systole-map-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const HELPER = "export function twice(x: number): number {\n  return x + x; // the one thing it does\n}\n";
const MAIN =
  'import { twice } from "./helper.ts";\n\nconst names = ["über", "ß"];\nfor (const name of names) {\n  console.log(name, twice(name.length));\n}\n';

async function bundle(minifyWhitespace: boolean): Promise<string> {
  writeFileSync(join(folder, "helper.ts"), HELPER);
  writeFileSync(join(folder, "main.ts"), MAIN);
  const outfile = join(folder, "out", "main.js");
  await build({
    entryPoints: [join(folder, "main.ts")],
    outfile,
    bundle: true,
    format: "esm",
    sourcemap: "linked",
    sourcesContent: false,
    minifyWhitespace,
  });
  return outfile;
}

test.each([false, true])(
  "a bundle's places are those that Node's own map says (white space removed: %s)",
  async (minify) => {
    const outfile = await bundle(minify);
    const ours = BundleMap.of(outfile)!;
    const nodes = new SourceMap(JSON.parse(readFileSync(`${outfile}.map`, "utf8")) as SourceMapPayload);
    let found = 0;
    for (const [line, text] of readFileSync(outfile, "utf8").split("\n").entries()) {
      for (let column = 0; column < text.length; column++) {
        const entry = nodes.findEntry(line, column);
        if (!("originalSource" in entry) || entry.generatedLine !== line) continue;
        const file = join(folder, "out", entry.originalSource);
        const expected = { file, line: entry.originalLine + 1, column: entry.originalColumn + 1 };
        expect(ours.find(line + 1, column + 1)).toEqual(expected);
        found++;
      }
    }
    expect(found).toBeGreaterThan(50);
  },
);

test("the place of a call in a bundle", async () => {
  const outfile = await bundle(false);
  const lines = readFileSync(outfile, "utf8").split("\n");
  const line = lines.findIndex((text) => text.includes("console.log"));
  expect(BundleMap.of(outfile)!.find(line + 1, lines[line]!.indexOf("twice") + 1)).toEqual({
    file: join(folder, "main.ts"),
    line: 5,
    column: MAIN.split("\n")[4]!.indexOf("twice") + 1,
  });
  expect(BundleMap.of(outfile)!.find(10_000, 1)).toBeUndefined();
});

test("a script that is no bundle has no map of its own", () => {
  const script = join(folder, "plain.js");
  writeFileSync(script, "console.log(1);\n");
  expect(BundleMap.of(script)).toBeUndefined();
  writeFileSync(script, "console.log(1);\n//# sourceMappingURL=absent.js.map\n");
  expect(BundleMap.of(script)).toBeUndefined();
  expect(BundleMap.of(join(folder, "absent.js"))).toBeUndefined();
});
