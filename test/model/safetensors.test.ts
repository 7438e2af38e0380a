import { describe, expect, it } from "vitest";
import { halfToNumber, parseSafetensors, readSafetensors } from "../../src/model/index.ts";
import { expectUserError, safetensorsBytes, temporaryDirectory, userError, withHeader } from "./checkpoint.ts";

const file = "model.safetensors";
const entry = (dtype: string, shape: number[], begin: number, end: number): object => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});

function parse(header: unknown, dataBytes: number): ReturnType<typeof parseSafetensors> {
  return parseSafetensors(safetensorsBytes(header, new Uint8Array(dataBytes)), file);
}

describe("reading tensors", () => {
  it("reads F32, F16 and BF16, whatever their alignment", () => {
    const data = Buffer.alloc(1 + 4 + 8 + 4);
    data.writeFloatLE(-1.5, 1);
    data.writeFloatLE(3.25, 5);
    data.writeUInt16LE(0x3c00, 9); // 1
    data.writeUInt16LE(0xc100, 11); // -2.5
    data.writeUInt16LE(0x3f80, 13); // 1
    data.writeUInt16LE(0xc049, 15); // -3.140625
    const bytes = safetensorsBytes(
      {
        __metadata__: { format: "pt" },
        odd: entry("U8", [1], 0, 1),
        single: entry("F32", [2], 1, 9),
        half: entry("F16", [1, 2], 9, 13),
        brain: entry("BF16", [2, 1], 13, 17),
      },
      data,
    );
    const tensors = parseSafetensors(bytes, file);
    expect(tensors.names).toEqual(["odd", "single", "half", "brain"]);
    expect([...tensors.tensor("single", [2])]).toEqual([-1.5, 3.25]);
    expect([...tensors.tensor("half", [1, 2])]).toEqual([1, -2.5]);
    expect([...tensors.tensor("brain", [2, 1])]).toEqual([1, -3.140625]);
  });

  it("returns a copy, so that the file's bytes stay as they are", () => {
    const bytes = safetensorsBytes({ a: entry("F32", [1], 0, 4) }, new Uint8Array(4));
    parseSafetensors(bytes, file).tensor("a", [1])[0] = 7;
    expect(parseSafetensors(bytes, file).tensor("a", [1])[0]).toBe(0);
  });

  it("knows every class of half-precision number", () => {
    expect(halfToNumber(0x0000)).toBe(0);
    expect(halfToNumber(0x8000)).toBe(-0);
    expect(halfToNumber(0x0001)).toBe(2 ** -24);
    expect(halfToNumber(0x83ff)).toBe(-1023 * 2 ** -24);
    expect(halfToNumber(0x0400)).toBe(2 ** -14);
    expect(halfToNumber(0x7bff)).toBe(65504);
    expect(halfToNumber(0x7c00)).toBe(Infinity);
    expect(halfToNumber(0xfc00)).toBe(-Infinity);
    expect(halfToNumber(0x7e00)).toBeNaN();
  });
});

