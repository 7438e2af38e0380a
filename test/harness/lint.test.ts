import { expect, test } from "vitest";
import { formatLint, lintVerilog } from "../../src/harness/index.ts";
import { counter } from "./fixtures.ts";

test("a careful design is clean under the three linters", async () => {
  expect(formatLint(await lintVerilog(counter.files, counter.top))).toBe("");
});

test("each linter's messages are returned under its name", async () => {
  // A width mismatch for Verilator, an unknown module for Icarus, an undriven net for Yosys.
  const width = "module t (input wire [3:0] a, output wire [7:0] b);\n  assign b = a;\nendmodule\n";
  const [first] = await lintVerilog([{ name: "t.sv", text: width }], "t", ["verilator"]);
  expect(first).toMatchObject({ linter: "verilator" });
  expect(first?.text).toContain("%Warning-WIDTH: t.sv:2:");

  const unknown = "module t (input wire a, output wire b);\n  missing m (.a(a), .b(b));\nendmodule\n";
  expect(formatLint(await lintVerilog([{ name: "t.sv", text: unknown }], "t", ["iverilog"]))).toContain(
    "iverilog: t.sv:2: error: Unknown module type: missing",
  );

  const undriven = "module t (input wire a, output wire b);\n  wire c;\n  assign b = a & c;\nendmodule\n";
  const messages = formatLint(await lintVerilog([{ name: "t.sv", text: undriven }], "t", ["yosys"]));
  expect(messages).toContain("yosys: Warning: Wire t.\\c is used but has no driver.");
  expect(messages).toContain("yosys: ERROR: Found 1 problems in 'check -assert'.");
});
