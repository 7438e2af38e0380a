/** `systole report`: what a configuration costs in gates, memories and time, block by block. */
import { Option } from "commander";
import type { Command } from "commander";
import { makeWorkload, parseLayerShape } from "../../bench/index.ts";
import type { Params } from "../../config/index.ts";
import { loadConfig } from "../../config/index.ts";
import { SystoleError } from "../../errors.ts";
import { requireWritable, writeFileAtomic } from "../../files/index.ts";
import type { CostReport, EnergyWish, FpgaFamily, SynthesisProgress, Technology } from "../../silicon/index.ts";
import {
  DEFAULT_MACRO_RULE,
  fpgaFamilies,
  GENERIC_LIBRARY,
  isCostReport,
  loadCostReport,
  loadLiberty,
  loadMacroTable,
  measureCost,
  nodeNames,
  renderAreaPicture,
  renderComparisonPage,
  renderCostComparison,
  renderCostPage,
  renderCostTerminal,
  technologyNode,
} from "../../silicon/index.ts";
import { interruptible } from "../interrupt.ts";
import { commandLine, integer } from "../options.ts";
import { Progress } from "../progress.ts";

interface ReportFlags {
  readonly liberty?: string;
  readonly node?: string;
  readonly macros?: string;
  readonly macroBits: number;
  readonly fpga?: readonly FpgaFamily[];
  readonly yosys?: string;
  readonly jobs?: number;
  readonly energy?: string;
  readonly seq: number;
  readonly depth: number;
  readonly flatten?: boolean;
  readonly html?: string;
  readonly svg?: string;
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
  let before = Infinity;
  return ({ done, total, running }) => {
    // One synthesis follows another: cells, the requantiser, each FPGA.
    if (done < before) progress.step(`synthesis of ${total} ${total === 1 ? "module" : "modules"}`);
    before = done;
    progress.update(done / total, `${done}/${total} ${running.join(", ")}`);
  };
}

/** A layer with random weights. Errors: `bench-shape`, `compile-capacity`, `compile-not-built-in`. */
function energyWish(params: Params, { energy: shape, seq }: ReportFlags, progress: Progress): EnergyWish | undefined {
  if (shape === undefined) return undefined;
  const { layers } = parseLayerShape(shape, "--energy");
  const choice = { shape, seq, softmax: "deferred", repeat: 1, seed: 1 } as const;
  let begun = false;
  return {
    workload: makeWorkload("layer", params, choice, {}),
    name: `one layer of ${shape}, ${seq} tokens`,
    layers,
    onProgress: (share) => {
      if (!begun) progress.step(`running a layer of ${shape}, ${seq} tokens`);
      begun = true;
      progress.update(share, "");
    },
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
        fpga: flags.fpga,
        yosys: flags.yosys,
        workers: flags.jobs,
        signal,
        onProgress: showProgress(progress),
        flatten: flags.flatten,
        energy: energyWish(params, flags, progress),
      }),
    );
  } finally {
    progress.clear();
  }
}

/** A report read from a file, or made of a configuration. */
const reportOf = async (source: string, flags: ReportFlags): Promise<CostReport> =>
  isCostReport(source) ? loadCostReport(source) : await measure(source, flags);

async function report(source: string, other: string | undefined, flags: ReportFlags): Promise<void> {
  const { html, svg, json, depth } = flags;
  if (other !== undefined && (json === true || svg !== undefined)) {
    throw new SystoleError({
      code: "option-conflict",
      message: "--json and --svg are of one report, not of two",
      remedy: "Leave one of the two out.",
    });
  }
  for (const file of [html, svg]) if (file !== undefined) requireWritable(file);
  const first = await reportOf(source, flags);
  const second = other === undefined ? undefined : await reportOf(other, flags);
  if (html !== undefined) {
    const command = commandLine();
    const page = second === undefined ? renderCostPage(first, command) : renderComparisonPage(first, second, command);
    writeFileAtomic(html, page);
  }
  if (svg !== undefined) writeFileAtomic(svg, renderAreaPicture(first));
  const text = (): string =>
    second === undefined ? renderCostTerminal(first, { depth }) : renderCostComparison(first, second, { depth });
  process.stdout.write(`${json === true ? JSON.stringify(first) : text()}\n`);
}

/** Adds the command to the program. */
export function addReport(program: Command): void {
  program
    .command("report")
    .description("area, memories, timing and energy of an accelerator, block by block, by synthesis of its Verilog")
    .argument("<config>", "preset name or configuration file, or a report that --json printed")
    .argument("[other]", "a second one, to compare with")
    .option("--liberty <file>", "map to the cells of a Liberty file instead of NAND, NOR, inverter and flip-flop")
    .addOption(new Option("--node <name>", "technology of areas in µm², of delays and energies").choices(nodeNames()))
    .option("--macros <file>", "areas of memory macros from a JSON table (docs/technology.md)")
    .addOption(
      new Option("--macro-bits <n>", "memories with clocked reads of at least so many bits become macros")
        .argParser(integer(1, 2 ** 30))
        .default(DEFAULT_MACRO_RULE.minimumBits),
    )
    .addOption(
      new Option(
        "--energy <shape>",
        "run an encoder layer and add its energy: bert-base or another well-known encoder, or hidden,heads,intermediate",
      ),
    )
    .addOption(new Option("--seq <n>", "tokens of the layer for --energy").argParser(integer(1, 4096)).default(128))
    .addOption(
      new Option("--fpga <family...>", "map the design to FPGAs too: LUTs, flip-flops, DSPs, block RAMs").choices(
        fpgaFamilies(),
      ),
    )
    .option(
      "--flatten",
      "synthesise the design as one piece too, and compare it with the sum of its modules: for small ones",
    )
    .option("--yosys <program>", "a native Yosys instead of the one within")
    .addOption(
      new Option("--jobs <n>", "modules synthesised at a time (default: one a core)").argParser(integer(1, 256)),
    )
    .addOption(
      new Option("--depth <n>", "levels of the module tree that are printed").argParser(integer(0, 99)).default(3),
    )
    .option("--html <file>", "write the report, or the comparison, as an HTML page")
    .option("--svg <file>", "write a picture of the areas")
    .option("--json", "print one JSON object on standard output and nothing else (docs/cost-report.md)")
    .addHelpText(
      "after",
      "\nExamples:\n  systole report transformer\n  systole report my-variant.json --node 45nm\n  systole report transformer --liberty osu018_stdcells.lib --json\n  systole report transformer edge\n  systole report transformer --node 45nm --energy bert-base --seq 128\n  systole report edge --fpga xc7 ecp5\n  systole report before.json after.json --html out/compare.html",
    )
    .action(report);
}
