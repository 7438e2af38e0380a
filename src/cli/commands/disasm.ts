/** `systole disasm`: a program file as text. */
import type { Command } from "commander";
import { disassemble } from "../../compiler/index.ts";
import { loadConfig } from "../../config/index.ts";
import { COMMAND_BYTES, decodeCommand } from "../../isa/index.ts";
import { readProgram } from "../program-file.ts";

interface DisasmFlags {
  readonly config?: string;
  readonly json?: boolean;
}

function disasm(path: string, flags: DisasmFlags): void {
  const program = readProgram(path, flags.config === undefined ? undefined : loadConfig(flags.config));
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
