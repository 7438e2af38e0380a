/** `systole docs`: writes the reference pages that are made from the code. */
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import {
  cliPage,
  commandsPage,
  configurationPage,
  costReportPage,
  reportPage,
  technologyPage,
} from "../../docs/index.ts";
import { writeFileAtomic } from "../../files/index.ts";
import { areaStudyPage, readAreaStudy } from "../../studies/index.ts";

const DOCS = new URL("../../../docs/", import.meta.url);

/** The generated pages by file name. */
export async function generatedPages(program: Command): Promise<Readonly<Record<string, string>>> {
  // The only part of the program that needs the TypeScript compiler, which is there in the repository but not in an installation.
  const { apiPages } = await import("../../docs/api/index.ts");
  return {
    ...apiPages(),
    "cli.md": cliPage(program),
    "commands.md": commandsPage(),
    "configuration.md": configurationPage(),
    "cost-report.md": costReportPage(),
    "report.md": reportPage(),
    "technology.md": technologyPage(),
    "studies/area.md": areaStudyPage(readAreaStudy(fileURLToPath(new URL("studies/area.json", DOCS)))),
  };
}

/** Adds the command to the program. */
export function addDocs(program: Command): void {
  program
    .command("docs")
    .description("write the generated reference pages into docs/")
    .addHelpText("after", "\nExamples:\n  systole docs")
    .action(async () => {
      for (const [name, text] of Object.entries(await generatedPages(program))) {
        writeFileAtomic(fileURLToPath(new URL(name, DOCS)), text);
        process.stdout.write(`docs/${name}\n`);
      }
    });
}
