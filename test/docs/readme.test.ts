/** The README's hardware and its table of presets are what the program makes. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { configurationPage } from "../../src/docs/index.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const README = readFileSync(join(ROOT, "README.md"), "utf8");
const HDL = new URL("../../src/hdl/index.ts", import.meta.url).href;
const block = (language: string): string => new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``).exec(README)![1]!;

test("the module in TypeScript is the module in Verilog", () => {
  const directory = mkdtempSync(join(tmpdir(), "systole-readme-"));
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  const file = join(directory, "example.mts");
  writeFileSync(file, block("ts").replace("systole/hdl", HDL));
  // A process of its own: names are read from the source as users run it, not as a test runner transforms it.
  const verilog = execFileSync(process.execPath, ["--import", "tsx", file], { cwd: ROOT, encoding: "utf8" });
  const shown = verilog.slice(verilog.indexOf("module"), verilog.indexOf("endmodule") + "endmodule\n".length);
  expect(block("systemverilog")).toBe(shown.replace(/ *\/\/.*$/gm, ""));
});

test("the table of presets is the configuration page's", () => {
  const rows = (text: string): string[] => text.match(/^\| `[a-z-]+` \| \d+x\d+ .*$/gm) ?? [];
  expect(rows(README)).toEqual(rows(configurationPage()));
  expect(rows(README)).toHaveLength(4);
});
