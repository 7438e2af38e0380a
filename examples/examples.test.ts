/** What holds for every example: its Verilog is current, clean in three linters, and reads as handwritten Verilog does. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { emitVerilog } from "systole/hdl";
import { formatLint, lintVerilog } from "systole/testbench";
import { designs } from "./designs.ts";

const folders = readdirSync(import.meta.dirname, { withFileTypes: true }).filter((entry) => entry.isDirectory());

test("every example has its Verilog", () => {
  expect(Object.keys(designs).toSorted()).toEqual(folders.map((folder) => folder.name).toSorted());
});

describe.each(Object.entries(designs))("%s", (name, design) => {
  const { files, top } = emitVerilog(design());

  test("its Verilog is what `npm run examples` writes", () => {
    const folder = fileURLToPath(new URL(`${name}/verilog/`, import.meta.url));
    const stored = readdirSync(folder).map((file) => [file, readFileSync(`${folder}${file}`, "utf8")]);
    const emitted = files.map((file) => [file.name, file.text]);
    expect(Object.fromEntries(stored), "run `npm run examples` and commit the result").toEqual(
      Object.fromEntries(emitted),
    );
  });

  test("its Verilog is clean in Verilator, Icarus Verilog and Yosys", async () => {
    expect(formatLint(await lintVerilog(files, top))).toBe("");
  });
});
