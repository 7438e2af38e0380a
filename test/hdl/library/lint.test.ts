import { expect, test } from "vitest";
import { formatLint, lintVerilog } from "../../../src/harness/index.ts";
import {
  bool,
  connect,
  convertWidth,
  counter,
  divide,
  downsize,
  elaborate,
  emitVerilog,
  grayDecode,
  grayEncode,
  instance,
  input,
  isOneHot,
  leadingZeros,
  lfsr,
  lowestSet,
  module,
  oneHot,
  oneHotIndex,
  oneHotSelect,
  output,
  popcount,
  priorityEncode,
  registerSlice,
  saturatingCounter,
  shiftRegister,
  sink,
  source,
  squareRoot,
  stream,
  times,
  trailingZeros,
  uint,
  upDownCounter,
  upsize,
} from "../../../src/hdl/index.ts";

const Bits = module(
  ({ width }: { width: number }) => `bits_${width}`,
  ({ width }) => ({ x: input(uint(width)), up: input(bool), down: input(bool), y: output(times(14, () => uint(32))) }),
  (io, { width }) => {
    const { x, up, down } = io;
    const round = counter(width + 1, { enable: up, clear: down });
    const both = upDownCounter(width + 2, { up, down });
    const credits = saturatingCounter(width, { up, down });
    const noise = lfsr(Math.max(2, width), { enable: up });
    const shifted = shiftRegister(width, { shift: up, serialIn: down });
    const { valid, index } = priorityEncode(x, "high");
    const results = [
      round.value,
      both.value,
      credits.value,
      noise.bits(0, 0),
      shifted.value,
      index,
      valid,
      leadingZeros(x).add(trailingZeros(x)),
      popcount(x),
      oneHot(index, width),
      oneHotIndex(x),
      lowestSet(x).and(isOneHot(x)),
      grayEncode(grayDecode(x).add(1)),
      oneHotSelect(
        x,
        times(width, (i) => round.value.add(i)),
      ),
    ];
    io.y.forEach((y, i) => {
      y.set(results[i]!.wrap(32));
    });
  },
);

const Streams = module(
  ({ width }: { width: number }) => `streams_${width}`,
  ({ width }) => ({
    enq: sink(stream(uint(width))),
    deq: source(stream(uint(width))),
    operands: sink(stream({ dividend: uint(width), divisor: uint(width) })),
    result: source(stream({ quotient: uint(width), remainder: uint(width) })),
    radicand: sink(stream(uint(width))),
    root: source(stream({ root: uint(Math.ceil(width / 2)), remainder: uint(Math.ceil(width / 2) + 1) })),
  }),
  (io, { width }) => {
    const cut = convertWidth(convertWidth(registerSlice(io.enq, { mode: "forward" }), width + 1), width);
    connect(io.deq, downsize(upsize(registerSlice(cut, { mode: "backward" }), 3)));
    connect(io.result, divide(io.operands));
    connect(io.root, squareRoot(io.radicand));
  },
);

const SignedParts = module(
  "signed_parts",
  () => ({
    operands: sink(stream({ dividend: uint(9), divisor: uint(9) })),
    result: source(stream({ quotient: uint(9), remainder: uint(9) })),
  }),
  (io) => {
    const { payload } = io.operands;
    const signed = { dividend: payload.dividend.asSint(), divisor: payload.divisor.asSint() };
    const result = divide({ ...io.operands, payload: signed });
    const { quotient, remainder } = result.payload;
    connect(io.result, { ...result, payload: { quotient: quotient.asUint(), remainder: remainder.asUint() } });
  },
);

const widths = [1, 8, 17];

/** Everything side by side, so that each linter runs once. */
const All = module(
  "all",
  () => ({
    x: input(uint(33)),
    up: input(bool),
    down: input(bool),
    y: output(times(3, () => uint(32))),
    streams: times(3, (i) => Streams.ports({ width: widths[i]! })),
    parts: SignedParts.ports(undefined),
  }),
  (io) => {
    [1, 7, 33].forEach((width, i) => {
      const bits = instance(Bits, { width }, { name: `bits_of_${width}` });
      bits.x.set(io.x.wrap(width));
      bits.up.set(io.up);
      bits.down.set(io.down);
      io.y[i]!.set(bits.y.reduce((a, b) => a.xor(b)));
    });
    io.streams.forEach((outer, i) => {
      const inner = instance(Streams, { width: widths[i]! }, { name: `streams_of_${widths[i]!}` });
      connect(inner.enq, outer.enq);
      connect(outer.deq, inner.deq);
      connect(inner.operands, outer.operands);
      connect(outer.result, inner.result);
      connect(inner.radicand, outer.radicand);
      connect(outer.root, inner.root);
    });
    const parts = instance(SignedParts);
    connect(parts.operands, io.parts.operands);
    connect(io.parts.result, parts.result);
  },
);

test("the library's Verilog is clean under the three linters", async () => {
  const { files, top } = emitVerilog(elaborate(All));
  expect(formatLint(await lintVerilog(files, top))).toBe("");
});
