/** Program files that commands read. */
import { readFileSync } from "node:fs";
import { decodeProgram, requireConfig } from "../compiler/index.ts";
import type { Program } from "../compiler/index.ts";
import type { Params } from "../config/index.ts";
import { SystoleError } from "../errors.ts";

/** Reads a program file. Errors: `program-unreadable`, those of the file format, and `program-other-config` when `params` is given and differs. */
export function readProgram(path: string, params: Params | undefined): Program {
  let file: Uint8Array;
  try {
    file = readFileSync(path);
  } catch (cause) {
    throw new SystoleError({
      code: "program-unreadable",
      message: "no such program file, or not readable",
      location: { file: path },
      remedy: "Make one with: systole compile -o <file>",
      cause,
    });
  }
  const program = decodeProgram(file, path);
  if (params !== undefined) requireConfig(program, params, path);
  return program;
}
