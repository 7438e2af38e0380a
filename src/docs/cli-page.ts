/** docs/cli.md: every command with its options, from the command line's own help. */
import type { Command } from "commander";
import { GENERATED } from "./markdown.ts";

/** The page's text for a program; commands without a description (hidden ones) are left out. */
export function cliPage(program: Command): string {
  const commands = program.commands.filter((c) => c.name() !== "docs");
  const help = (c: Command): string => {
    let text = "";
    c.configureOutput({ writeOut: (s) => (text += s), getOutHelpWidth: () => 110, getOutHasColors: () => false });
    c.outputHelp();
    return ["```text", text.trimEnd(), "```"].join("\n");
  };
  return `${[
    GENERATED,
    "# Command line",
    "`npx systole`, or `npm run systole --` inside the repository. Results go to standard output, progress and errors to standard error. `--json` prints one object and nothing else. `NO_COLOR` switches colours off.",
    help(program),
    ...commands.flatMap((c) => [`## ${c.name()}`, help(c)]),
  ].join("\n\n")}\n`;
}
