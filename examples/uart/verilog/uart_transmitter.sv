// uart_transmitter, examples/uart/uart.ts:49
`default_nettype none

module uart_transmitter (
    input  logic       clock,
    input  logic       reset,
    input  logic       tick,
    input  logic       bytes_valid,
    output logic       bytes_ready,
    input  logic [7:0] bytes_payload,
    output logic       line
);

    localparam logic STATE_IDLE = 1'b0;
    localparam logic STATE_SEND = 1'b1;

    logic state;        // examples/uart/uart.ts:53
    logic [3:0] ticks;  // examples/uart/uart.ts:54
    logic [3:0] left;   // examples/uart/uart.ts:55
    logic [9:0] frame;  // examples/uart/uart.ts:57

    assign line = frame[0];
    assign bytes_ready = !state;

    always_ff @(posedge clock) begin
        if (reset) begin
            frame <= 10'd1023;
            ticks <= 4'd0;
            left <= 4'd0;
            state <= STATE_IDLE;
        end else begin
            case (state)
                STATE_IDLE: begin
                    if (bytes_valid) begin
                        frame <= {1'b1, bytes_payload, 1'b0};
                        ticks <= 4'd0;
                        left <= 4'd9;
                        state <= STATE_SEND;
                    end
                end
                STATE_SEND: begin
                    if (tick) begin
                        ticks <= ticks + 4'd1;
                        if (ticks == 4'd15) begin
                            frame <= {1'b1, frame[9:1]};
                            left <= left - 4'd1;
                            if (left == 4'd0) begin
                                state <= STATE_IDLE;
                            end
                        end
                    end
                end
                default: ;
            endcase
        end
    end
endmodule

`default_nettype wire
