// 64 words of 32 bits.
`default_nettype none

module memory_1a_64x32_69af79 (
    input  logic [5:0]  read_address,
    output logic [31:0] read_data
);

    logic [31:0] memory [0:63];

    initial begin
        memory[0] = 32'h428a2f98;
        memory[1] = 32'h71374491;
        memory[2] = 32'hb5c0fbcf;
        memory[3] = 32'he9b5dba5;
        memory[4] = 32'h3956c25b;
        memory[5] = 32'h59f111f1;
        memory[6] = 32'h923f82a4;
        memory[7] = 32'hab1c5ed5;
        memory[8] = 32'hd807aa98;
        memory[9] = 32'h12835b01;
        memory[10] = 32'h243185be;
        memory[11] = 32'h550c7dc3;
        memory[12] = 32'h72be5d74;
        memory[13] = 32'h80deb1fe;
        memory[14] = 32'h9bdc06a7;
        memory[15] = 32'hc19bf174;
        memory[16] = 32'he49b69c1;
        memory[17] = 32'hefbe4786;
        memory[18] = 32'hfc19dc6;
        memory[19] = 32'h240ca1cc;
        memory[20] = 32'h2de92c6f;
        memory[21] = 32'h4a7484aa;
        memory[22] = 32'h5cb0a9dc;
        memory[23] = 32'h76f988da;
        memory[24] = 32'h983e5152;
        memory[25] = 32'ha831c66d;
        memory[26] = 32'hb00327c8;
        memory[27] = 32'hbf597fc7;
        memory[28] = 32'hc6e00bf3;
        memory[29] = 32'hd5a79147;
        memory[30] = 32'h6ca6351;
        memory[31] = 32'h14292967;
        memory[32] = 32'h27b70a85;
        memory[33] = 32'h2e1b2138;
        memory[34] = 32'h4d2c6dfc;
        memory[35] = 32'h53380d13;
        memory[36] = 32'h650a7354;
        memory[37] = 32'h766a0abb;
        memory[38] = 32'h81c2c92e;
        memory[39] = 32'h92722c85;
        memory[40] = 32'ha2bfe8a1;
        memory[41] = 32'ha81a664b;
        memory[42] = 32'hc24b8b70;
        memory[43] = 32'hc76c51a3;
        memory[44] = 32'hd192e819;
        memory[45] = 32'hd6990624;
        memory[46] = 32'hf40e3585;
        memory[47] = 32'h106aa070;
        memory[48] = 32'h19a4c116;
        memory[49] = 32'h1e376c08;
        memory[50] = 32'h2748774c;
        memory[51] = 32'h34b0bcb5;
        memory[52] = 32'h391c0cb3;
        memory[53] = 32'h4ed8aa4a;
        memory[54] = 32'h5b9cca4f;
        memory[55] = 32'h682e6ff3;
        memory[56] = 32'h748f82ee;
        memory[57] = 32'h78a5636f;
        memory[58] = 32'h84c87814;
        memory[59] = 32'h8cc70208;
        memory[60] = 32'h90befffa;
        memory[61] = 32'ha4506ceb;
        memory[62] = 32'hbef9a3f7;
        memory[63] = 32'hc67178f2;
    end

    assign read_data = memory[read_address];
endmodule

`default_nettype wire
