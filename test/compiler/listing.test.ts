import { expect, test } from "vitest";
import { compileMatmul, disassemble } from "../../src/compiler/index.ts";
import { loadConfig } from "../../src/config/index.ts";

test("the listing of a small product", () => {
  const [rows, inner, cols] = [40, 48, 32];
  const scales = { m: new Uint16Array(cols).fill(40000), e: new Uint8Array(cols).fill(24) };
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
      scratchpad  |BDF.............................................................| 168 of 4096 words
        A  0..39         matmul activations
        B  56..95        matmul activations
        C  96..111       matmul weights
        D  112..151      matmul activations
        E  152..167      matmul weights
        F  168..183      matmul weights
      accumulator |A..............................................................C| 44 of 4096 rows
        A  0..39         matmul block
        B  4092..4093    matmul parameters
        C  4094..4095    matmul parameters

    segment 0: commands 0 to 20
            ; matmul
           0  load   wait -        post -        dramOffset=1536[matmul parameters+0] dramStride=128 runs=1 runLength=2 localAddress=4094 localStride=2 space=accumulator
           1  load   wait -        post -        dramOffset=1792[input+0] dramStride=640 runs=1 runLength=40 localStride=40 space=scratchpad
           2  load   wait -        post 0        dramOffset=0[matmul weights+0] dramStride=768 runs=1 runLength=16 localAddress=40 localStride=16 space=scratchpad
           3  load   wait -        post -        dramOffset=2432[input+640] dramStride=640 runs=1 runLength=40 localAddress=56 localStride=40 space=scratchpad
           4  load   wait -        post 0        dramOffset=256[matmul weights+256] dramStride=768 runs=1 runLength=16 localAddress=96 localStride=16 space=scratchpad
           5  load   wait -        post -        dramOffset=3072[input+1280] dramStride=640 runs=1 runLength=40 localAddress=112 localStride=40 space=scratchpad
           6  gemm   wait 0        post -        rows=40 kTiles=1 nTiles=1 aStride=40 wAddress=40 wStride=16 accStride=40 biasAddress=4094 init=bias
           7  load   wait -        post 0        dramOffset=512[matmul weights+512] dramStride=768 runs=1 runLength=16 localAddress=152 localStride=16 space=scratchpad
           8  load   wait -        post -        dramOffset=1664[matmul parameters+128] dramStride=128 runs=1 runLength=2 localAddress=4092 localStride=2 space=accumulator
           9  load   wait -        post 0        dramOffset=768[matmul weights+768] dramStride=768 runs=1 runLength=16 localAddress=168 localStride=16 space=scratchpad
          10  gemm   wait 0        post -        rows=40 kTiles=1 nTiles=1 aAddress=56 aStride=40 wAddress=96 wStride=16 accStride=40 init=accumulate
          11  load   wait -        post 0        dramOffset=1024[matmul weights+1024] dramStride=768 runs=1 runLength=16 localAddress=184 localStride=16 space=scratchpad
          12  load   wait -        post 0        dramOffset=1280[matmul weights+1280] dramStride=768 runs=1 runLength=16 localAddress=200 localStride=16 space=scratchpad
          13  gemm   wait 0        post 1        rows=40 kTiles=1 nTiles=1 aAddress=112 aStride=40 wAddress=152 wStride=16 accStride=40 init=accumulate
          14  gemm   wait 0        post -        rows=40 kTiles=1 nTiles=1 aStride=40 wAddress=168 wStride=16 accAddress=40 accStride=40 biasAddress=4092 init=bias
          15  gemm   wait 0        post -        rows=40 kTiles=1 nTiles=1 aAddress=56 aStride=40 wAddress=184 wStride=16 accAddress=40 accStride=40 init=accumulate
          16  norm   wait 1        post -        function=requantise rows=40 slices=1 accStride=40 paramAddress=4095 paramStride=1 output=stream perChannel=1 relu=1
          17  store  wait -        post -        dramOffset=3840[output+0] dramStride=640 runs=1 runLength=40 source=stream
          18  gemm   wait 0        post 1        rows=40 kTiles=1 nTiles=1 aAddress=112 aStride=40 wAddress=200 wStride=16 accAddress=40 accStride=40 init=accumulate
          19  norm   wait 1        post -        function=requantise rows=40 slices=1 accAddress=40 accStride=40 paramAddress=4093 paramStride=1 output=stream perChannel=1 relu=1
          20  store  wait -        post -        dramOffset=4480[output+640] dramStride=640 runs=1 runLength=40 source=stream
    "
  `);
});
