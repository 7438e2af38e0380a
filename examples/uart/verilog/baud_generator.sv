// baud_generator, examples/uart/uart.ts:35
`default_nettype none

module baud_generator (
    input  logic clock,
    input  logic reset,
    output logic tick
);

    logic [15:0] phase;  // examples/uart/uart.ts:41
    logic [16:0] sum;    // examples/uart/uart.ts:42

    assign sum = 17'(phase) + 17'h2752;
    assign tick = sum[16];

    always_ff @(posedge clock) begin
        if (reset) begin
            phase <= 16'd0;
        end else begin
            phase <= sum[15:0];
        end
    end
endmodule

`default_nettype wire
