// sha256, examples/sha256/sha256.ts:37
`default_nettype none

module sha256 (
    input  logic        clock,
    input  logic        reset,
    input  logic        block_valid,
    output logic        block_ready,
    input  logic [31:0] block_payload_words_0,
    input  logic [31:0] block_payload_words_1,
    input  logic [31:0] block_payload_words_2,
    input  logic [31:0] block_payload_words_3,
    input  logic [31:0] block_payload_words_4,
    input  logic [31:0] block_payload_words_5,
    input  logic [31:0] block_payload_words_6,
    input  logic [31:0] block_payload_words_7,
    input  logic [31:0] block_payload_words_8,
    input  logic [31:0] block_payload_words_9,
    input  logic [31:0] block_payload_words_10,
    input  logic [31:0] block_payload_words_11,
    input  logic [31:0] block_payload_words_12,
    input  logic [31:0] block_payload_words_13,
    input  logic [31:0] block_payload_words_14,
    input  logic [31:0] block_payload_words_15,
    input  logic        block_payload_first,
    input  logic        block_payload_last,
    output logic        digest_valid,
    input  logic        digest_ready,
    output logic [31:0] digest_payload_0,
    output logic [31:0] digest_payload_1,
    output logic [31:0] digest_payload_2,
    output logic [31:0] digest_payload_3,
    output logic [31:0] digest_payload_4,
    output logic [31:0] digest_payload_5,
    output logic [31:0] digest_payload_6,
    output logic [31:0] digest_payload_7
);

    localparam logic [1:0] STATE_IDLE = 2'd0;
    localparam logic [1:0] STATE_ROUNDS = 2'd1;
    localparam logic [1:0] STATE_ADD = 2'd2;
    localparam logic [1:0] STATE_DONE = 2'd3;

    logic [1:0] state;            // examples/sha256/sha256.ts:41
    logic [31:0] window_0;        // examples/sha256/sha256.ts:42
    logic [31:0] window_1;        // examples/sha256/sha256.ts:42
    logic [31:0] window_2;        // examples/sha256/sha256.ts:42
    logic [31:0] window_3;        // examples/sha256/sha256.ts:42
    logic [31:0] window_4;        // examples/sha256/sha256.ts:42
    logic [31:0] window_5;        // examples/sha256/sha256.ts:42
    logic [31:0] window_6;        // examples/sha256/sha256.ts:42
    logic [31:0] window_7;        // examples/sha256/sha256.ts:42
    logic [31:0] window_8;        // examples/sha256/sha256.ts:42
    logic [31:0] window_9;        // examples/sha256/sha256.ts:42
    logic [31:0] window_10;       // examples/sha256/sha256.ts:42
    logic [31:0] window_11;       // examples/sha256/sha256.ts:42
    logic [31:0] window_12;       // examples/sha256/sha256.ts:42
    logic [31:0] window_13;       // examples/sha256/sha256.ts:42
    logic [31:0] window_14;       // examples/sha256/sha256.ts:42
    logic [31:0] window_15;       // examples/sha256/sha256.ts:42
    logic [31:0] hash_0;          // examples/sha256/sha256.ts:43
    logic [31:0] hash_1;          // examples/sha256/sha256.ts:43
    logic [31:0] hash_2;          // examples/sha256/sha256.ts:43
    logic [31:0] hash_3;          // examples/sha256/sha256.ts:43
    logic [31:0] hash_4;          // examples/sha256/sha256.ts:43
    logic [31:0] hash_5;          // examples/sha256/sha256.ts:43
    logic [31:0] hash_6;          // examples/sha256/sha256.ts:43
    logic [31:0] hash_7;          // examples/sha256/sha256.ts:43
    logic [31:0] working_a;       // examples/sha256/sha256.ts:44
    logic [31:0] working_b;       // examples/sha256/sha256.ts:44
    logic [31:0] working_c;       // examples/sha256/sha256.ts:44
    logic [31:0] working_d;       // examples/sha256/sha256.ts:44
    logic [31:0] working_e;       // examples/sha256/sha256.ts:44
    logic [31:0] working_f;       // examples/sha256/sha256.ts:44
    logic [31:0] working_g;       // examples/sha256/sha256.ts:44
    logic [31:0] working_h;       // examples/sha256/sha256.ts:44
    logic last;                   // examples/sha256/sha256.ts:45
    logic [5:0] round;            // examples/sha256/sha256.ts:46
    logic [31:0] constants_data;  // examples/sha256/sha256.ts:48
    logic [31:0] start;           // examples/sha256/sha256.ts:73
    logic [31:0] start_1;         // examples/sha256/sha256.ts:73
    logic [31:0] start_2;         // examples/sha256/sha256.ts:73
    logic [31:0] start_3;         // examples/sha256/sha256.ts:73
    logic [31:0] start_4;         // examples/sha256/sha256.ts:73
    logic [31:0] start_5;         // examples/sha256/sha256.ts:73
    logic [31:0] start_6;         // examples/sha256/sha256.ts:73
    logic [31:0] start_7;         // examples/sha256/sha256.ts:73
    logic [31:0] sum1;            // examples/sha256/sha256.ts:52
    logic [31:0] choice;          // examples/sha256/sha256.ts:53
    logic [31:0] working_a_sum;   // examples/sha256/sha256.ts:127
    logic [31:0] sum0;            // examples/sha256/sha256.ts:55
    logic [31:0] majority;        // examples/sha256/sha256.ts:56
    logic [31:0] mix0;            // examples/sha256/sha256.ts:57
    logic [31:0] mix1;            // examples/sha256/sha256.ts:58

    memory_1a_64x32_69af79 constants (
        .read_address(round),
        .read_data(constants_data)
    );

    assign start = block_payload_first ? 32'h6a09e667 : hash_0;
    assign start_1 = block_payload_first ? 32'hbb67ae85 : hash_1;
    assign start_2 = block_payload_first ? 32'h3c6ef372 : hash_2;
    assign start_3 = block_payload_first ? 32'ha54ff53a : hash_3;
    assign start_4 = block_payload_first ? 32'h510e527f : hash_4;
    assign start_5 = block_payload_first ? 32'h9b05688c : hash_5;
    assign start_6 = block_payload_first ? 32'h1f83d9ab : hash_6;
    assign start_7 = block_payload_first ? 32'h5be0cd19 : hash_7;
    assign sum1 = {working_e[5:0], working_e[31:6]} ^ {working_e[10:0], working_e[31:11]} ^
        {working_e[24:0], working_e[31:25]};
    assign choice = (working_e & working_f) ^ (~working_e & working_g);
    assign working_a_sum = working_h + sum1 + choice + constants_data + window_0;
    assign sum0 = {working_a[1:0], working_a[31:2]} ^ {working_a[12:0], working_a[31:13]} ^
        {working_a[21:0], working_a[31:22]};
    assign majority = (working_a & working_b) ^ (working_a & working_c) ^ (working_b & working_c);
    assign mix0 = {window_1[6:0], window_1[31:7]} ^ {window_1[17:0], window_1[31:18]} ^ 32'(window_1[31:3]);
    assign mix1 = {window_14[16:0], window_14[31:17]} ^ {window_14[18:0], window_14[31:19]} ^
        32'(window_14[31:10]);
    assign block_ready = state == STATE_IDLE;
    assign digest_valid = state == STATE_DONE;
    assign digest_payload_0 = hash_0;
    assign digest_payload_1 = hash_1;
    assign digest_payload_2 = hash_2;
    assign digest_payload_3 = hash_3;
    assign digest_payload_4 = hash_4;
    assign digest_payload_5 = hash_5;
    assign digest_payload_6 = hash_6;
    assign digest_payload_7 = hash_7;

    always_ff @(posedge clock) begin
        case (state)
            STATE_IDLE: begin
                if (block_valid && block_ready) begin
                    window_0 <= block_payload_words_0;
                    window_1 <= block_payload_words_1;
                    window_2 <= block_payload_words_2;
                    window_3 <= block_payload_words_3;
                    window_4 <= block_payload_words_4;
                    window_5 <= block_payload_words_5;
                    window_6 <= block_payload_words_6;
                    window_7 <= block_payload_words_7;
                    window_8 <= block_payload_words_8;
                    window_9 <= block_payload_words_9;
                    window_10 <= block_payload_words_10;
                    window_11 <= block_payload_words_11;
                    window_12 <= block_payload_words_12;
                    window_13 <= block_payload_words_13;
                    window_14 <= block_payload_words_14;
                    window_15 <= block_payload_words_15;
                    working_a <= start;
                    hash_0 <= start;
                    working_b <= start_1;
                    hash_1 <= start_1;
                    working_c <= start_2;
                    hash_2 <= start_2;
                    working_d <= start_3;
                    hash_3 <= start_3;
                    working_e <= start_4;
                    hash_4 <= start_4;
                    working_f <= start_5;
                    hash_5 <= start_5;
                    working_g <= start_6;
                    hash_6 <= start_6;
                    working_h <= start_7;
                    hash_7 <= start_7;
                end
            end
            STATE_ROUNDS: begin
                working_a <= working_a_sum + sum0 + majority;
                working_b <= working_a;
                working_c <= working_b;
                working_d <= working_c;
                working_e <= working_d + working_a_sum;
                working_f <= working_e;
                working_g <= working_f;
                working_h <= working_g;
                window_0 <= window_1;
                window_1 <= window_2;
                window_2 <= window_3;
                window_3 <= window_4;
                window_4 <= window_5;
                window_5 <= window_6;
                window_6 <= window_7;
                window_7 <= window_8;
                window_8 <= window_9;
                window_9 <= window_10;
                window_10 <= window_11;
                window_11 <= window_12;
                window_12 <= window_13;
                window_13 <= window_14;
                window_14 <= window_15;
                window_15 <= window_0 + mix0 + window_9 + mix1;
            end
            STATE_ADD: begin
                hash_0 <= hash_0 + working_a;
                hash_1 <= hash_1 + working_b;
                hash_2 <= hash_2 + working_c;
                hash_3 <= hash_3 + working_d;
                hash_4 <= hash_4 + working_e;
                hash_5 <= hash_5 + working_f;
                hash_6 <= hash_6 + working_g;
                hash_7 <= hash_7 + working_h;
            end
            default: ;
        endcase
    end

    always_ff @(posedge clock) begin
        if (reset) begin
            last <= 1'b0;
            round <= 6'd0;
            state <= STATE_IDLE;
        end else begin
            case (state)
                STATE_IDLE: begin
                    if (block_valid && block_ready) begin
                        last <= block_payload_last;
                        round <= 6'd0;
                        state <= STATE_ROUNDS;
                    end
                end
                STATE_ROUNDS: begin
                    round <= round + 6'd1;
                    if (round == 6'd63) begin
                        state <= STATE_ADD;
                    end
                end
                STATE_ADD: begin
                    if (last) begin
                        state <= STATE_DONE;
                    end else begin
                        state <= STATE_IDLE;
                    end
                end
                STATE_DONE: begin
                    if (digest_ready) begin
                        state <= STATE_IDLE;
                    end
                end
                default: ;
            endcase
        end
    end
endmodule

`default_nettype wire
