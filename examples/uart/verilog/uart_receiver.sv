// uart_receiver, examples/uart/uart.ts:89
`default_nettype none

module uart_receiver (
    input  logic       clock,
    input  logic       reset,
    input  logic       tick,
    input  logic       line,
    output logic       byte_valid,
    output logic [7:0] byte_payload,
    output logic       framingError
);

    localparam logic [2:0] STATE_IDLE = 3'd0;
    localparam logic [2:0] STATE_START = 3'd1;
    localparam logic [2:0] STATE_DATA = 3'd2;
    localparam logic [2:0] STATE_STOP = 3'd3;
    localparam logic [2:0] STATE_BREAKING = 3'd4;

    logic [2:0] state;       // examples/uart/uart.ts:99
    logic line_1;            // examples/uart/uart.ts:101
    logic line_2;            // examples/uart/uart.ts:101
    logic before_value;      // examples/uart/uart.ts:102
    logic earlier;           // examples/uart/uart.ts:103
    logic [3:0] ticks;       // examples/uart/uart.ts:105
    logic [2:0] count;       // examples/uart/uart.ts:106
    logic [7:0] byte_value;  // examples/uart/uart.ts:107
    logic isMiddle;          // examples/uart/uart.ts:116
    logic majority;          // examples/uart/uart.ts:104

    assign isMiddle = ticks == 4'd8;
    assign majority = (line_2 && before_value) || (line_2 && earlier) || (before_value && earlier);
    assign byte_payload = byte_value;

    always_comb begin
        byte_valid = 1'b0;
        framingError = 1'b0;
        if (tick) begin
            case (state)
                STATE_STOP: begin
                    if (isMiddle) begin
                        byte_valid = majority;
                        framingError = !majority;
                    end
                end
                default: ;
            endcase
        end
    end

    always_ff @(posedge clock) begin
        line_1 <= line;
        line_2 <= line_1;
    end

    always_ff @(posedge clock) begin
        if (tick) begin
            case (state)
                STATE_DATA: begin
                    if (isMiddle) begin
                        byte_value <= {majority, byte_value[7:1]};
                    end
                end
                default: ;
            endcase
        end
    end

    always_ff @(posedge clock) begin
        if (reset) begin
            before_value <= 1'b1;
            earlier <= 1'b1;
            ticks <= 4'd0;
            count <= 3'd0;
            state <= STATE_IDLE;
        end else if (tick) begin
            before_value <= line_2;
            earlier <= before_value;
            ticks <= ticks + 4'd1;
            case (state)
                STATE_IDLE: begin
                    count <= 3'd0;
                    ticks <= 4'd0;
                    if (!line_2) begin
                        state <= STATE_START;
                    end
                end
                STATE_START: begin
                    if (isMiddle) begin
                        if (majority) begin
                            state <= STATE_IDLE;
                        end else begin
                            state <= STATE_DATA;
                        end
                    end
                end
                STATE_DATA: begin
                    if (isMiddle) begin
                        count <= count + 3'd1;
                        if (count == 3'd7) begin
                            state <= STATE_STOP;
                        end
                    end
                end
                STATE_STOP: begin
                    if (isMiddle) begin
                        if (majority) begin
                            state <= STATE_IDLE;
                        end else begin
                            state <= STATE_BREAKING;
                        end
                    end
                end
                STATE_BREAKING: begin
                    if (majority) begin
                        state <= STATE_IDLE;
                    end
                end
                default: ;
            endcase
        end
    end
endmodule

`default_nettype wire
