/** The command line: every command with its options, examples and action. */
import { Command, CommanderError } from "commander";
import manifest from "../../package.json" with { type: "json" };
import { COMMANDS } from "./commands/index.ts";
import { EXIT } from "./exit.ts";
import { reportFailure } from "./errors.ts";

const exitCodes = (): string =>
  ["", "Exit codes:", ...Object.values(EXIT).map(({ code, doc }) => `  ${String(code).padEnd(4)}${doc}`)].join("\n");

/** Where to begin, and what the words of the commands' help stand for. */
async function firstSteps(): Promise<string> {
  const [{ presetNames }, { namedShapes }] = await Promise.all([
    import("../config/index.ts"),
    import("../model/index.ts"),
  ]);
  return [
    "",
    "First steps:",
    "  systole run                    classify the shipped texts on the generated RTL",
    "  systole generate transformer   write its Verilog, into rtl-out/transformer",
    "  systole report transformer     what it costs in area, time and energy",
    "  systole <command> --help       the options of a command, with examples",
    "",
    `Configurations: ${presetNames().join(", ")}, or a JSON file (docs/configuration.md)`,
    `Encoders: ${Object.keys(namedShapes).join(", ")}, or hidden,heads,intermediate`,
  ].join("\n");
}

/** Builds the commander program with all commands, or with one of them; nothing runs until it is parsed. */
export async function buildProgram(only?: string): Promise<Command> {
  const program = new Command("systole");
  program
    .description("Generates Transformer accelerators and runs BERT on their RTL, cycle by cycle.")
    .version(manifest.version)
    .showHelpAfterError("(systole --help lists the commands)")
    .addHelpText("after", `${only === undefined ? `${await firstSteps()}\n` : ""}${exitCodes()}`)
    .exitOverride();
  const names = only === undefined ? Object.keys(COMMANDS) : [only];
  for (const add of await Promise.all(names.map((name) => COMMANDS[name]!()))) add(program);
  for (const command of program.commands) {
    command.showHelpAfterError(`(systole ${command.name()} --help explains it)`);
  }
  return program;
}

/** The one command that a command line needs; `undefined` when the help, or `docs`, needs them all. */
function commandOf(args: readonly string[]): string | undefined {
  const [first] = args;
  return first !== undefined && first !== "docs" && Object.hasOwn(COMMANDS, first) ? first : undefined;
}

/** Parses and runs a command line. Returns the exit code. */
export async function runCli(args: readonly string[]): Promise<number> {
  try {
    const program = await buildProgram(commandOf(args));
    await program.parseAsync([...args], { from: "user" });
    return EXIT.ok.code;
  } catch (error) {
    // Commander has already printed its message; help and version end with code 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok.code : EXIT.usage.code;
    return reportFailure(error);
  }
}
