/** The API reference: complete, and everything in it says what it promises. */
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { apiPages, ENTRIES } from "../../src/docs/api/index.ts";
import { sectionsOf } from "../../src/docs/api/exports.ts";
import { docOf, signature } from "../../src/docs/api/signature.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

describe.each(Object.entries(ENTRIES))("%s", (page, { specifier, index }) => {
  const exported = sectionsOf(`${ROOT}${index}`).flatMap((section) => section.exported);

  test("has every value that the entry point exports", async () => {
    const values = Object.keys((await import(`${ROOT}${index}`)) as object);
    const named = exported.map(({ name }) => name);
    expect(values.filter((name) => !named.includes(name))).toEqual([]);
    const text = apiPages()[`api/${page}.md`]!;
    expect(text).toContain(`# ${specifier}`);
    expect(named.filter((name) => !text.includes(`\n### ${name}\n`))).toEqual([]);
  });

  test("has a sentence for every name", () => {
    const silent = exported.filter(({ declarations }) => declarations.every((one) => docOf(one) === ""));
    expect(silent.map(({ name }) => name)).toEqual([]);
  });

  test("shows no bodies", () => {
    for (const { name, declarations } of exported) expect(signature(declarations), name).not.toMatch(/\breturn\b|#\w/);
  });
});

test("overloads, members and modules read as in a declaration file", () => {
  const exported = sectionsOf(`${ROOT}src/hdl/index.ts`).flatMap((section) => section.exported);
  const of = (name: string): string => signature(exported.find((one) => one.name === name)!.declarations);
  expect(of("min")).toBe("function min(a: Uint, b: UintLike): Uint;\nfunction min(a: Sint, b: SintLike): Sint;");
  expect(of("bool")).toBe("const bool: BoolShape;");
  expect(of("Sint")).toMatch(/^class Sint extends Signal \{\n {2}readonly kind: "sint";\n {2}\/\*\* Sum, /);
  expect(of("Queue")).toMatch(/^const Queue = module\(…, \(\{ width \}: QueueParams\) => \(\{ enq: sink\(/);
});
