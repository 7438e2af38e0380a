// uart, examples/uart/uart.ts:166
`default_nettype none

module uart (
    input  logic       clock,
    input  logic       reset,
    input  logic       send_valid,
    output logic       send_ready,
    input  logic [7:0] send_payload,
    output logic       received_valid,
    output logic [7:0] received_payload,
    output logic       framingError,
    input  logic       rx,
    output logic       tx
);

    logic baud_tick;  // examples/uart/uart.ts:176

    baud_generator baud (
        .clock(clock),
        .reset(reset),
        .tick(baud_tick)
    );

    uart_transmitter transmitter (
        .clock(clock),
        .reset(reset),
        .tick(baud_tick),
        .bytes_valid(send_valid),
        .bytes_ready(send_ready),
        .bytes_payload(send_payload),
        .line(tx)
    );

    uart_receiver receiver (
        .clock(clock),
        .reset(reset),
        .tick(baud_tick),
        .line(rx),
        .byte_valid(received_valid),
        .byte_payload(received_payload),
        .framingError(framingError)
    );
endmodule

`default_nettype wire
