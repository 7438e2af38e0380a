import { describe, expect, test } from "vitest";
import { matmul, packWeights, sliceColumns, wideMatmul, WidthError, writeColumns } from "../../src/reference/index.ts";
import type { MatmulShape } from "../../src/reference/index.ts";
import { describeRandom } from "./random.ts";

/** The product by definition, each sum exact in a double; w is [inner][cols]. */
function product(a: ArrayLike<number>, w: ArrayLike<number>, { rows, inner, cols }: MatmulShape): number[] {
  return Array.from({ length: rows * cols }, (_, at) => {
    const [row, col] = [Math.floor(at / cols), at % cols];
    let sum = 0;
    for (let k = 0; k < inner; k++) sum += a[row * inner + k]! * w[k * cols + col]!;
    return sum;
  });
}

function transpose(w: Int8Array, inner: number, cols: number): Int8Array {
  return w.map((_, at) => w[(at % inner) * cols + Math.floor(at / inner)]!);
}

describeRandom("matmul", (random) => {
  const shapes: MatmulShape[] = [
    { rows: 1, inner: 1, cols: 1 },
    { rows: 1, inner: 768, cols: 5 },
    { rows: 17, inner: 100, cols: 3 },
    { rows: 4, inner: 512, cols: 4 },
    { rows: 5, inner: 513, cols: 6 },
    { rows: 3, inner: 1025, cols: 7 },
    { rows: 2, inner: 3072, cols: 9 },
    { rows: 6, inner: 4096, cols: 2 },
    { rows: 0, inner: 8, cols: 3 },
    ...Array.from({ length: 30 }, () => ({
      rows: random.integer(1, 20),
      inner: random.integer(1, 700),
      cols: random.integer(1, 20),
    })),
  ];

  test.each(shapes)("equals the definition, $rows x $inner x $cols, in both layouts, s8 and u8", (shape) => {
    const { rows, inner, cols } = shape;
    const w = new Int8Array(inner * cols).map(() => random.signed(8));
    const transposed = transpose(w, inner, cols);
    const initial = new Int32Array(rows * cols).map(() => random.signed(30));
    for (const a of [
      new Int8Array(rows * inner).map(() => random.signed(8)),
      new Uint8Array(rows * inner).map(() => random.unsigned(8)),
    ]) {
      const want = product(a, w, shape);
      expect(Array.from(matmul(a, w, shape))).toEqual(want);
      expect(Array.from(wideMatmul(a, w, shape))).toEqual(want);
      expect(Array.from(matmul(a, transposed, shape, { layout: "cols-inner" }))).toEqual(want);
      expect(Array.from(matmul(a, packWeights(w, shape), shape, { initial }))).toEqual(
        want.map((sum, at) => sum + initial[at]!),
      );
    }
  });

  test("wide operands: exact up to 53 bits, an error beyond", () => {
    const shape = { rows: 1, inner: 2, cols: 1 };
    expect(Array.from(wideMatmul([2 ** 26, 3], [2 ** 26 - 1, -5], shape))).toEqual([2 ** 52 - 2 ** 26 - 15]);
    expect(() => wideMatmul([2 ** 27, 1], [2 ** 26, 1], shape)).toThrow(WidthError);
  });

  test("keeps the paired columns apart at their extremes", () => {
    for (const inner of [511, 512, 513, 1024, 4096]) {
      const shape = { rows: 4, inner, cols: 4 };
      const lows = [127, -128, -1, 0];
      const w = new Int8Array(inner * 4).map((_, at) => lows[at % 4]!);
      const v = new Int8Array(inner * 4).map((_, at) => lows[3 - (at % 4)]!);
      const highest = new Uint8Array(4 * inner).fill(255);
      const lowest = new Int8Array(4 * inner).fill(-128);
      for (const weights of [w, v]) {
        expect(Array.from(matmul(highest, weights, shape))).toEqual(product(highest, weights, shape));
        expect(Array.from(matmul(lowest, weights, shape))).toEqual(product(lowest, weights, shape));
      }
    }
  });
});

describe("matmul's limits", () => {
  const one = { rows: 1, inner: 1, cols: 1 };

  test("stay within the widths of the design at BERT-Base: s27 at 3072, s20 over 16 array rows", () => {
    const sum = (inner: number, a: Int8Array | Uint8Array): number =>
      matmul(a, new Int8Array(inner).fill(-128), { rows: 1, inner, cols: 1 })[0]!;
    expect(sum(3072, new Int8Array(3072).fill(-128))).toBeLessThan(2 ** 26);
    expect(sum(16, new Int8Array(16).fill(-128))).toBeLessThan(2 ** 19);
    expect(sum(16, new Uint8Array(16).fill(255))).toBeGreaterThanOrEqual(-(2 ** 19));
    expect(sum(64, new Uint8Array(64).fill(255))).toBeGreaterThanOrEqual(-(2 ** 21));
  });

  test("wrap when asked to, as the accumulator does", () => {
    const initial = Int32Array.of(2 ** 31 - 1);
    const a = Int8Array.of(1);
    expect(matmul(a, Int8Array.of(1), one, { initial, overflow: "wrap" })[0]).toBe(-(2 ** 31));
    expect(() => matmul(a, Int8Array.of(1), one, { initial })).toThrow(
      "matmul sum [0][0]: 2147483648 does not fit s32",
    );
  });

  test("are operands of the shape's size", () => {
    const a = Int8Array.of(1, 2);
    expect(() => matmul(a, Int8Array.of(1), one)).toThrow("a has 2 elements, its shape 1x1 asks for 1");
    expect(() => matmul(Int8Array.of(1), a, one)).toThrow("w has 2 elements, its shape 1x1 asks for 1");
    expect(() => matmul(a, packWeights(a, { inner: 1, cols: 2 }), { rows: 1, inner: 2, cols: 1 })).toThrow(
      "packed weights are 1x2, the shape asks for 2x1",
    );
    expect(() => matmul(Int8Array.of(1), Int8Array.of(1), one, { initial: new Int32Array(3) })).toThrow(
      "initial has 3 elements, its shape 1x1 asks for 1",
    );
  });
});

describe("columns", () => {
  const shape = { rows: 2, cols: 4 };
  const matrix = Int8Array.of(1, 2, 3, 4, 5, 6, 7, 8);

  test("are sliced out and written back", () => {
    const slice = sliceColumns(matrix, shape, 1, 3);
    expect(slice).toEqual(Int8Array.of(2, 3, 6, 7));
    const target = new Int8Array(8);
    writeColumns(target, shape, 2, slice);
    expect(target).toEqual(Int8Array.of(0, 0, 2, 3, 0, 0, 6, 7));
  });

  test("must exist", () => {
    expect(() => sliceColumns(matrix, shape, 3, 5)).toThrow("columns 3..5 of a matrix of 4 columns");
    expect(() => {
      writeColumns(matrix, shape, 3, Int8Array.of(1, 2, 3, 4));
    }).toThrow("a block of 4 elements at column 3 of 2x4");
  });
});
