import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { elaborate, emitVerilog } from "../../src/hdl/index.ts";
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
