import fc from "fast-check";
import { expect, test } from "vitest";
import { logicalShape, readTensor, rowGroup, tensorBytes, writeTensor } from "../../src/compiler/index.ts";
import type { Tensor } from "../../src/compiler/index.ts";

const groups = (largest: number) =>
  fc
    .record({
      count: fc.integer({ min: 1, max: 4 }),
      size: fc.integer({ min: 1, max: largest }),
      gap: fc.integer({ min: 0, max: 9 }),
    })
    .map(({ count, size, gap }) => ({ count, size, stride: size + gap }));

const tensors: fc.Arbitrary<Tensor> = fc
  .record({
    element: fc.constantFrom("s8" as const, "u8" as const, "s32" as const),
    rows: groups(12),
    columns: groups(40),
    sliceColumns: fc.constantFrom(4, 16, 64),
    extraRows: fc.integer({ min: 0, max: 3 }),
    offset: fc.integer({ min: 0, max: 8 }).map((n) => n * 64),
  })
  .map(({ extraRows, ...shape }): Tensor => {
    const sized = { ...shape, paddedRows: shape.rows.count * shape.rows.stride + extraRows };
    const layout = shape.element === "s32" ? ("lanes" as const) : ("words" as const);
    return { ...sized, name: "t", layout, source: "input", bytes: tensorBytes(sized) };
  });

const values = (tensor: Tensor): Int32Array => {
  const { rows, cols } = logicalShape(tensor);
  return Int32Array.from({ length: rows * cols }, (_, i) => (i * 7919) % 127);
};

test("what is written is read, and nothing beside it is touched", () => {
  fc.assert(
    fc.property(tensors, (tensor) => {
      const image = new Uint8Array(tensor.offset + tensor.bytes + 64);
      const data = values(tensor);
      writeTensor(tensor, image, data);
      expect(Int32Array.from(readTensor(tensor, image))).toEqual(data);
      const bytes = tensor.element === "s32" ? data.filter((v) => v !== 0).length : data.filter((v) => v !== 0).length;
      expect(image.filter((b) => b !== 0)).toHaveLength(bytes);
      expect(image.subarray(0, tensor.offset).every((b) => b === 0)).toBe(true);
      expect(image.subarray(tensor.offset + tensor.bytes).every((b) => b === 0)).toBe(true);
    }),
  );
});

test("a row group is a tensor of its own", () => {
  fc.assert(
    fc.property(tensors, (tensor) => {
      const image = new Uint8Array(tensor.offset + tensor.bytes);
      const data = values(tensor);
      writeTensor(tensor, image, data);
      const perGroup = data.length / tensor.rows.count;
      for (let group = 0; group < tensor.rows.count; group++) {
        const expected = data.subarray(group * perGroup, (group + 1) * perGroup);
        expect(Int32Array.from(readTensor(rowGroup(tensor, group), image))).toEqual(expected);
      }
    }),
  );
});

test("the place of an element is the one that the machine's layout says", () => {
  const tensor: Tensor = {
    name: "t",
    element: "s8",
    layout: "words",
    source: "input",
    offset: 0,
    bytes: 3 * 8 * 16,
    paddedRows: 8,
    rows: { count: 1, size: 8, stride: 8 },
    columns: { count: 2, size: 20, stride: 24 },
    sliceColumns: 16,
  };
  const image = new Uint8Array(tensor.bytes);
  const data = new Int8Array(8 * 40);
  // Row 3, column 25: the second group's column 5, padded column 29, word slice 1, byte 13.
  data[3 * 40 + 25] = 99;
  writeTensor(tensor, image, data);
  expect(image.indexOf(99)).toBe((1 * 8 + 3) * 16 + 13);
});

test("a wrong number of values is refused", () => {
  const shape = {
    element: "s8" as const,
    rows: { count: 1, size: 2, stride: 2 },
    columns: { count: 1, size: 3, stride: 4 },
    paddedRows: 2,
    sliceColumns: 4,
  };
  const tensor: Tensor = {
    ...shape,
    name: "t",
    layout: "words",
    source: "input",
    offset: 0,
    bytes: tensorBytes(shape),
  };
  expect(() => {
    writeTensor(tensor, new Uint8Array(8), new Int8Array(5));
  }).toThrow("t has 2x3 values, not 5");
});
