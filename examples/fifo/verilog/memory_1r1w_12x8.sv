// 12 words of 8 bits.
`default_nettype none

module memory_1r1w_12x8 (
    input  logic       clock,
    input  logic [3:0] write_address,
    input  logic       write_enable,
    input  logic [7:0] write_data,
    input  logic [3:0] read_address,
    output logic [7:0] read_data
);

    (* no_rw_check *)
    logic [7:0] memory [0:11];

    always_ff @(posedge clock) begin
        if (write_enable) begin
            memory[write_address] <= write_data;
        end
        read_data <= memory[read_address];
    end
endmodule

`default_nettype wire
