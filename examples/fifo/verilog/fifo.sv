// fifo, examples/fifo/fifo.ts:35
`default_nettype none

module fifo (
    input  logic       clock,
    input  logic       reset,
    input  logic       enq_valid,
    output logic       enq_ready,
    input  logic [7:0] enq_payload,
    output logic       deq_valid,
    input  logic       deq_ready,
    output logic [7:0] deq_payload,
    output logic [3:0] level,
    output logic       almostFull
);

    logic [3:0] readable;  // examples/fifo/fifo.ts:47
    logic [3:0] head;      // examples/fifo/fifo.ts:48
    logic [3:0] tail;      // examples/fifo/fifo.ts:49
    logic written;         // examples/fifo/fifo.ts:62
    logic leaves;          // examples/fifo/fifo.ts:53
    logic [3:0] headNext;  // examples/fifo/fifo.ts:54
    logic enters;          // examples/fifo/fifo.ts:52

    memory_1r1w_12x8 ram (
        .clock(clock),
        .write_address(tail),
        .write_enable(enters),
        .write_data(enq_payload),
        .read_address(headNext),
        .read_data(deq_payload)
    );

    assign leaves = deq_valid && deq_ready;
    assign headNext = leaves ? ((head == 4'd11) ? 4'd0 : (head + 4'd1)) : head;
    assign enters = enq_valid && enq_ready;
    assign enq_ready = level != 4'd12;
    assign deq_valid = readable != 4'd0;
    assign almostFull = level >= 4'd10;

    always_ff @(posedge clock) begin
        if (reset) begin
            head <= 4'd0;
            tail <= 4'd0;
            written <= 1'b0;
            level <= 4'd0;
            readable <= 4'd0;
        end else begin
            head <= headNext;
            tail <= enters ? ((tail == 4'd11) ? 4'd0 : (tail + 4'd1)) : tail;
            written <= enters;
            level <= (level + 4'(enters)) - 4'(leaves);
            readable <= (readable + 4'(written)) - 4'(leaves);
        end
    end

    always @(posedge clock) begin
        if (!reset) begin
            // the level stays within the depth
            assert (level <= 4'd12);
            // what is readable has been written
            assert (readable <= level);
        end
    end

    `ifdef FORMAL
    always @(posedge clock) begin
        if (!reset) begin
            // the buffer is full
            cover (level == 4'd12);
        end
    end
    `endif
endmodule

`default_nettype wire
