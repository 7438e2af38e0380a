import { expect, test } from "vitest";
import {
  bool,
  elaborate,
  emitVerilog,
  input,
  instance,
  lit,
  module,
  output,
  reg,
  uint,
  when,
  type EmittedDesign,
} from "../../src/hdl/index.ts";
import { formatLint, lintVerilog } from "../../src/harness/index.ts";
import { Counter, Lanes, MultiplyAdd, Turnstile } from "./fixtures/samples.ts";

const textOf = (design: EmittedDesign, name = design.top): string =>
  design.files.find((file) => file.name === `${name}.sv`)!.text;

test("a counter", () => {
  expect(textOf(emitVerilog(elaborate(Counter, { width: 8 })))).toMatchInlineSnapshot(`
    "// counter, test/hdl/fixtures/samples.ts:39
    \`default_nettype none

    module counter (
        input  logic       clock,
        input  logic       reset,
        input  logic       enable,
        input  logic       clear,
        output logic [7:0] count
    );

        always_ff @(posedge clock) begin
            if (reset) begin
                count <= 8'd0;
            end else if (clear) begin
                count <= 8'd0;
            end else if (enable) begin
                count <= count + 8'd1;
            end
        end
    endmodule

    \`default_nettype wire
    "
  `);
});

test("named intermediate values", () => {
  expect(textOf(emitVerilog(elaborate(MultiplyAdd)))).toMatchInlineSnapshot(`
    "// multiply_add, test/hdl/fixtures/samples.ts:54
    \`default_nettype none

    module multiply_add (
        input  logic               clock,
        input  logic signed [7:0]  a,
        input  logic signed [7:0]  b,
        input  logic signed [19:0] bias,
        output logic signed [11:0] total,
        output logic               odd
    );

        logic signed [15:0] product;  // test/hdl/fixtures/samples.ts:58
        logic signed [20:0] sum;      // test/hdl/fixtures/samples.ts:59
        logic [9:0] total_part;       // test/hdl/fixtures/samples.ts:61

        assign product = 16'(a) * 16'(b);
        assign sum = 21'(product) + 21'(bias);
        assign total_part = sum[20:11];
        assign odd = sum[0] ^ product[0];

        always_ff @(posedge clock) begin
            total <= ((&total_part) || !(|total_part)) ? $signed(sum[11:0]) : sum[20] ? 12'sh800 : 12'sd2047;
        end
    endmodule

    \`default_nettype wire
    "
  `);
});

test("a state machine, a match and properties", () => {
  expect(textOf(emitVerilog(elaborate(Turnstile)))).toMatchInlineSnapshot(`
    "// turnstile, test/hdl/fixtures/samples.ts:68
    \`default_nettype none

    module turnstile (
        input  logic       clock,
        input  logic       reset,
        input  logic       coin,
        input  logic       push,
        input  logic [1:0] kind,
        output logic       open,
        output logic [7:0] worth
    );

        localparam logic [1:0] STATE_LOCKED = 2'd0;
        localparam logic [1:0] STATE_UNLOCKED = 2'd1;
        localparam logic [1:0] STATE_BROKEN = 2'd2;

        logic [1:0] state;   // test/hdl/fixtures/samples.ts:72
        logic [3:0] pushes;  // test/hdl/fixtures/samples.ts:73

        assign open = state == STATE_UNLOCKED;

        always_comb begin
            worth = 8'd0;
            case (kind)
                2'd1: begin
                    worth = 8'd10;
                end
                2'd2: begin
                    worth = 8'd25;
                end
                default: ;
            endcase
        end

        always_ff @(posedge clock) begin
            if (reset) begin
                state <= STATE_LOCKED;
                pushes <= 4'd0;
            end else begin
                case (state)
                    STATE_LOCKED: begin
                        if (coin) begin
                            state <= STATE_UNLOCKED;
                        end else if (push) begin
                            pushes <= pushes + 4'd1;
                            if (pushes == 4'd15) begin
                                state <= STATE_BROKEN;
                            end
                        end
                    end
                    STATE_UNLOCKED: begin
                        if (push) begin
                            state <= STATE_LOCKED;
                        end
                    end
                    default: ;
                endcase
            end
        end

        always @(posedge clock) begin
            if (!reset) begin
                // the state is one of three
                assert (state <= 2'd2);
                // nobody pays and pushes at once
                assume (!(coin && push));
            end
        end

        \`ifdef FORMAL
        always @(posedge clock) begin
            if (!reset) begin
                if (state == STATE_LOCKED) begin
                    // somebody pays
                    cover (coin);
                end
            end
        end
        \`endif
    endmodule

    \`default_nettype wire
    "
  `);
});

