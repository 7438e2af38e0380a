// element, examples/systolic/systolic.ts:25
`default_nettype none

module element (
    input  logic               clock,
    input  logic signed [7:0]  west,
    output logic signed [7:0]  east,
    input  logic signed [17:0] north,
    output logic signed [17:0] south,
    input  logic               load,
    input  logic signed [7:0]  above,
    output logic signed [7:0]  below
);

    logic signed [7:0] weight;   // examples/systolic/systolic.ts:37
    logic signed [7:0] west_d1;  // examples/systolic/systolic.ts:42
    logic signed [17:0] sum;     // examples/systolic/systolic.ts:43

    assign below = weight;
    assign east = west_d1;
    assign south = sum;

    always_ff @(posedge clock) begin
        west_d1 <= west;
        sum <= north + (18'(weight) * 18'(west));
    end

    always_ff @(posedge clock) begin
        if (load) begin
            weight <= above;
        end
    end
endmodule

`default_nettype wire
