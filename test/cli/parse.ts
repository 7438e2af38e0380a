/** Command lines out of help and documentation, and whether the program would take them. */
import { buildProgram } from "../../src/cli/program.ts";

/** The full help of one command, with what is added after it. */
export async function helpOf(name: string): Promise<string> {
  const [command] = (await buildProgram(name)).commands;
  let text = "";
  command!.configureOutput({ writeOut: (s) => (text += s) });
  command!.outputHelp();
  return text;
}

/** Splits a command line at spaces outside double quotes; ends at a redirection, a pipe or a run of spaces (a remark). */
export function splitLine(line: string): string[] {
  const [command = ""] = line.trim().split(/ (?:[|>] | {2,}\S)/);
  return [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? "");
}

/** The arguments of every line that calls `systole`. */
export const exampleArguments = (text: string): string[][] =>
  [...text.matchAll(/^ *(?:npx )?systole (.+)$/gm)].map(([, rest]) => splitLine(rest!));

/** Parses a command line without doing anything. Rejects as commander does. */
export async function parseOnly(args: readonly string[]): Promise<void> {
  const program = await buildProgram();
  for (const command of [program, ...program.commands]) command.configureOutput({ writeErr: () => undefined });
  for (const command of program.commands) command.action(() => undefined);
  await program.parseAsync([...args], { from: "user" });
}
