import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { simulateVerilog, type VerilogDesign, type WaveOptions } from "../../src/harness/index.ts";
import { counter } from "./fixtures.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "systole-waves-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Two counters side by side, one of them a level deeper. */
const nested: VerilogDesign = {
  top: "nested",
  ports: counter.ports,
  files: [
    ...counter.files,
    {
      name: "inner.sv",
      text: `module inner (input wire clock, input wire reset, input wire [7:0] amount, output logic [15:0] count);
  logic [15:0] next_unused;
  logic signed [7:0] negated_unused;
  counter deep (.clock, .reset, .enable(1'b1), .amount, .count, .next(next_unused), .negated(negated_unused));
endmodule
`,
    },
    {
      name: "nested.sv",
      text: `module nested (input wire clock, input wire reset, input wire enable, input wire [7:0] amount,
    output logic [15:0] count, output logic [15:0] next, output logic signed [7:0] negated);
  counter near (.*);
  logic [15:0] far_count;
  inner far (.clock, .reset, .amount, .count(far_count));
endmodule
`,
    },
  ],
};

async function record(name: string, wave: Omit<WaveOptions, "file">, cycles: number): Promise<string> {
  const file = join(folder, name);
  const { port, step, close } = await simulateVerilog(nested, { wave: { file, ...wave } });
  port("enable").poke(1);
  port("amount").poke(3);
  step(cycles);
  close();
  return file;
}

/** Scopes, variables and times of a VCD. */
function parse(file: string) {
  const text = readFileSync(file, "utf8");
  const scopes = [...text.matchAll(/\$scope module (\S+) \$end/g)].map(([, name]) => name);
  const variables = [...text.matchAll(/\$var wire +\d+ (\S+) (\S+)/g)].map(([, code, name]) => ({
    code: code!,
    name: name!,
  }));
  const times = [...text.matchAll(/^#(\d+)$/gm)].map(([, time]) => Number(time));
  return { text, scopes, variables, times };
}

test("a VCD has every scope, and two points of time in a cycle", async () => {
  const { text, scopes, variables, times } = parse(await record("all.vcd", {}, 5));
  expect(scopes).toEqual(expect.arrayContaining(["nested", "near", "far", "deep"]));
  expect(times).toEqual([0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55]);
  // The count of `near` after the reset's cycle: 0, 3, 6, 9, 12, 15 at the rising edges.
  const code = variables.find(({ name }) => name === "count")!.code;
  const values = [...text.matchAll(new RegExp(`^b([01]+) ${code.replace(/[^\w]/g, "\\$&")}$`, "gm"))];
  expect(values.map(([, bits]) => parseInt(bits!, 2)).slice(-6)).toEqual([0, 3, 6, 9, 12, 15]);
});

test("a window of cycles is recorded and no more", async () => {
  const { times } = parse(await record("window.vcd", { fromCycle: 100, toCycle: 103 }, 1000));
  expect(times).toEqual([1000, 1005, 1010, 1015, 1020, 1025]);
});

test("a scope and a depth choose what is recorded", async () => {
  const far = parse(await record("far.vcd", { scope: "far" }, 3));
  expect(far.scopes).toContain("deep");
  expect(far.scopes).not.toContain("near");
  const shallow = parse(await record("shallow.vcd", { scope: "far", depth: 1 }, 3));
  expect(shallow.scopes).toContain("far");
  expect(shallow.scopes).not.toContain("deep");
  const top = parse(await record("top.vcd", { depth: 1 }, 3));
  expect(top.scopes).not.toContain("near");
  expect(top.variables.map(({ name }) => name)).toContain("far_count");
});

test("an FST of the same window is written", async () => {
  const file = await record("window.fst", { fromCycle: 10, toCycle: 30 }, 100);
  const bytes = readFileSync(file);
  // The format's first block is its header: type 0, length 329, first and last point of time.
  expect(bytes.subarray(0, 9).toString("hex")).toBe("000000000000000149");
  expect([bytes.readBigUInt64BE(9), bytes.readBigUInt64BE(17)]).toEqual([100n, 295n]);
  expect(bytes.length).toBeGreaterThan(400);
});

test("a model that is not asked for waves writes none", async () => {
  const { engine, close } = await simulateVerilog(counter);
  const file = join(folder, "never.vcd");
  expect(() => {
    engine.openWave({ file });
  }).toThrow("the model was built without waves");
  expect(existsSync(file)).toBe(false);
  close();
});
