import { expect, test } from "vitest";
import {
  bool,
  elaborate,
  emitVerilog,
  input,
  memory,
  module,
  output,
  uint,
  type EmittedDesign,
} from "../../src/hdl/index.ts";
import { formatLint, lintVerilog } from "../../src/harness/index.ts";
import { Counter, Lanes, Memories, MultiplyAdd, Streams, Turnstile, Vendor } from "./fixtures/samples.ts";

const textOf = (design: EmittedDesign, name = design.top): string =>
  design.files.find((file) => file.name === `${name}.sv`)!.text;

test("memory modules", () => {
  const design = emitVerilog(elaborate(Memories));
  expect(design.memories.map((memory) => memory.name)).toMatchInlineSnapshot(`
    [
      "memory_1re1w_16x16_mask8_old",
      "memory_1a1w_12x16",
      "memory_1rw_16x16",
      "memory_1a_16x5_9112a6",
    ]
  `);
  expect(textOf(design, design.memories[0]!.name)).toMatchInlineSnapshot(`
    "// 16 words of 16 bits.
    \`default_nettype none

    module memory_1re1w_16x16_mask8_old (
        input  logic        clock,
        input  logic [3:0]  write_address,
        input  logic        write_enable,
        input  logic [15:0] write_data,
        input  logic [1:0]  write_mask,
        input  logic [3:0]  read_address,
        input  logic        read_enable,
        output logic [15:0] read_data
    );

        logic [15:0] memory [0:15];

        always_ff @(posedge clock) begin
            if (write_enable) begin
                if (write_mask[0]) memory[write_address][7:0] <= write_data[7:0];
                if (write_mask[1]) memory[write_address][15:8] <= write_data[15:8];
            end
            if (read_enable) read_data <= memory[read_address];
        end
    endmodule

    \`default_nettype wire
    "
  `);
  const black = emitVerilog(elaborate(Memories), { blackBoxMemories: true });
  const macros = design.memories.filter((memory) => !memory.asynchronous).map((memory) => memory.name);
  expect(macros).toEqual(["memory_1re1w_16x16_mask8_old", "memory_1rw_16x16"]);
  expect(black.blackBoxes).toEqual(macros);
  expect(black.files.map((file) => file.name)).toEqual([
    "memory_1a1w_12x16.sv",
    "memory_1a_16x5_9112a6.sv",
    "memories.sv",
  ]);
});

test("an external module", () => {
  const design = emitVerilog(elaborate(Vendor));
  expect(design.blackBoxes).toEqual(["vendor_buffer"]);
  expect(textOf(design)).toMatchInlineSnapshot(`
    "// vendor, test/hdl/fixtures/samples.ts:215
    \`default_nettype none

    module vendor (
        input  logic       clock,
        input  logic [7:0] d,
        output logic [7:0] q
    );

        vendor_buffer #(.WIDTH(8), .MODE("FAST")) buffer (
            .clk(clock),
            .d(d + q),
            .q(q)
        );
    endmodule

    \`default_nettype wire
    "
  `);
});

const vendorBuffer = `module vendor_buffer #(parameter WIDTH = 1, parameter MODE = "SLOW")
  (input logic clk, input logic [WIDTH-1:0] d, output logic [WIDTH-1:0] q);
  always_ff @(posedge clk) if (MODE != "OFF") q <= d;
endmodule
`;

test.each([
  ["counter", emitVerilog(elaborate(Counter, { width: 8 }))],
  ["multiply_add", emitVerilog(elaborate(MultiplyAdd))],
  ["turnstile", emitVerilog(elaborate(Turnstile))],
  ["memories", emitVerilog(elaborate(Memories))],
  ["lanes", emitVerilog(elaborate(Lanes, { lanes: 5 }))],
  ["streams", emitVerilog(elaborate(Streams))],
  ["vendor", emitVerilog(elaborate(Vendor))],
])("%s is clean in all three linters", async (_name, design) => {
  const files = design.blackBoxes.includes("vendor_buffer")
    ? [...design.files, { name: "vendor_buffer.sv", text: vendorBuffer }]
    : design.files;
  expect(formatLint(await lintVerilog(files, design.top))).toBe("");
});

test("memories share a module only where every port has the same pins and clocking", async () => {
  const reads = [
    [{ enable: true }, {}],
    [{}, { enable: true }],
    [{ enable: true }, { enable: true }],
    [{ sync: false }, {}],
    [{}, { sync: false }],
    [{}, {}],
    [{}, {}],
  ];
  const Mixed = module(
    "mixed",
    () => ({
      address: input(uint(2)),
      enable: input(bool),
      data: reads.map(() => [output(uint(8)), output(uint(8))]),
    }),
    (io) => {
      reads.forEach((ports, index) => {
        const words = memory({ shape: uint(8), depth: 4 });
        words.write({ address: io.address, enable: io.enable, data: 1 });
        ports.forEach((port, i) => {
          const enable = "enable" in port ? { enable: io.enable } : {};
          const sync = "sync" in port ? { sync: false } : {};
          io.data[index]![i]!.set(words.read({ address: io.address, ...enable, ...sync }));
        });
      });
    },
  );
  const { memories, files } = emitVerilog(elaborate(Mixed));
  expect(memories.map(({ name }) => name)).toEqual([
    "memory_1re1r1w_4x8",
    "memory_1r1re1w_4x8",
    "memory_2re1w_4x8",
    "memory_1a1r1w_4x8",
    "memory_1r1a1w_4x8",
    "memory_2r1w_4x8",
  ]);
  expect(formatLint(await lintVerilog(files, "mixed"))).toBe("");
});
