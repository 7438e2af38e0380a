/** `systole docs`: writes the reference pages that are made from the code. */
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { cliPage, commandsPage, configurationPage, reportPage } from "../../docs/index.ts";
import { writeFileAtomic } from "../../files/index.ts";

const DOCS = new URL("../../../docs/", import.meta.url);

/** The generated pages by file name. */
export function generatedPages(program: Command): Readonly<Record<string, string>> {
  return {
    "cli.md": cliPage(program),
    "commands.md": commandsPage(),
    "configuration.md": configurationPage(),
    "report.md": reportPage(),
  };
}

/** Adds the command to the program. */
export function addDocs(program: Command): void {
  program
    .command("docs")
    .description("write the generated reference pages into docs/")
    .addHelpText("after", "\nExamples:\n  systole docs")
    .action(() => {
      for (const [name, text] of Object.entries(generatedPages(program))) {
        writeFileAtomic(fileURLToPath(new URL(name, DOCS)), text);
        process.stdout.write(`docs/${name}\n`);
      }
    });
}
