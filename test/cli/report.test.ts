/** `systole report`: wrong files and options, an interruption, two reports side by side. What synthesis finds is tested apart. */
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { sampleCost } from "../silicon/cost-fixture.ts";
import { expectMistake, filesIn, jsonFile, systole, TINY, workspace } from "./support.ts";

test("a Liberty file that is not there, and one that is none", async () => {
  const cwd = workspace();
  writeFileSync(join(cwd, "cells.lib"), "module cells; endmodule\n");
  expectMistake(
    await systole(["report", "edge", "--liberty", "missing.lib"], { cwd }),
    "missing.lib: cannot read the Liberty file: no such file or directory\n" +
      "  Give the Liberty file (.lib) of a standard cell library.",
  );
  const wrong = await systole(["report", "edge", "--liberty", "cells.lib"], { cwd });
  expect(wrong.stderr).toContain("cells.lib:1: this is no Liberty file");
  expect([wrong.code, wrong.stdout]).toEqual([2, ""]);
});

test("a table of macros without anything that says what a gate takes", async () => {
  expectMistake(
    await systole(["report", "edge", "--macros", "macros.json"], { cwd: workspace() }),
    "--macros gives areas in µm², and nothing says how many of them a gate takes\n  Add --node or --liberty.",
  );
});

test("an encoder that is none, for --energy", async () => {
  const cwd = workspace();
  for (const shape of ["bert-bas", "768,12", "768,11,3072", "0,1,1"]) {
    expectMistake(
      await systole(["report", "edge", "--energy", shape], { cwd }),
      `--energy ${shape}: must be bert-tiny, bert-mini, bert-small, bert-base, bert-large, or hidden,heads,intermediate with hidden a multiple of heads`,
    );
  }
});

test("a table of macros that is wrong, is not there, or has no macro for a memory: before any synthesis", async () => {
  const cwd = workspace();
  const macro = { words: 1024, bits: 64, um2: 9000, readPicojoules: 5, writePicojoules: 5, accessPicoseconds: 400 };
  jsonFile(cwd, "single.json", { name: "c", macros: [{ ...macro, ports: "1rw" }] });
  jsonFile(cwd, "wrong.json", { name: "c", macros: [{ ...macro, ports: "1rw", um2: -1 }] });
  const report = (table: string) => systole(["report", "edge", "--node", "45nm", "--macros", table], { cwd });
  expectMistake(
    await report("missing.json"),
    "missing.json: cannot read the macro table: no such file or directory\n  Give the path of a JSON file.",
  );
  expectMistake(
    await report("wrong.json"),
    "wrong.json: macros[0].um2: must be a number above 0, not -1\n  See docs/technology.md for the keys of a macro table.",
  );
  const none = await report("single.json");
  expect(none.stderr).toMatch(
    /^error: single\.json: no macro of c has two ports \(1r1w\), as the memory of \d+ x \d+ bits needs\n/m,
  );
  expect(none.stderr).not.toContain("synthesis");
  expect([none.code, none.stdout]).toEqual([2, ""]);
});

test("an unknown node, and a Liberty file without delays", async () => {
  const cwd = workspace();
  const node = await systole(["report", "edge", "--node", "5nm"], { cwd });
  expect(node.stderr).toContain("'5nm' is invalid. Allowed choices are ");
  expect([node.code, node.stdout]).toEqual([2, ""]);
  const pin = (name: string, rest: string): string => `pin(${name}){${rest}}`;
  const [a, b] = [pin("A", "direction:input;"), pin("B", "direction:input;")];
  const cells = [
    `cell(INV){area:1; ${a} ${pin("Y", 'direction:output; function:"!A";')}}`,
    `cell(NAND2){area:2; ${a} ${b} ${pin("Y", 'direction:output; function:"!(A*B)";')}}`,
    `cell(DFF){area:9; ff(IQ,IQN){clocked_on:"C"; next_state:"D";} ${pin("C", "direction:input; clock:true;")} ${pin("D", "direction:input;")} ${pin("Q", 'direction:output; function:"IQ";')}}`,
  ];
  writeFileSync(join(cwd, "cells.lib"), `library(bare){\n${cells.join("\n")}\n}\n`);
  expectMistake(
    await systole(["report", "edge", "--liberty", "cells.lib"], { cwd }),
    "library bare has no delay tables\n" +
      "  Give a Liberty file with timing groups, or leave --liberty out for the generic cells.",
  );
});

test("interrupted: 130, nothing on standard output, no module half-written", async () => {
  const cwd = workspace();
  const cache = join(cwd, "cache");
  const config = jsonFile(cwd, "tiny.json", TINY);
  const ended = await systole(["report", config], {
    cwd,
    env: { SYSTOLE_CACHE: cache },
    interruptAt: "synthesis of",
  });
  expect([ended.code, ended.stdout]).toEqual([130, ""]);
  expect(ended.stderr).toMatch(/interrupted\n$/);
  const left = readdirSync(join(cache, "synthesis")).filter((name) => !/^[0-9a-f]{32}$/.test(name));
  expect(left).toEqual([]);
});

test("two reports from files: what differs, as text and as a page", async () => {
  const cwd = workspace();
  const before = jsonFile(cwd, "before.json", sampleCost({ name: "before" }));
  const after = jsonFile(cwd, "after.json", sampleCost({ name: "after", size: 8 }));
  const { code, stdout } = await systole(["report", before, after, "--html", "page.html"], { cwd });
  expect(code).toBe(0);
  const [heads, total] = stdout.split("\n");
  expect(heads).toMatch(/before +after +difference/);
  expect(total).toMatch(/^GE +[\d,]+ +[\d,]+ +-[\d,]+ +-[\d.]+ %$/);
  expect(filesIn(cwd)).toContain("page.html");
  expectMistake(
    await systole(["report", before, after, "--json"], { cwd }),
    "--json and --svg are of one report, not of two\n  Leave one of the two out.",
  );
});
