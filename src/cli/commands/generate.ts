/** `systole generate`: a configuration becomes Verilog and everything that goes with it. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { renderCollateral } from "../../collateral/index.ts";
import { requireAnyTiling } from "../../compiler/index.ts";
import { loadConfig } from "../../config/index.ts";
import { SystoleError } from "../../errors.ts";
import { writeDirectory } from "../../files/index.ts";
import { generateAccelerator } from "../../generators/index.ts";
import { expectShortRun } from "../short.ts";

interface GenerateOptions {
  readonly output: string;
  readonly json?: boolean;
  readonly locations: boolean;
}

/** The directory is replaced as a whole, so it must be empty or the work of an earlier `generate`: hold its manifest. */
function requireOwn(directory: string, manifest: string): void {
  if (!existsSync(directory) || !statSync(directory).isDirectory()) return;
  const present = readdirSync(directory);
  if (present.length === 0 || present.includes(manifest)) return;
  throw new SystoleError({
    code: "output-in-the-way",
    message: `the directory holds other files than an earlier result (no ${manifest})`,
    location: { file: directory },
    remedy: "Give another directory with --output, or empty it.",
  });
}

function generate(config: string, options: GenerateOptions): void {
  expectShortRun();
  const started = performance.now();
  const params = loadConfig(config);
  requireAnyTiling(params, config);
  const rtl = generateAccelerator(params, { locations: options.locations });
  const names = rtl.files.map((f) => f.name);
  const collateral = renderCollateral(params, { top: rtl.top, files: names });
  const directory = join(options.output, params.name);
  requireOwn(directory, `${rtl.top}.json`);
  writeDirectory(directory, [...rtl.files, ...collateral]);
  const lines = rtl.files.reduce((n, f) => n + f.text.split("\n").length - 1, 0);
  const seconds = (performance.now() - started) / 1000;
  if (options.json === true) {
    const files = [...names, ...collateral.map((f) => f.name)];
    process.stdout.write(`${JSON.stringify({ directory, top: rtl.top, files, lines, seconds })}\n`);
    return;
  }
  process.stdout.write(
    `${directory}: ${rtl.top}, ${names.length} modules, ${lines} lines of Verilog in ${seconds.toFixed(2)} s; with ${collateral.map((f) => f.name).join(", ")}\n`,
  );
}

/** Adds the command to the program. */
export function addGenerate(program: Command): void {
  program
    .command("generate")
    .description("write the Verilog of an accelerator with file list, FuseSoC core, SDC, C header and JSON manifest")
    .argument("<config>", "preset name or configuration file")
    .option("-o, --output <dir>", "directory to write into; the variant's name is appended", "rtl-out")
    .option("--no-locations", "leave out the comments that say where each declaration is written")
    .option("--json", "print one JSON object instead of text")
    .addHelpText(
      "after",
      "\nExamples:\n  systole generate transformer\n  systole generate my-variant.json -o build/rtl",
    )
    .action(generate);
}
