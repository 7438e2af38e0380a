/** `systole report`: what a configuration costs in gates, memories and time, block by block. */
import { Option } from "commander";
import type { Command } from "commander";
import { loadConfig } from "../../config/index.ts";
import { SystoleError } from "../../errors.ts";
import type { CostReport, SynthesisProgress, Technology } from "../../silicon/index.ts";
import {
  DEFAULT_MACRO_RULE,
  GENERIC_LIBRARY,
  loadLiberty,
  loadMacroTable,
  measureCost,
  nodeNames,
  renderCostTerminal,
  technologyNode,
} from "../../silicon/index.ts";
import { interruptible } from "../interrupt.ts";
import { integer } from "../options.ts";
import { Progress } from "../progress.ts";

interface ReportFlags {
  readonly liberty?: string;
  readonly node?: string;
  readonly macros?: string;
  readonly macroBits: number;
  readonly yosys?: string;
  readonly jobs?: number;
  readonly depth: number;
  readonly json?: boolean;
}

/** Errors: `option-macros` and those of the files. */
function technologyOf({ liberty, node, macros }: ReportFlags): Technology {
  if (macros !== undefined && liberty === undefined && node === undefined) {
    throw new SystoleError({
      code: "option-macros",
      message: "--macros gives areas in µm², and nothing says how many of them a gate takes",
      remedy: "Add --node or --liberty.",
    });
  }
  return {
    library: liberty === undefined ? GENERIC_LIBRARY : loadLiberty(liberty),
    node: node === undefined ? undefined : technologyNode(node),
    macros: macros === undefined ? undefined : loadMacroTable(macros),
  };
}

/** Shows modules under way, each once where there is no terminal. */
function showProgress(progress: Progress): (state: SynthesisProgress) => void {
  let begun = false;
  return ({ done, total, running }) => {
    if (!begun) progress.step(`synthesis of ${total} modules`);
    begun = true;
    progress.update(done / total, `${done}/${total} ${running.join(", ")}`);
  };
}

async function measure(config: string, flags: ReportFlags): Promise<CostReport> {
  const params = loadConfig(config);
  const technology = technologyOf(flags);
  const progress = new Progress({ quiet: false });
  try {
    return await interruptible((signal) =>
      measureCost(params, {
        technology,
        macroRule: { minimumBits: flags.macroBits },
        yosys: flags.yosys,
        workers: flags.jobs,
        signal,
        onProgress: showProgress(progress),
      }),
    );
  } finally {
    progress.clear();
  }
}

async function report(config: string, flags: ReportFlags): Promise<void> {
  const result = await measure(config, flags);
  process.stdout.write(
    flags.json === true ? `${JSON.stringify(result)}\n` : `${renderCostTerminal(result, { depth: flags.depth })}\n`,
  );
}

/** Adds the command to the program. */
export function addReport(program: Command): void {
  program
    .command("report")
    .description("area, memories and timing of an accelerator, block by block, by synthesis of its Verilog")
    .argument("<config>", "preset name or configuration file")
    .option("--liberty <file>", "map to the cells of a Liberty file instead of NAND, NOR, inverter and flip-flop")
    .addOption(new Option("--node <name>", "technology of areas in µm², of delays and energies").choices(nodeNames()))
    .option("--macros <file>", "areas of memory macros from a JSON table (docs/technology.md)")
    .addOption(
      new Option("--macro-bits <n>", "memories with clocked reads of at least so many bits become macros")
        .argParser(integer(1, 2 ** 30))
        .default(DEFAULT_MACRO_RULE.minimumBits),
    )
    .option("--yosys <program>", "a native Yosys instead of the one within")
    .addOption(
      new Option("--jobs <n>", "modules synthesised at a time (default: one a core)").argParser(integer(1, 256)),
    )
    .addOption(
      new Option("--depth <n>", "levels of the module tree that are printed").argParser(integer(0, 99)).default(3),
    )
    .option("--json", "print one JSON object on standard output and nothing else (docs/cost-report.md)")
    .addHelpText(
      "after",
      "\nExamples:\n  systole report transformer\n  systole report my-variant.json --node 45nm\n  systole report transformer --liberty osu018_stdcells.lib --json",
    )
    .action(report);
}
