import { expect, test } from "vitest";
import { formatLint, lintVerilog } from "../../src/harness/index.ts";
import { elaborate, emitVerilog } from "../../src/hdl/index.ts";
import { Mesh } from "./fixtures/mesh.ts";

const pe = { dataBits: 8, accBits: 20 };

test("a mesh of 4x4 is clean in all three linters; its element reads like this", async () => {
  const { files, top } = emitVerilog(elaborate(Mesh, { rows: 4, cols: 4, pe }));
  expect(formatLint(await lintVerilog(files, top))).toBe("");
  expect(files.map((file) => file.name)).toEqual(["pe.sv", "mesh.sv"]);
  expect(files[0]!.text).toMatchInlineSnapshot(`
    "// pe, test/hdl/fixtures/mesh.ts:17
    \`default_nettype none

    module pe (
        input  logic               clock,
        input  logic               reset,
        input  logic signed [7:0]  west_act,
        input  logic               west_load,
        output logic signed [7:0]  east_act,
        output logic               east_load,
        input  logic signed [19:0] north,
        output logic signed [19:0] south
    );

        logic signed [7:0] weight;  // test/hdl/fixtures/mesh.ts:26
        logic signed [19:0] psum;   // test/hdl/fixtures/mesh.ts:28

        assign south = psum;

        always_ff @(posedge clock) begin
            if (west_load) begin
                weight <= north[7:0];
            end
        end

        always_ff @(posedge clock) begin
            if (reset) begin
                east_act <= 8'sd0;
                east_load <= 1'b0;
                psum <= 20'sd0;
            end else begin
                east_act <= west_act;
                east_load <= west_load;
                psum <= north + (20'(weight) * 20'(west_act));
            end
        end
    endmodule

    \`default_nettype wire
    "
  `);
  expect(/ {4}pe grid_1_2 \([^;]*;/.exec(files[1]!.text)![0]).toMatchInlineSnapshot(`
    "    pe grid_1_2 (
            .clock(clock),
            .reset(reset),
            .west_act(grid_1_1_east_act),
            .west_load(grid_1_1_east_load),
            .east_act(grid_1_2_east_act),
            .east_load(grid_1_2_east_load),
            .north(grid_0_2_south),
            .south(grid_1_2_south)
        );"
  `);
});

test("a mesh of 64x64 takes at most three seconds of processor time", () => {
  const before = process.cpuUsage();
  const { files } = emitVerilog(elaborate(Mesh, { rows: 64, cols: 64, pe }));
  const { user, system } = process.cpuUsage(before);
  expect(files[1]!.text.match(/^ {4}pe grid_/gm)).toHaveLength(64 * 64);
  expect((user + system) / 1e6).toBeLessThan(3);
});
