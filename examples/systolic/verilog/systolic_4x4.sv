// systolic_4x4, examples/systolic/systolic.ts:56
`default_nettype none

module systolic_4x4 (
    input  logic               clock,
    input  logic               reset,
    input  logic               weights_valid,
    input  logic signed [7:0]  weights_payload_0,
    input  logic signed [7:0]  weights_payload_1,
    input  logic signed [7:0]  weights_payload_2,
    input  logic signed [7:0]  weights_payload_3,
    input  logic               activations_valid,
    input  logic signed [7:0]  activations_payload_0,
    input  logic signed [7:0]  activations_payload_1,
    input  logic signed [7:0]  activations_payload_2,
    input  logic signed [7:0]  activations_payload_3,
    output logic               sums_valid,
    output logic signed [17:0] sums_payload_0,
    output logic signed [17:0] sums_payload_1,
    output logic signed [17:0] sums_payload_2,
    output logic signed [17:0] sums_payload_3
);

    logic signed [7:0] activations_payload_1_d1;  // examples/systolic/systolic.ts:66
    logic signed [7:0] activations_payload_2_d1;  // examples/systolic/systolic.ts:66
    logic signed [7:0] activations_payload_2_d2;  // examples/systolic/systolic.ts:66
    logic signed [7:0] activations_payload_3_d1;  // examples/systolic/systolic.ts:66
    logic signed [7:0] activations_payload_3_d2;  // examples/systolic/systolic.ts:66
    logic signed [7:0] activations_payload_3_d3;  // examples/systolic/systolic.ts:66
    logic signed [17:0] grid_3_0_south_d1;        // examples/systolic/systolic.ts:76
    logic signed [17:0] grid_3_0_south_d2;        // examples/systolic/systolic.ts:76
    logic signed [17:0] grid_3_0_south_d3;        // examples/systolic/systolic.ts:76
    logic signed [17:0] grid_3_1_south_d1;        // examples/systolic/systolic.ts:76
    logic signed [17:0] grid_3_1_south_d2;        // examples/systolic/systolic.ts:76
    logic signed [17:0] grid_3_2_south_d1;        // examples/systolic/systolic.ts:76
    logic activations_valid_d1;                   // examples/systolic/systolic.ts:80
    logic activations_valid_d2;                   // examples/systolic/systolic.ts:80
    logic activations_valid_d3;                   // examples/systolic/systolic.ts:80
    logic activations_valid_d4;                   // examples/systolic/systolic.ts:80
    logic activations_valid_d5;                   // examples/systolic/systolic.ts:80
    logic activations_valid_d6;                   // examples/systolic/systolic.ts:80
    logic activations_valid_d7;                   // examples/systolic/systolic.ts:80
    logic signed [7:0] grid_0_0_east;             // examples/systolic/systolic.ts:65
    logic signed [17:0] grid_0_0_south;           // examples/systolic/systolic.ts:65
    logic signed [7:0] grid_0_0_below;            // examples/systolic/systolic.ts:65
    logic signed [7:0] grid_0_1_east;             // examples/systolic/systolic.ts:65
    logic signed [17:0] grid_0_1_south;           // examples/systolic/systolic.ts:65
    logic signed [7:0] grid_0_1_below;            // examples/systolic/systolic.ts:65
    logic signed [7:0] grid_0_2_east;             // examples/systolic/systolic.ts:65
    logic signed [17:0] grid_0_2_south;           // examples/systolic/systolic.ts:65
    logic signed [7:0] grid_0_2_below;            // examples/systolic/systolic.ts:65
    logic signed [7:0] grid_0_3_east;             // examples/systolic/systolic.ts:65
    logic signed [17:0] grid_0_3_south;           // examples/systolic/systolic.ts:65
    logic signed [7:0] grid_0_3_below;            // examples/systolic/systolic.ts:65
    logic signed [7:0] grid_1_0_east;             // examples/systolic/systolic.ts:65
    logic signed [17:0] grid_1_0_south;           // examples/systolic/systolic.ts:65
    logic signed [7:0] grid_1_0_below;            // examples/systolic/systolic.ts:65
    logic signed [7:0] grid_1_1_east;             // examples/systolic/systolic.ts:65
    logic signed [17:0] grid_1_1_south;           // examples/systolic/systolic.ts:65
    logic signed [7:0] grid_1_1_below;            // examples/systolic/systolic.ts:65
    logic signed [7:0] grid_1_2_east;             // examples/systolic/systolic.ts:65
    logic signed [17:0] grid_1_2_south;           // examples/systolic/systolic.ts:65
    logic signed [7:0] grid_1_2_below;            // examples/systolic/systolic.ts:65
    logic signed [7:0] grid_1_3_east;             // examples/systolic/systolic.ts:65
    logic signed [17:0] grid_1_3_south;           // examples/systolic/systolic.ts:65
    logic signed [7:0] grid_1_3_below;            // examples/systolic/systolic.ts:65
    logic signed [7:0] grid_2_0_east;             // examples/systolic/systolic.ts:65
    logic signed [17:0] grid_2_0_south;           // examples/systolic/systolic.ts:65
    logic signed [7:0] grid_2_0_below;            // examples/systolic/systolic.ts:65
    logic signed [7:0] grid_2_1_east;             // examples/systolic/systolic.ts:65
    logic signed [17:0] grid_2_1_south;           // examples/systolic/systolic.ts:65
    logic signed [7:0] grid_2_1_below;            // examples/systolic/systolic.ts:65
    logic signed [7:0] grid_2_2_east;             // examples/systolic/systolic.ts:65
    logic signed [17:0] grid_2_2_south;           // examples/systolic/systolic.ts:65
    logic signed [7:0] grid_2_2_below;            // examples/systolic/systolic.ts:65
    logic signed [7:0] grid_2_3_east;             // examples/systolic/systolic.ts:65
    logic signed [17:0] grid_2_3_south;           // examples/systolic/systolic.ts:65
    logic signed [7:0] grid_2_3_below;            // examples/systolic/systolic.ts:65
    logic signed [7:0] grid_3_0_east;             // examples/systolic/systolic.ts:65
    logic signed [17:0] grid_3_0_south;           // examples/systolic/systolic.ts:65
    logic signed [7:0] grid_3_0_below;            // examples/systolic/systolic.ts:65
    logic signed [7:0] grid_3_1_east;             // examples/systolic/systolic.ts:65
    logic signed [17:0] grid_3_1_south;           // examples/systolic/systolic.ts:65
    logic signed [7:0] grid_3_1_below;            // examples/systolic/systolic.ts:65
    logic signed [7:0] grid_3_2_east;             // examples/systolic/systolic.ts:65
    logic signed [17:0] grid_3_2_south;           // examples/systolic/systolic.ts:65
    logic signed [7:0] grid_3_2_below;            // examples/systolic/systolic.ts:65
    logic signed [7:0] grid_3_3_east;             // examples/systolic/systolic.ts:65
    logic signed [7:0] grid_3_3_below;            // examples/systolic/systolic.ts:65

    element grid_0_0 (
        .clock(clock),
        .west(activations_payload_0),
        .east(grid_0_0_east),
        .north(18'sd0),
        .south(grid_0_0_south),
        .load(weights_valid),
        .above(weights_payload_0),
        .below(grid_0_0_below)
    );

    element grid_0_1 (
        .clock(clock),
        .west(grid_0_0_east),
        .east(grid_0_1_east),
        .north(18'sd0),
        .south(grid_0_1_south),
        .load(weights_valid),
        .above(weights_payload_1),
        .below(grid_0_1_below)
    );

    element grid_0_2 (
        .clock(clock),
        .west(grid_0_1_east),
        .east(grid_0_2_east),
        .north(18'sd0),
        .south(grid_0_2_south),
        .load(weights_valid),
        .above(weights_payload_2),
        .below(grid_0_2_below)
    );

    element grid_0_3 (
        .clock(clock),
        .west(grid_0_2_east),
        .east(grid_0_3_east),
        .north(18'sd0),
        .south(grid_0_3_south),
        .load(weights_valid),
        .above(weights_payload_3),
        .below(grid_0_3_below)
    );

    element grid_1_0 (
        .clock(clock),
        .west(activations_payload_1_d1),
        .east(grid_1_0_east),
        .north(grid_0_0_south),
        .south(grid_1_0_south),
        .load(weights_valid),
        .above(grid_0_0_below),
        .below(grid_1_0_below)
    );

    element grid_1_1 (
        .clock(clock),
        .west(grid_1_0_east),
        .east(grid_1_1_east),
        .north(grid_0_1_south),
        .south(grid_1_1_south),
        .load(weights_valid),
        .above(grid_0_1_below),
        .below(grid_1_1_below)
    );

    element grid_1_2 (
        .clock(clock),
        .west(grid_1_1_east),
        .east(grid_1_2_east),
        .north(grid_0_2_south),
        .south(grid_1_2_south),
        .load(weights_valid),
        .above(grid_0_2_below),
        .below(grid_1_2_below)
    );

    element grid_1_3 (
        .clock(clock),
        .west(grid_1_2_east),
        .east(grid_1_3_east),
        .north(grid_0_3_south),
        .south(grid_1_3_south),
        .load(weights_valid),
        .above(grid_0_3_below),
        .below(grid_1_3_below)
    );

    element grid_2_0 (
        .clock(clock),
        .west(activations_payload_2_d2),
        .east(grid_2_0_east),
        .north(grid_1_0_south),
        .south(grid_2_0_south),
        .load(weights_valid),
        .above(grid_1_0_below),
        .below(grid_2_0_below)
    );

    element grid_2_1 (
        .clock(clock),
        .west(grid_2_0_east),
        .east(grid_2_1_east),
        .north(grid_1_1_south),
        .south(grid_2_1_south),
        .load(weights_valid),
        .above(grid_1_1_below),
        .below(grid_2_1_below)
    );

    element grid_2_2 (
        .clock(clock),
        .west(grid_2_1_east),
        .east(grid_2_2_east),
        .north(grid_1_2_south),
        .south(grid_2_2_south),
        .load(weights_valid),
        .above(grid_1_2_below),
        .below(grid_2_2_below)
    );

    element grid_2_3 (
        .clock(clock),
        .west(grid_2_2_east),
        .east(grid_2_3_east),
        .north(grid_1_3_south),
        .south(grid_2_3_south),
        .load(weights_valid),
        .above(grid_1_3_below),
        .below(grid_2_3_below)
    );

    element grid_3_0 (
        .clock(clock),
        .west(activations_payload_3_d3),
        .east(grid_3_0_east),
        .north(grid_2_0_south),
        .south(grid_3_0_south),
        .load(weights_valid),
        .above(grid_2_0_below),
        .below(grid_3_0_below)
    );

    element grid_3_1 (
        .clock(clock),
        .west(grid_3_0_east),
        .east(grid_3_1_east),
        .north(grid_2_1_south),
        .south(grid_3_1_south),
        .load(weights_valid),
        .above(grid_2_1_below),
        .below(grid_3_1_below)
    );

    element grid_3_2 (
        .clock(clock),
        .west(grid_3_1_east),
        .east(grid_3_2_east),
        .north(grid_2_2_south),
        .south(grid_3_2_south),
        .load(weights_valid),
        .above(grid_2_2_below),
        .below(grid_3_2_below)
    );

    element grid_3_3 (
        .clock(clock),
        .west(grid_3_2_east),
        .east(grid_3_3_east),
        .north(grid_2_3_south),
        .south(sums_payload_3),
        .load(weights_valid),
        .above(grid_2_3_below),
        .below(grid_3_3_below)
    );

    assign sums_payload_0 = grid_3_0_south_d3;
    assign sums_payload_1 = grid_3_1_south_d2;
    assign sums_payload_2 = grid_3_2_south_d1;
    assign sums_valid = activations_valid_d7;

    always_ff @(posedge clock) begin
        activations_payload_1_d1 <= activations_payload_1;
        activations_payload_2_d1 <= activations_payload_2;
        activations_payload_2_d2 <= activations_payload_2_d1;
        activations_payload_3_d1 <= activations_payload_3;
        activations_payload_3_d2 <= activations_payload_3_d1;
        activations_payload_3_d3 <= activations_payload_3_d2;
        grid_3_0_south_d1 <= grid_3_0_south;
        grid_3_0_south_d2 <= grid_3_0_south_d1;
        grid_3_0_south_d3 <= grid_3_0_south_d2;
        grid_3_1_south_d1 <= grid_3_1_south;
        grid_3_1_south_d2 <= grid_3_1_south_d1;
        grid_3_2_south_d1 <= grid_3_2_south;
    end

    always_ff @(posedge clock) begin
        if (reset) begin
            activations_valid_d1 <= 1'b0;
            activations_valid_d2 <= 1'b0;
            activations_valid_d3 <= 1'b0;
            activations_valid_d4 <= 1'b0;
            activations_valid_d5 <= 1'b0;
            activations_valid_d6 <= 1'b0;
            activations_valid_d7 <= 1'b0;
        end else begin
            activations_valid_d1 <= activations_valid;
            activations_valid_d2 <= activations_valid_d1;
            activations_valid_d3 <= activations_valid_d2;
            activations_valid_d4 <= activations_valid_d3;
            activations_valid_d5 <= activations_valid_d4;
            activations_valid_d6 <= activations_valid_d5;
            activations_valid_d7 <= activations_valid_d6;
        end
    end

    always @(posedge clock) begin
        if (!reset) begin
            // weights change only while no row is on its way
            assert (!(weights_valid &&
                (activations_valid || activations_valid_d1 || activations_valid_d2 || activations_valid_d3 ||
                    activations_valid_d4 || activations_valid_d5 || activations_valid_d6)));
        end
    end

    // Bits that nothing reads.
    logic _unused_ok;
    assign _unused_ok =
        &{1'b0, grid_0_3_east, grid_1_3_east, grid_2_3_east, grid_3_0_below, grid_3_1_below, grid_3_2_below,
            grid_3_3_east, grid_3_3_below};
endmodule

`default_nettype wire
