/**
 * The program file: a 64-byte header, metadata as JSON, the operation of each command as u16, the commands.
 *
 *     0  magic "SYSTOLE\n"    8  format version u32   12  fingerprint u32   16  metadata bytes u32
 *    20  commands u32        24  reserved, zero       32  SHA-256 of all that follows the header
 */
import { createHash } from "node:crypto";
import type { Params } from "../config/index.ts";
import { SystoleError } from "../errors.ts";
import { COMMAND_BYTES } from "../isa/index.ts";
import { metadataSchema } from "./program.ts";
import type { Program, ProgramMetadata } from "./program.ts";

const MAGIC = "SYSTOLE\n";
const HEADER_BYTES = 64;
/** Raised whenever files of the older format cannot be read any more. */
const PROGRAM_FORMAT = 1;

const digest = (body: Uint8Array): Buffer => createHash("sha256").update(body).digest();
/** Padding so that the commands begin on a multiple of 64 bytes. */
const align = (bytes: number): number => Math.ceil(bytes / COMMAND_BYTES) * COMMAND_BYTES;

/** A program as the bytes of a file. */
export function encodeProgram(program: Program): Uint8Array {
  const { fingerprint, commands, commandOperations, ...metadata } = program;
  // Parsed, so that the keys come in the schema's order whoever made the value.
  const json = Buffer.from(JSON.stringify(metadataSchema.parse(metadata satisfies ProgramMetadata)));
  const operationsAt = HEADER_BYTES + align(json.length);
  const commandsAt = operationsAt + align(commandOperations.length * 2);
  const file = Buffer.alloc(commandsAt + commands.length);
  file.write(MAGIC, 0, "latin1");
  file.writeUInt32LE(PROGRAM_FORMAT, 8);
  file.writeUInt32LE(fingerprint, 12);
  file.writeUInt32LE(json.length, 16);
  file.writeUInt32LE(commandOperations.length, 20);
  json.copy(file, HEADER_BYTES);
  commandOperations.forEach((operation, i) => file.writeUInt16LE(operation, operationsAt + 2 * i));
  file.set(commands, commandsAt);
  digest(file.subarray(HEADER_BYTES)).copy(file, 32);
  return new Uint8Array(file.buffer, file.byteOffset, file.length);
}

/**
 * Reads a program file; `source` names it in errors. Errors: `program-not-a-program`, `program-version`,
 * `program-truncated`, `program-checksum`, `program-metadata`.
 */
export function decodeProgram(bytes: Uint8Array, source: string): Program {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const fail = (code: string, message: string, remedy: string): never => {
    throw new SystoleError({ code: `program-${code}`, message, location: { file: source }, remedy });
  };
  if (file.toString("latin1", 0, MAGIC.length) !== MAGIC) {
    fail(
      "not-a-program",
      "this is not a Systole program: it does not begin with its mark",
      "Give a file written by the compiler.",
    );
  }
  const recompile = "Compile the program again.";
  if (file.length < HEADER_BYTES) {
    fail("truncated", `the file ends inside its ${HEADER_BYTES}-byte header, after ${file.length} bytes`, recompile);
  }
  const version = file.readUInt32LE(8);
  if (version !== PROGRAM_FORMAT) {
    fail("version", `the program has format ${version}, this version reads format ${PROGRAM_FORMAT}`, recompile);
  }
  const jsonBytes = file.readUInt32LE(16);
  const commands = file.readUInt32LE(20);
  const operationsAt = HEADER_BYTES + align(jsonBytes);
  const commandsAt = operationsAt + align(commands * 2);
  const expected = commandsAt + commands * COMMAND_BYTES;
  if (file.length !== expected) {
    const what = file.length < expected ? "truncated" : "too long";
    fail("truncated", `the program is ${what}: ${file.length} bytes, its header announces ${expected}`, recompile);
  }
  if (!digest(file.subarray(HEADER_BYTES)).equals(file.subarray(32, 64))) {
    fail("checksum", "the program is damaged: its checksum does not match its contents", recompile);
  }
  const metadata = metadataSchema.safeParse(parseJson(file.toString("utf8", HEADER_BYTES, HEADER_BYTES + jsonBytes)));
  if (!metadata.success) {
    const issue = metadata.error.issues[0]!;
    return fail(
      "metadata",
      `the program's metadata is not valid: ${issue.path.join(".")}: ${issue.message}`,
      recompile,
    );
  }
  return {
    ...metadata.data,
    fingerprint: file.readUInt32LE(12),
    commandOperations: Uint16Array.from({ length: commands }, (_, i) => file.readUInt16LE(operationsAt + 2 * i)),
    commands: Uint8Array.from(file.subarray(commandsAt)),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A program runs on one configuration only. Error: `program-other-config`. */
export function requireConfig(program: Program, params: Params, source = "program"): void {
  if (program.fingerprint === params.fingerprint) return;
  const hex = (value: number): string => `0x${value.toString(16).padStart(8, "0")}`;
  throw new SystoleError({
    code: "program-other-config",
    message:
      `the program was compiled for configuration ${program.config} (fingerprint ${hex(program.fingerprint)}), ` +
      `not for ${params.name} (${hex(params.fingerprint)})`,
    location: { file: source },
    remedy: `Compile it again for ${params.name}, or run it on the configuration it was compiled for.`,
  });
}
