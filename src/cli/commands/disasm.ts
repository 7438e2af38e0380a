/** `systole disasm`: a program file as text. */
import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { decodeProgram, disassemble, requireConfig } from "../../compiler/index.ts";
import type { Program } from "../../compiler/index.ts";
import { loadConfig } from "../../config/index.ts";
import { SystoleError } from "../../errors.ts";
import { COMMAND_BYTES, decodeCommand } from "../../isa/index.ts";

interface DisasmFlags {
  readonly config?: string;
  readonly json?: boolean;
}

/** Reads a program file. Errors: `program-unreadable`, those of the file format, and `program-other-config` when `config` is given and differs. */
export function readProgram(path: string, config: string | undefined): Program {
  let file: Uint8Array;
  try {
    file = readFileSync(path);
  } catch (cause) {
    throw new SystoleError({
      code: "program-unreadable",
      message: "no such program file, or not readable",
      location: { file: path },
      remedy: "make one with: systole compile -o <file>",
      cause,
    });
  }
  const program = decodeProgram(file, path);
  if (config !== undefined) requireConfig(program, loadConfig(config), path);
  return program;
}

function disasm(path: string, flags: DisasmFlags): void {
  const program = readProgram(path, flags.config);
  if (flags.json === true) {
    const { commands, commandOperations, ...metadata } = program;
    const decoded = Array.from(commandOperations, (operation, i) => ({
      index: i,
      operation: program.operations[operation]?.name,
      ...decodeCommand(commands, i * COMMAND_BYTES),
    }));
    process.stdout.write(`${JSON.stringify({ ...metadata, commands: decoded })}\n`);
    return;
  }
  process.stdout.write(disassemble(program));
}

/** Adds the command to the program. */
export function addDisasm(program: Command): void {
  program
    .command("disasm")
    .description("print a program: semaphores, memory map, and every command")
    .argument("<program>", "program file, made by systole compile")
    .option("-c, --config <name>", "refuse a program that was compiled for another configuration")
    .option("--json", "print one JSON object instead of text")
    .addHelpText(
      "after",
      "\nExamples:\n  systole disasm out/program.systole\n  systole disasm out/program.systole --config edge --json",
    )
    .action(disasm);
}
