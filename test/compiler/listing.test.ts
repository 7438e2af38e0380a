import { expect, test } from "vitest";
import { compileMatmul, disassemble } from "../../src/compiler/index.ts";
import { loadConfig } from "../../src/config/index.ts";

test("the listing of a small product", () => {
  const [rows, inner, cols] = [40, 48, 32];
  const scales = { m: new Uint16Array(cols).fill(1250), e: new Int8Array(cols).fill(19) };
  const { program } = compileMatmul(loadConfig("transformer"), {
    rows,
    inner,
    cols,
    weights: new Int8Array(inner * cols),
    scales,
    relu: true,
  });
  expect(disassemble({ ...program, fingerprint: 0x12345678 })).toMatchInlineSnapshot(`
    "program for transformer (fingerprint 0x12345678): 21 commands in 1 segments
      semaphore 0: load → gemm
      semaphore 1: gemm → norm

    DRAM, 5 KiB from BASE
      0x00000000  weights      matmul weights        1.5 KiB
      0x00000600  parameters   matmul parameters       256 B
      0x00000700  activations  input                 1.9 KiB
      0x00000f00  activations  output                1.3 KiB

    at command 10, matmul
      scratchpad  |BDF.............................................................| 160 of 4096 words
        A  24..55        matmul weights
        B  56..79        matmul activations
        C  80..111       matmul weights
        D  112..135      matmul activations
        E  136..167      matmul weights
        F  168..183      matmul activations
      accumulator |A..............................................................C| 56 of 4096 rows
        A  0..47         matmul block
        B  4088..4091    matmul parameters
        C  4092..4095    matmul parameters

    segment 0: commands 0 to 20
            ; matmul
           0  load   wait -        post -        dramOffset=1536[matmul parameters+0] dramStride=256 runs=1 runLength=4 localAddress=4092 localStride=4 space=accumulator
           1  load   wait -        post -        dramOffset=1792[input+0] dramStride=640 runs=1 runLength=24 localStride=24 space=scratchpad
           2  load   wait -        post 0        dramOffset=0[matmul weights+0] dramStride=768 runs=2 runLength=16 localAddress=24 localStride=16 space=scratchpad
           3  load   wait -        post -        dramOffset=2432[input+640] dramStride=640 runs=1 runLength=24 localAddress=56 localStride=24 space=scratchpad
           4  load   wait -        post 0        dramOffset=256[matmul weights+256] dramStride=768 runs=2 runLength=16 localAddress=80 localStride=16 space=scratchpad
           5  load   wait -        post -        dramOffset=3072[input+1280] dramStride=640 runs=1 runLength=24 localAddress=112 localStride=24 space=scratchpad
           6  load   wait -        post 0        dramOffset=512[matmul weights+512] dramStride=768 runs=2 runLength=16 localAddress=136 localStride=16 space=scratchpad
           7  gemm   wait 0        post -        rows=24 kTiles=1 nTiles=2 aStride=24 wAddress=24 wStride=16 accStride=24 biasAddress=4092 init=bias
           8  load   wait -        post -        dramOffset=1536[matmul parameters+0] dramStride=256 runs=1 runLength=4 localAddress=4088 localStride=4 space=accumulator
           9  load   wait -        post 0        dramOffset=2176[input+384] dramStride=640 runs=1 runLength=16 localAddress=168 localStride=16 space=scratchpad
          10  gemm   wait 0        post -        rows=24 kTiles=1 nTiles=2 aAddress=56 aStride=24 wAddress=80 wStride=16 accStride=24 init=accumulate
          11  load   wait -        post 0        dramOffset=2816[input+1024] dramStride=640 runs=1 runLength=16 localAddress=184 localStride=16 space=scratchpad
          12  load   wait -        post 0        dramOffset=3456[input+1664] dramStride=640 runs=1 runLength=16 localAddress=200 localStride=16 space=scratchpad
          13  gemm   wait 0        post 1        rows=24 kTiles=1 nTiles=2 aAddress=112 aStride=24 wAddress=136 wStride=16 accStride=24 init=accumulate
          14  gemm   wait 0        post -        rows=16 kTiles=1 nTiles=2 aAddress=168 aStride=16 wAddress=24 wStride=16 accAddress=48 accStride=16 biasAddress=4088 init=bias
          15  gemm   wait 0        post -        rows=16 kTiles=1 nTiles=2 aAddress=184 aStride=16 wAddress=80 wStride=16 accAddress=48 accStride=16 init=accumulate
          16  norm   wait 1        post -        function=requantise rows=24 slices=2 accStride=24 paramAddress=4094 paramStride=1 output=stream perChannel=1 relu=1
          17  store  wait -        post -        dramOffset=3840[output+0] dramStride=640 runs=2 runLength=24 source=stream
          18  gemm   wait 0        post 1        rows=16 kTiles=1 nTiles=2 aAddress=200 aStride=16 wAddress=136 wStride=16 accAddress=48 accStride=16 init=accumulate
          19  norm   wait 1        post -        function=requantise rows=16 slices=2 accAddress=48 accStride=16 paramAddress=4090 paramStride=1 output=stream perChannel=1 relu=1
          20  store  wait -        post -        dramOffset=4224[output+384] dramStride=640 runs=2 runLength=16 source=stream
    "
  `);
});
