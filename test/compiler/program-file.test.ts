import { expect, test } from "vitest";
import {
  commandCount,
  compileEncoder,
  decodeProgram,
  disassemble,
  encodeProgram,
  executeProgram,
  requireConfig,
} from "../../src/compiler/index.ts";
import { loadConfig } from "../../src/config/index.ts";
import { formatError, SystoleError } from "../../src/errors.ts";
import { differences, imageWith, testInputs, testModel } from "./support/encoder.ts";

const params = loadConfig("gemmini-cnn");
const model = testModel({ hidden: 32, heads: 2, intermediate: 32 });
const compiled = compileEncoder(params, model.bert, { seq: 6, valid: [6, 2] });
const file = encodeProgram(compiled.program);

/** The text a user sees, and the error's code. */
function errorOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof SystoleError) return `${error.code}: ${formatError(error)}`;
    throw error;
  }
  return "no error";
}

const changed = (change: (bytes: Buffer) => void): Buffer => {
  const bytes = Buffer.from(file);
  change(bytes);
  return bytes;
};

test("a program is the same after a file, and runs from it", () => {
  const program = decodeProgram(file, "p.bin");
  expect(program).toEqual(compiled.program);
  expect(Buffer.compare(encodeProgram(program), file)).toBe(0);
  const inputs = testInputs(model, 6, [6, 2]);
  const image = imageWith(compiled, inputs);
  executeProgram(params, program, image);
  expect(differences(compiled, image, model, inputs)).toEqual({});
});

test("compilation is deterministic", () => {
  const again = compileEncoder(params, model.bert, { seq: 6, valid: [6, 2] });
  expect(Buffer.compare(encodeProgram(again.program), file)).toBe(0);
});

test("damaged files are met with one clear message", () => {
  const decode = (bytes: Uint8Array) => errorOf(() => decodeProgram(bytes, "p.bin"));
  const announced = file.length;
  expect(decode(Buffer.from("hello"))).toBe(
    "program-not-a-program: p.bin: this is not a Systole program: it does not begin with its mark\n  Give a file written by the compiler.",
  );
  expect(decode(file.subarray(0, 40))).toBe(
    "program-truncated: p.bin: the file ends inside its 64-byte header, after 40 bytes\n  Compile the program again.",
  );
  expect(decode(file.subarray(0, announced - 100))).toBe(
    `program-truncated: p.bin: the program is truncated: ${announced - 100} bytes, its header announces ${announced}\n  Compile the program again.`,
  );
  expect(decode(Buffer.concat([file, Buffer.alloc(3)]))).toBe(
    `program-truncated: p.bin: the program is too long: ${announced + 3} bytes, its header announces ${announced}\n  Compile the program again.`,
  );
  expect(decode(changed((b) => b.writeUInt32LE(99, 8)))).toBe(
    "program-version: p.bin: the program has format 99, this version reads format 1\n  Compile the program again.",
  );
  for (const at of [70, announced - 1]) {
    expect(decode(changed((b) => (b[at] = b[at]! ^ 1)))).toBe(
      "program-checksum: p.bin: the program is damaged: its checksum does not match its contents\n  Compile the program again.",
    );
  }
});

test("a program for another configuration is refused", () => {
  const other = loadConfig("transformer");
  const hex = (value: number): string => `0x${value.toString(16).padStart(8, "0")}`;
  const message =
    `program-other-config: p.bin: the program was compiled for configuration gemmini-cnn ` +
    `(fingerprint ${hex(params.fingerprint)}), not for transformer (${hex(other.fingerprint)})\n` +
    `  Compile it again for transformer, or run it on the configuration it was compiled for.`;
  expect(
    errorOf(() => {
      requireConfig(compiled.program, other, "p.bin");
    }),
  ).toBe(message);
  expect(
    errorOf(() => {
      executeProgram(other, compiled.program, compiled.createImage());
    }),
  ).toContain("program-other-config");
});

test("the listing names every command, operation, region and host step", () => {
  const text = disassemble(compiled.program);
  const lines = text.split("\n");
  const numbered = lines.filter((line) => /^ +\d+ {2}(load|store|gemm|norm) /.test(line));
  expect(numbered).toHaveLength(commandCount(compiled.program));
  for (const { name } of compiled.program.regions) expect(text).toContain(name);
  for (const { name } of compiled.program.operations) expect(text).toContain(name);
  expect(lines.filter((line) => line.includes("    host  "))).toEqual([
    "    host  softmax: layer 0 softmax",
    "    host  context: layer 0 context-requantise",
    "    host  layernorm: layer 0 attention-output-layernorm",
    "    host  gelu: layer 0 gelu",
    "    host  layernorm: layer 0 output-layernorm",
  ]);
});
