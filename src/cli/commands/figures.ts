/** `systole figures`: every performance figure on the RTL, against its bar. */
import { join } from "node:path";
import { Option } from "commander";
import type { Command } from "commander";
import type { SimulatorName } from "../../harness/index.ts";
import { requireWritable, writeFileAtomic } from "../../files/index.ts";
import {
  allDifferences,
  allMet,
  barText,
  chooseFigures,
  circumstances,
  figuresMarkdown,
  renderFigures,
  runFigure,
} from "../../studies/index.ts";
import type { Figure, FiguresResult } from "../../studies/index.ts";
import { buildNote } from "../build-note.ts";
import { ExitRequest } from "../errors.ts";
import { EXIT } from "../exit.ts";
import { checkpoint, interruptible } from "../interrupt.ts";
import { commandLine, simulatorOption } from "../options.ts";
import { Progress } from "../progress.ts";

interface FiguresFlags {
  readonly simulator: SimulatorName;
  readonly only?: string;
  readonly list?: boolean;
  readonly output: string;
  readonly json?: boolean;
}

/** The configuration, and the memory where it is not a DMA beat a cycle. */
function settingText({ config = "transformer", bytesPerCycle, latencyCycles }: Figure): string {
  const bandwidth = bytesPerCycle === undefined ? [] : [`${bytesPerCycle} B/cycle`];
  return [config, ...bandwidth, `latency ${latencyCycles}`].join(", ");
}

const listing = (figures: readonly Figure[]): string =>
  figures
    .map(
      (figure) => `${figure.name}: ${figure.what} (${settingText(figure)}): ${figure.bars.map(barText).join(", ")}\n`,
    )
    .join("");

/** `2026-01-31-0915` of a date, in UTC. */
const stamp = (iso: string): string => iso.slice(0, 16).replace("T", "-").replace(":", "");

async function figures(flags: FiguresFlags, signal: AbortSignal): Promise<void> {
  const chosen = chooseFigures(flags.only);
  if (flags.list === true) {
    process.stdout.write(listing(chosen));
    return;
  }
  const progress = new Progress({ quiet: flags.json === true });
  const date = new Date().toISOString();
  const files = (["json", "md"] as const).map((ending) => join(flags.output, `${stamp(date)}.${ending}`));
  for (const file of files) requireWritable(file);
  let result: FiguresResult = { date, ...circumstances(), rows: [], notRun: chosen.map(({ name }) => name) };
  try {
    for (const [i, figure] of chosen.entries()) {
      const label = `${i + 1}/${chosen.length} ${figure.name}`;
      progress.step(`preparing ${label}`);
      const row = await runFigure(figure, commandLine(), {
        signal,
        simulator: flags.simulator,
        checkpoint: () => checkpoint(signal),
        onBuild: (p) => {
          progress.update(p.done / p.total, buildNote(p));
        },
        onStart: () => {
          progress.step(`running ${label}`);
        },
        onProgress: (fraction) => {
          progress.update(fraction, "");
        },
      });
      result = { ...result, rows: [...result.rows, row], notRun: result.notRun.filter((name) => name !== figure.name) };
      writeFileAtomic(files[0]!, `${JSON.stringify(result, undefined, 1)}\n`);
      writeFileAtomic(files[1]!, figuresMarkdown(result));
    }
  } finally {
    progress.clear();
    if (result.rows.length > 0) {
      process.stdout.write(
        flags.json === true ? `${JSON.stringify(result)}\n` : `${renderFigures(result)}\n${files.join("\n")}\n`,
      );
    }
  }
  if (allDifferences(result) > 0) throw new ExitRequest(EXIT.differences.code);
  if (!allMet(result)) throw new ExitRequest(EXIT.missed.code);
}

/** Adds the command to the program. */
export function addFigures(program: Command): void {
  program
    .command("figures")
    .description("measure every performance figure on the RTL and hold it against its bar")
    .addOption(new Option("--only <pattern>", "only figures whose name matches this regular expression"))
    .addOption(simulatorOption())
    .option("--list", "print the figures and their bars, and run nothing")
    .option("-o, --output <dir>", "directory for <date>.json and <date>.md, written after every figure", "out/bench")
    .option("--json", "print the result as one JSON object instead of a table")
    .addHelpText(
      "after",
      [
        "",
        "Interrupted, it keeps and prints the figures measured so far.",
        "",
        "Examples:",
        "  systole figures",
        "  systole figures --only matmul",
        '  systole figures --only "^layer-(128|512)$" --json',
        "  systole figures --list",
      ].join("\n"),
    )
    .action(async (flags: FiguresFlags) => interruptible((signal) => figures(flags, signal)));
}