describe("malformed files", () => {
  it("refuses a file without a header length", () => {
    expectUserError(
      () => parseSafetensors(new Uint8Array(7), file),
      "model-truncated",
      "the file has 7 bytes, too few for a safetensors header length (8 bytes)",
    );
  });

  it("refuses a file cut off inside the header", () => {
    const bytes = safetensorsBytes({ a: entry("F32", [1], 0, 4) }, new Uint8Array(4));
    expectUserError(
      () => parseSafetensors(bytes.subarray(0, 20), file),
      "model-truncated",
      "the header claims 54 bytes, but only 12 follow: the file is cut short or not a safetensors file",
    );
  });

  it("refuses a file cut off inside the data", () => {
    const bytes = safetensorsBytes({ a: entry("F32", [4], 0, 16) }, new Uint8Array(16));
    expectUserError(
      () => parseSafetensors(bytes.subarray(0, bytes.length - 3), file),
      "model-bad-offsets",
      'the tensor "a" lies at bytes 0 to 16, beyond the 13 bytes of data in the file',
    );
  });

  it("refuses a header that is not JSON, not an object, or lacks a tensor's fields", () => {
    expect(() => parseSafetensors(withHeader(Buffer.from("{oops"), new Uint8Array()), file)).toThrow(
      /^not valid JSON: /,
    );
    expectUserError(() => parse([1], 0), "model-header-invalid", "Invalid input: expected record, received array");
    expectUserError(
      () => parse({ a: { dtype: "F32", shape: [1] } }, 4),
      "model-header-invalid",
      'the tensor "a" needs dtype, shape and data_offsets in the header',
    );
    expectUserError(
      () => parse({ a: entry("F32", [-1], 0, 4) }, 4),
      "model-header-invalid",
      'the tensor "a" needs dtype, shape and data_offsets in the header',
    );
  });

  it("refuses an unknown dtype at once, and an integer tensor when it is asked for as weights", () => {
    expectUserError(
      () => parse({ a: entry("F6", [1], 0, 4) }, 4),
      "model-unknown-dtype",
      'the tensor "a" has the unknown dtype "F6"; F32, F16 and BF16 can be read',
    );
    expectUserError(
      () => parse({ a: entry("I64", [1], 0, 8) }, 8).tensor("a", [1]),
      "model-unknown-dtype",
      'the tensor "a" has the dtype "I64"; F32, F16 and BF16 can be read',
    );
  });

  it("refuses offsets that run backwards, disagree with the shape, overlap, or leave bytes over", () => {
    expectUserError(
      () => parse({ a: entry("F32", [1], 4, 0) }, 4),
      "model-bad-offsets",
      'the tensor "a" lies at bytes 4 to 0, beyond the 4 bytes of data in the file',
    );
    expectUserError(
      () => parse({ a: entry("F16", [2, 3], 0, 16) }, 16),
      "model-bad-offsets",
      'the tensor "a" occupies 16 bytes, but F16 [2, 3] takes 12',
    );
    expectUserError(
      () => parse({ b: entry("F32", [2], 4, 12), a: entry("F32", [2], 0, 8) }, 12),
      "model-bad-offsets",
      'the tensors "a" and "b" overlap at byte 4 of the data',
    );
    expectUserError(
      () => parse({ a: entry("F32", [1], 0, 4), b: entry("F32", [1], 8, 12) }, 12),
      "model-bad-offsets",
      "bytes 4 to 8 of the data belong to no tensor",
    );
    expectUserError(
      () => parse({ a: entry("F32", [1], 0, 4) }, 6),
      "model-bad-offsets",
      "bytes 4 to 6 of the data belong to no tensor",
    );
  });

  it("refuses a tensor that is missing, has another shape, or is not finite", () => {
    const tensors = parse({ "bert.a.weight": entry("F32", [2, 3], 0, 24) }, 24);
    expectUserError(() => tensors.tensor("b", [1]), "model-missing-tensor", 'the tensor "b" is missing');
    expectUserError(
      () => tensors.tensor("model.a.weight", [1]),
      "model-missing-tensor",
      'the tensor "model.a.weight" is missing; did you mean "bert.a.weight"?',
    );
    expectUserError(
      () => tensors.tensor("bert.a.weight", [3, 2]),
      "model-wrong-shape",
      'the tensor "bert.a.weight" has the shape [2, 3], but config.json asks for [3, 2]',
    );
    const data = Buffer.alloc(8);
    data.writeFloatLE(NaN, 4);
    expectUserError(
      () => parseSafetensors(safetensorsBytes({ a: entry("F32", [2], 0, 8) }, data), file).tensor("a", [2]),
      "model-not-finite",
      'the tensor "a" holds NaN at element 1',
    );
  });

  it("says where the file is and what to do", () => {
    const directory = temporaryDirectory({ [file]: new Uint8Array(3) });
    const truncated = userError(() => readSafetensors(`${directory}/${file}`));
    expect(truncated.location).toEqual({ file: `${directory}/${file}` });
    expect(truncated.remedy).toBe("Fetch the file again, and compare its size with the original.");
    const missing = userError(() => readSafetensors(`${directory}/none`));
    expect(missing.code).toBe("model-file-missing");
    expect(missing.remedy).toBe(
      "Give a directory in the Hugging Face layout: config.json, model.safetensors, vocab.txt.",
    );
  });
});
