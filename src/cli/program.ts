/** The command line: every command with its options, examples and action. */
import { Command, CommanderError } from "commander";
import manifest from "../../package.json" with { type: "json" };
import { EXIT } from "./exit.ts";
import { reportFailure } from "./errors.ts";
import { addBench } from "./commands/bench.ts";
import { addCheck } from "./commands/check.ts";
import { addCompile } from "./commands/compile.ts";
import { addDisasm } from "./commands/disasm.ts";
import { addDocs } from "./commands/docs.ts";
import { addFigures } from "./commands/figures.ts";
import { addGenerate } from "./commands/generate.ts";
import { addMap } from "./commands/map.ts";
import { addRun } from "./commands/run.ts";
import { addSweep } from "./commands/sweep.ts";

const exitCodes = (): string =>
  ["", "Exit codes:", ...Object.values(EXIT).map(({ code, doc }) => `  ${String(code).padEnd(4)}${doc}`)].join("\n");

/** Builds the commander program; nothing runs until it is parsed. */
export function buildProgram(): Command {
  const program = new Command("systole");
  program
    .description("Generates Transformer accelerators and runs BERT on their RTL, cycle by cycle.")
    .version(manifest.version)
    .showHelpAfterError("(systole --help lists the commands)")
    .addHelpText("after", exitCodes())
    .exitOverride();
  for (const add of [
    addRun,
    addBench,
    addFigures,
    addSweep,
    addGenerate,
    addCompile,
    addMap,
    addDisasm,
    addCheck,
    addDocs,
  ])
    add(program);
  for (const command of program.commands) {
    command.showHelpAfterError(`(systole ${command.name()} --help explains it)`);
  }
  return program;
}

/** Parses and runs a command line. Returns the exit code. */
export async function runCli(args: readonly string[]): Promise<number> {
  try {
    await buildProgram().parseAsync([...args], { from: "user" });
    return EXIT.ok.code;
  } catch (error) {
    // Commander has already printed its message; help and version end with code 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok.code : EXIT.usage.code;
    return reportFailure(error);
  }
}
