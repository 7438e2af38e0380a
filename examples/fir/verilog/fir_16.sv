// fir_16, examples/fir/fir.ts:33
`default_nettype none

module fir_16 (
    input  logic               clock,
    input  logic               reset,
    input  logic               in_valid,
    input  logic signed [11:0] in_payload,
    output logic               out_valid,
    output logic signed [23:0] out_payload
);

    logic signed [11:0] line_0;     // examples/fir/fir.ts:47
    logic signed [11:0] line_1;     // examples/fir/fir.ts:47
    logic signed [11:0] line_2;     // examples/fir/fir.ts:47
    logic signed [11:0] line_3;     // examples/fir/fir.ts:47
    logic signed [11:0] line_4;     // examples/fir/fir.ts:47
    logic signed [11:0] line_5;     // examples/fir/fir.ts:47
    logic signed [11:0] line_6;     // examples/fir/fir.ts:47
    logic signed [11:0] line_7;     // examples/fir/fir.ts:47
    logic signed [11:0] line_8;     // examples/fir/fir.ts:47
    logic signed [11:0] line_9;     // examples/fir/fir.ts:47
    logic signed [11:0] line_10;    // examples/fir/fir.ts:47
    logic signed [11:0] line_11;    // examples/fir/fir.ts:47
    logic signed [11:0] line_12;    // examples/fir/fir.ts:47
    logic signed [11:0] line_13;    // examples/fir/fir.ts:47
    logic signed [11:0] line_14;    // examples/fir/fir.ts:47
    logic signed [11:0] line_15;    // examples/fir/fir.ts:47
    logic signed [12:0] pair_0;     // examples/fir/fir.ts:55
    logic signed [12:0] pair_1;     // examples/fir/fir.ts:55
    logic signed [12:0] pair_2;     // examples/fir/fir.ts:55
    logic signed [12:0] pair_3;     // examples/fir/fir.ts:55
    logic signed [12:0] pair_4;     // examples/fir/fir.ts:55
    logic signed [12:0] pair_5;     // examples/fir/fir.ts:55
    logic signed [12:0] pair_6;     // examples/fir/fir.ts:55
    logic signed [12:0] pair_7;     // examples/fir/fir.ts:55
    logic signed [17:0] product_0;  // examples/fir/fir.ts:78
    logic signed [17:0] product_1;  // examples/fir/fir.ts:78
    logic signed [17:0] product_2;  // examples/fir/fir.ts:78
    logic signed [18:0] product_3;  // examples/fir/fir.ts:78
    logic signed [20:0] product_4;  // examples/fir/fir.ts:78
    logic signed [22:0] product_5;  // examples/fir/fir.ts:78
    logic signed [22:0] product_6;  // examples/fir/fir.ts:78
    logic signed [22:0] product_7;  // examples/fir/fir.ts:78
    logic signed [18:0] sum_1_0;    // examples/fir/fir.ts:78
    logic signed [19:0] sum_1_1;    // examples/fir/fir.ts:78
    logic signed [23:0] sum_1_2;    // examples/fir/fir.ts:78
    logic signed [23:0] sum_1_3;    // examples/fir/fir.ts:78
    logic signed [20:0] sum_2_0;    // examples/fir/fir.ts:78
    logic signed [24:0] sum_2_1;    // examples/fir/fir.ts:78
    logic signed [25:0] sum_3_0;    // examples/fir/fir.ts:78
    logic in_valid_d1;              // examples/fir/fir.ts:70
    logic in_valid_d2;              // examples/fir/fir.ts:70
    logic in_valid_d3;              // examples/fir/fir.ts:70
    logic in_valid_d4;              // examples/fir/fir.ts:70
    logic in_valid_d5;              // examples/fir/fir.ts:70
    logic in_valid_d6;              // examples/fir/fir.ts:70

    assign out_valid = in_valid_d6;
    assign out_payload = sum_3_0[23:0];

    always_ff @(posedge clock) begin
        pair_0 <= 13'(line_0) + 13'(line_15);
        pair_1 <= 13'(line_1) + 13'(line_14);
        pair_2 <= 13'(line_2) + 13'(line_13);
        pair_3 <= 13'(line_3) + 13'(line_12);
        pair_4 <= 13'(line_4) + 13'(line_11);
        pair_5 <= 13'(line_5) + 13'(line_10);
        pair_6 <= 13'(line_6) + 13'(line_9);
        pair_7 <= 13'(line_7) + 13'(line_8);
        product_0 <= 18'(pair_0) * (-18'sd9);
        product_1 <= 18'(pair_1) * (-18'sd12);
        product_2 <= 18'(pair_2) * (-18'sd11);
        product_3 <= 19'(pair_3) * 19'sd23;
        product_4 <= 21'(pair_4) * 21'sd114;
        product_5 <= 23'(pair_5) * 23'sd257;
        product_6 <= 23'(pair_6) * 23'sd411;
        product_7 <= 23'(pair_7) * 23'sd511;
        sum_1_0 <= 19'(product_0) + 19'(product_1);
        sum_1_1 <= 20'(product_2) + 20'(product_3);
        sum_1_2 <= 24'(product_4) + 24'(product_5);
        sum_1_3 <= 24'(product_6) + 24'(product_7);
        sum_2_0 <= 21'(sum_1_0) + 21'(sum_1_1);
        sum_2_1 <= 25'(sum_1_2) + 25'(sum_1_3);
        sum_3_0 <= 26'(sum_2_0) + 26'(sum_2_1);
    end

    always_ff @(posedge clock) begin
        if (reset) begin
            in_valid_d1 <= 1'b0;
            in_valid_d2 <= 1'b0;
            in_valid_d3 <= 1'b0;
            in_valid_d4 <= 1'b0;
            in_valid_d5 <= 1'b0;
            in_valid_d6 <= 1'b0;
        end else begin
            in_valid_d1 <= in_valid;
            in_valid_d2 <= in_valid_d1;
            in_valid_d3 <= in_valid_d2;
            in_valid_d4 <= in_valid_d3;
            in_valid_d5 <= in_valid_d4;
            in_valid_d6 <= in_valid_d5;
        end
    end

    always_ff @(posedge clock) begin
        if (reset) begin
            line_0 <= 12'sd0;
            line_1 <= 12'sd0;
            line_2 <= 12'sd0;
            line_3 <= 12'sd0;
            line_4 <= 12'sd0;
            line_5 <= 12'sd0;
            line_6 <= 12'sd0;
            line_7 <= 12'sd0;
            line_8 <= 12'sd0;
            line_9 <= 12'sd0;
            line_10 <= 12'sd0;
            line_11 <= 12'sd0;
            line_12 <= 12'sd0;
            line_13 <= 12'sd0;
            line_14 <= 12'sd0;
            line_15 <= 12'sd0;
        end else if (in_valid) begin
            line_0 <= in_payload;
            line_1 <= line_0;
            line_2 <= line_1;
            line_3 <= line_2;
            line_4 <= line_3;
            line_5 <= line_4;
            line_6 <= line_5;
            line_7 <= line_6;
            line_8 <= line_7;
            line_9 <= line_8;
            line_10 <= line_9;
            line_11 <= line_10;
            line_12 <= line_11;
            line_13 <= line_12;
            line_14 <= line_13;
            line_15 <= line_14;
        end
    end

    // Bits that nothing reads.
    logic _unused_ok;
    assign _unused_ok = &{1'b0, sum_3_0[25:24]};
endmodule

`default_nettype wire
