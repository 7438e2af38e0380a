import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { bool, delayValid, elaborate, emitVerilog, input, module, output, uint } from "../../src/hdl/index.ts";
import { Lanes } from "./fixtures/samples.ts";

test("names and places are the same under tsx and under vitest", () => {
  const here = emitVerilog(elaborate(Lanes, { lanes: 3 })).files.map((file) => file.text);
  const script = `
    import { elaborate, emitVerilog } from "./src/hdl/index.ts";
    import { Lanes } from "./test/hdl/fixtures/samples.ts";
    process.stdout.write(JSON.stringify(emitVerilog(elaborate(Lanes, { lanes: 3 })).files.map((file) => file.text)));
  `;
  const output = execFileSync("node", ["--import", "tsx", "--input-type=module", "-e", script], { encoding: "utf8" });
  expect(JSON.parse(output)).toEqual(here);
  expect(here.join("\n")).toMatch(/logic signed \[7:0\] gated_2; +\/\/ test\/hdl\/fixtures\/samples\.ts:\d+\n/);
});

const TakenApart = module(
  "taken_apart",
  () => ({ valid: input(bool), data: input(uint(8)), late: output(bool) }),
  (io) => {
    const { valid } = delayValid({ valid: io.valid, payload: io.data }, 3);
    io.late.set(valid);
  },
);

test("what the source takes out of a record is named after what it delays", () => {
  const [file] = emitVerilog(elaborate(TakenApart)).files;
  expect(file!.text.match(/\w+ <= valid\w*;/g)).toEqual([
    "valid_d1 <= valid;",
    "valid_d2 <= valid_d1;",
    "valid_d3 <= valid_d2;",
  ]);
});
