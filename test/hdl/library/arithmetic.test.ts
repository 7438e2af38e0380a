import { expect, test } from "vitest";
import { recvAll, sendAll, simulateEmbedded, withSeed, type Process } from "../../../src/harness/index.ts";
import {
  connect,
  divide,
  elaborate,
  module,
  sink,
  sint,
  source,
  squareRoot,
  stream,
  times,
  uint,
} from "../../../src/hdl/index.ts";

interface Operands {
  readonly dividend: number;
  readonly divisor: number;
}

const UnsignedDivide = module(
  ({ width }: { width: number }) => `unsigned_divide_${width}`,
  ({ width }) => ({
    enq: sink(stream({ dividend: uint(width), divisor: uint(width) })),
    deq: source(stream({ quotient: uint(width), remainder: uint(width) })),
  }),
  (io) => {
    connect(io.deq, divide(io.enq));
  },
);

const SignedDivide = module(
  ({ width }: { width: number }) => `signed_divide_${width}`,
  ({ width }) => ({
    enq: sink(stream({ dividend: sint(width), divisor: sint(width) })),
    deq: source(stream({ quotient: sint(width), remainder: sint(width) })),
  }),
  (io) => {
    connect(io.deq, divide(io.enq));
  },
);

/** The ports of both have the same form. */
function benchOf(width: number, signed: boolean) {
  return signed ? simulateEmbedded(SignedDivide, { width }) : simulateEmbedded(UnsignedDivide, { width });
}

/** What a RISC-V core would answer. */
function quotientOf({ dividend, divisor }: Operands, width: number, signed: boolean) {
  if (divisor === 0) return { quotient: signed ? -1 : 2 ** width - 1, remainder: dividend };
  const quotient = Math.trunc(dividend / divisor);
  const overflows = signed && quotient === 2 ** (width - 1);
  // Without the 0 the remainder of a negative dividend would be -0.
  return { quotient: overflows ? -quotient : 0 + quotient || 0, remainder: dividend % divisor || 0 };
}

function allOperands(width: number, signed: boolean): Operands[] {
  const least = signed ? -(2 ** (width - 1)) : 0;
  const numbers = times(2 ** width, (i) => least + i);
  return numbers.flatMap((dividend) => numbers.map((divisor) => ({ dividend, divisor })));
}

test.each([1, 2, 3, 4, 5])("every division of %i bits, unsigned and signed", (width) => {
  for (const signed of [false, true]) {
    const { dut, spawn, run, close } = benchOf(width, signed);
    const operands = allOperands(width, signed);
    let got: readonly unknown[] = [];
    spawn(sendAll(dut.enq, operands));
    spawn(function* (): Process {
      got = yield* recvAll(dut.deq, operands.length);
    });
    const cycles = run({ timeout: 50_000 });
    expect(got).toEqual(operands.map((one) => quotientOf(one, width, signed)));
    // Each takes width + 1 cycles, the last one's exit one more.
    expect(cycles).toBe(operands.length * (width + 1) + 1);
    close();
  }
});

test.each([8, 19, 32])("random divisions of %i bits under random pauses", async (width) => {
  await withSeed((random) => {
    for (const signed of [false, true]) {
      const { dut, spawn, run, close } = benchOf(width, signed);
      const least = signed ? -(2 ** (width - 1)) : 0;
      const number = (): number => {
        const bits = random.integer(0, width - (signed ? 1 : 0));
        const value = random.integer(0, 2 ** bits - 1);
        return signed && random.chance(0.5) ? -value : value;
      };
      const operands = [
        { dividend: least, divisor: signed ? -1 : 1 },
        { dividend: least, divisor: 0 },
        ...times(60, () => ({ dividend: number(), divisor: number() })),
      ].map(({ dividend, divisor }) => ({ dividend: dividend || 0, divisor: divisor || 0 }));
      let got: readonly unknown[] = [];
      spawn(sendAll(dut.enq, operands, { pause: 0.2, random }));
      spawn(function* (): Process {
        got = yield* recvAll(dut.deq, operands.length, { pause: 0.5, random });
      });
      run({ timeout: 20_000 });
      expect(got).toEqual(operands.map((one) => quotientOf(one, width, signed)));
      close();
    }
  });
});

const Root = module(
  ({ width }: { width: number }) => `root_${width}`,
  ({ width }) => ({
    enq: sink(stream(uint(width))),
    deq: source(stream({ root: uint(Math.ceil(width / 2)), remainder: uint(Math.ceil(width / 2) + 1) })),
  }),
  (io) => {
    connect(io.deq, squareRoot(io.enq));
  },
);

test.each([1, 2, 3, 4, 5, 8, 9])("every square root of %i bits", (width) => {
  const { dut, spawn, run, close } = simulateEmbedded(Root, { width });
  const radicands = times(2 ** width, (i) => i);
  let got: readonly unknown[] = [];
  spawn(sendAll(dut.enq, radicands));
  spawn(function* (): Process {
    got = yield* recvAll(dut.deq, radicands.length);
  });
  const cycles = run({ timeout: 50_000 });
  expect(got).toEqual(
    radicands.map((x) => ({ root: Math.floor(Math.sqrt(x)), remainder: x - Math.floor(Math.sqrt(x)) ** 2 })),
  );
  expect(cycles).toBe(radicands.length * (Math.ceil(width / 2) + 1) + 1);
  close();
});

test.each([24, 31, 48])("random square roots of %i bits, squares and their neighbours", async (width) => {
  await withSeed((random) => {
    const { dut, spawn, run, close } = simulateEmbedded(Root, { width });
    const squares = times(20, () => random.integer(1, Math.floor(Math.sqrt(2 ** width)) - 1) ** 2);
    const radicands = squares.flatMap((square) => [square - 1, square, square + 1]);
    let got: readonly { readonly root: number; readonly remainder: number }[] = [];
    spawn(sendAll(dut.enq, radicands, { pause: 0.2, random }));
    spawn(function* (): Process {
      got = yield* recvAll(dut.deq, radicands.length, { pause: 0.5, random });
    });
    run({ timeout: 20_000 });
    got.forEach(({ root, remainder }, index) => {
      const radicand = radicands[index]!;
      expect(root ** 2 <= radicand && (root + 1) ** 2 > radicand, `root of ${radicand}`).toBe(true);
      expect(remainder).toBe(radicand - root ** 2);
    });
    expect(got.length).toBe(radicands.length);
    close();
  });
});

test("operands of a division have one width", () => {
  const Wrong = module(
    "wrong",
    () => ({
      enq: sink(stream({ dividend: uint(8), divisor: uint(4) })),
      deq: source(stream({ quotient: uint(8), remainder: uint(8) })),
    }),
    (io) => {
      connect(io.deq, divide(io.enq));
    },
  );
  expect(() => elaborate(Wrong)).toThrow("a dividend of 8 bits and a divisor of 4");
});
