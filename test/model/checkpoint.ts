import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { SystoleError } from "../../src/errors.ts";

/** One entry of a safetensors header, as the file has it. */
export interface HeaderEntry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

/** A safetensors file from a header and its data. */
export function safetensorsBytes(header: unknown, data: Uint8Array): Uint8Array {
  return withHeader(Buffer.from(JSON.stringify(header)), data);
}

/** A safetensors file from raw header bytes. */
export function withHeader(header: Uint8Array, data: Uint8Array): Uint8Array {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, data]);
}

/** A safetensors file of F32 tensors laid end to end. */
export function checkpointBytes(tensors: ReadonlyMap<string, { shape: number[]; values: Float32Array }>): Uint8Array {
  const header: Record<string, HeaderEntry> = {};
  const parts: Uint8Array[] = [];
  let position = 0;
  for (const [name, { shape, values }] of tensors) {
    const bytes = new Uint8Array(values.slice().buffer);
    header[name] = { dtype: "F32", shape, data_offsets: [position, position + bytes.length] };
    parts.push(bytes);
    position += bytes.length;
  }
  return safetensorsBytes(header, Buffer.concat(parts));
}

/** A directory with the given files, removed when the test ends. */
export function temporaryDirectory(files: Readonly<Record<string, string | Uint8Array>>): string {
  const directory = mkdtempSync(join(tmpdir(), "systole-model-"));
  onTestFinished(() => {
    rmSync(directory, { recursive: true });
  });
  for (const [name, content] of Object.entries(files)) writeFileSync(join(directory, name), content);
  return directory;
}

/** The SystoleError that `work` throws. */
export function userError(work: () => unknown): SystoleError {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(SystoleError);
    return error as SystoleError;
  }
  throw new Error("nothing was thrown");
}

/** Expects `work` to throw a SystoleError with exactly this code and message. */
export function expectUserError(work: () => unknown, code: string, message: string): void {
  const error = userError(work);
  expect({ code: error.code, message: error.message }).toEqual({ code, message });
}