test("bundles, delays and instances", () => {
  expect(textOf(emitVerilog(elaborate(Lanes, { lanes: 2 })))).toMatchInlineSnapshot(`
    "// lanes, test/hdl/fixtures/samples.ts:148
    \`default_nettype none

    module lanes (
        input  logic               clock,
        input  logic               reset,
        input  logic signed [7:0]  lane_0_act,
        input  logic               lane_0_load,
        input  logic signed [7:0]  lane_1_act,
        input  logic               lane_1_load,
        input  logic [2:0]         index,
        input  logic               clear,
        output logic signed [7:0]  chosen_act,
        output logic               chosen_load,
        output logic signed [7:0]  late_act,
        output logic               late_load,
        output logic signed [11:0] sum,
        output logic [2:0]         counts_0,
        output logic [2:0]         counts_1
    );

        logic signed [7:0] late_1_act;    // test/hdl/fixtures/samples.ts:161
        logic late_1_load;                // test/hdl/fixtures/samples.ts:161
        logic signed [7:0] late_2_act;    // test/hdl/fixtures/samples.ts:161
        logic late_2_load;                // test/hdl/fixtures/samples.ts:161
        logic signed [7:0] gated_0;       // test/hdl/fixtures/samples.ts:165
        logic signed [7:0] gated_1;       // test/hdl/fixtures/samples.ts:165
        logic signed [7:0] chosen_act_1;  // test/hdl/fixtures/samples.ts:160
        logic chosen_load_1;              // test/hdl/fixtures/samples.ts:160
        logic clear_1;                    // test/hdl/fixtures/samples.ts:173

        counter counter (
            .clock(clock),
            .reset(clear_1),
            .enable(lane_0_load),
            .clear(1'b0),
            .count(counts_0)
        );

        counter counter_1 (
            .clock(clock),
            .reset(clear_1),
            .enable(lane_1_load),
            .clear(1'b0),
            .count(counts_1)
        );

        assign clear_1 = reset || clear;
        assign chosen_act = clear ? lane_0_act : chosen_act_1;
        assign chosen_load = clear ? lane_0_load : chosen_load_1;
        assign sum = 12'(gated_0) + 12'(gated_1);

        always_comb begin
            case (index)
                3'd0: chosen_act_1 = lane_0_act;
                default: chosen_act_1 = lane_1_act;
            endcase
        end

        always_comb begin
            case (index)
                3'd0: chosen_load_1 = lane_0_load;
                default: chosen_load_1 = lane_1_load;
            endcase
        end

        always_comb begin
            gated_0 = 8'sd0;
            if (lane_0_load) begin
                gated_0 = lane_0_act;
            end
        end

        always_comb begin
            gated_1 = 8'sd0;
            if (lane_1_load) begin
                gated_1 = lane_1_act;
            end
        end

        always_ff @(posedge clock) begin
            if (reset) begin
                late_1_act <= 8'sd0;
                late_1_load <= 1'b0;
                late_2_act <= 8'sd0;
                late_2_load <= 1'b0;
                late_act <= 8'sd0;
                late_load <= 1'b0;
            end else begin
                late_1_act <= chosen_act_1;
                late_1_load <= chosen_load_1;
                late_2_act <= late_1_act;
                late_2_load <= late_1_load;
                late_act <= late_2_act;
                late_load <= late_2_load;
            end
        end
    endmodule

    \`default_nettype wire
    "
  `);
});

const Buffer8 = module(
  "buffer8",
  () => ({ d: input(uint(8)), q: output(uint(8)) }),
  (io) => {
    io.q.set(io.d);
  },
);

test("an instance's own input may be read back", async () => {
  const Twice = module(
    "twice",
    () => ({ a: input(uint(8)), y: output(uint(8)), z: output(uint(8)) }),
    (io) => {
      const inner = instance(Buffer8);
      inner.d.set(io.a);
      io.y.set(inner.q);
      io.z.set(inner.d);
    },
  );
  const design = emitVerilog(elaborate(Twice));
  expect(textOf(design)).toContain("assign inner_d = a;\n    assign z = inner_d;");
  expect(formatLint(await lintVerilog(design.files, design.top))).toBe("");
});

test("a register of which no assignment can come true keeps its reset value, or whatever it has", async () => {
  const Kept = module(
    "kept",
    () => ({ five: output(uint(4)), unknown: output(uint(4)) }),
    (io) => {
      const five = reg(uint(4), { reset: 5 });
      const unknown = reg(uint(4), { reset: false });
      when(lit(bool, 0), () => {
        five.next = five.add(1).wrap(4);
        unknown.next = 3;
      });
      io.five.set(five);
      io.unknown.set(unknown);
    },
  );
  const emitted = emitVerilog(elaborate(Kept));
  expect(textOf(emitted)).toContain(
    `
    always_ff @(posedge clock) begin
        if (reset) begin
            five <= 4'd5;
        end
    end
`,
  );
  expect(formatLint(await lintVerilog(emitted.files, emitted.top))).toBe("");
});
