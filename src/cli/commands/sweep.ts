/** `systole sweep`: an encoder on every pair of memory sizes, fused and unfused. */
import pc from "picocolors";
import { Option } from "commander";
import type { Command } from "commander";
import { encoderData, parseLayerShape } from "../../bench/index.ts";
import { FUSIONS } from "../../compiler/index.ts";
import { loadConfig } from "../../config/index.ts";
import { requireWritable, writeFileAtomic } from "../../files/index.ts";
import type { SimulatorName } from "../../harness/index.ts";
import type { SoftmaxMode } from "../../model/index.ts";
import {
  PointStore,
  currentCommit,
  parseFusions,
  parseSizes,
  renderHeatmap,
  renderSweep,
  renderSweepPage,
  runPoint,
  sweepConfigs,
  sweepCsv,
} from "../../studies/index.ts";
import type { Sweep, SweepPoint } from "../../studies/index.ts";
import { buildNote } from "../build-note.ts";
import { ExitRequest } from "../errors.ts";
import { EXIT } from "../exit.ts";
import { checkpoint, interruptible } from "../interrupt.ts";
import { addMemoryOptions, commandLine, integer, memorySettings, simulatorOption, softmaxOption } from "../options.ts";
import type { MemoryFlags } from "../options.ts";
import { Progress } from "../progress.ts";

interface SweepFlags extends MemoryFlags {
  readonly simulator: SimulatorName;
  readonly config: string;
  readonly scratchpad: string;
  readonly accumulator: string;
  readonly fusion: string;
  readonly shape: string;
  readonly seq: number;
  readonly layers: number;
  readonly softmax: SoftmaxMode;
  readonly predict?: boolean;
  readonly check: boolean;
  readonly resume?: string;
  readonly json?: boolean;
  readonly html?: string;
  readonly svg?: string;
  readonly csv?: string;
}

function emit(sweep: Sweep, { json, html, svg, csv }: SweepFlags): void {
  const files: [string | undefined, (sweep: Sweep) => string][] = [
    [html, renderSweepPage],
    [svg, renderHeatmap],
    [csv, sweepCsv],
  ];
  for (const [file, render] of files) if (file !== undefined) writeFileAtomic(file, render(sweep));
  if (json === true) process.stdout.write(`${JSON.stringify(sweep)}\n`);
  else {
    const written = files.flatMap(([file]) => (file === undefined ? [] : [pc.dim(file)]));
    process.stdout.write(`${[renderSweep(sweep), ...written].join("\n")}\n`);
  }
}

async function sweep(flags: SweepFlags, signal: AbortSignal): Promise<void> {
  const base = loadConfig(flags.config);
  const memory = memorySettings(flags, base);
  const fusions = parseFusions(flags.fusion);
  const scratchpads = parseSizes("scratchpad", flags.scratchpad);
  const configs = sweepConfigs(base, scratchpads, parseSizes("accumulator", flags.accumulator));
  const { seq, layers, softmax, seed } = flags;
  const benchmark = { ...parseLayerShape(flags.shape), seq, layers, softmax, seed };
  for (const file of [flags.html, flags.svg, flags.csv, flags.resume]) if (file !== undefined) requireWritable(file);
  const store = new PointStore(flags.resume);
  const progress = new Progress({ quiet: flags.json === true });
  progress.step("preparing the encoder");
  const data = encoderData(benchmark);
  data.quantised(base.variants);
  await checkpoint(signal);
  const requests = configs.flatMap((config) => fusions.map((fusion) => ({ config, fusion, data, memory })));
  const points: SweepPoint[] = [];
  try {
    for (const [i, request] of requests.entries()) {
      const label = `${i + 1}/${requests.length} ${request.config.params.name}, fusion ${request.fusion}`;
      progress.step(`${flags.predict === true ? "predicting" : "preparing"} ${label}`);
      points.push(
        await runPoint(request, {
          command: commandLine(),
          predict: flags.predict === true,
          check: flags.check,
          store,
          simulator: flags.simulator,
          signal,
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
        }),
      );
    }
  } finally {
    progress.clear();
    if (points.length > 0) {
      const { hidden, heads, intermediate } = benchmark;
      const result: Sweep = {
        command: commandLine(),
        date: new Date().toISOString(),
        commit: currentCommit(),
        config: base.name,
        rows: base.rows,
        cols: base.cols,
        shape: { seq, layers, hidden, heads, intermediate },
        memory: { latencyCycles: memory.latencyCycles, bytesPerCycle: memory.bytesPerCycle },
        points,
        notRun: requests.length - points.length,
      };
      emit(result, flags);
    }
  }
  if (points.some((p) => p.how === "measured" && (p.differences ?? 0) > 0)) {
    throw new ExitRequest(EXIT.differences.code);
  }
}

/** Adds the command to the program. */
export function addSweep(program: Command): void {
  const command = program
    .command("sweep")
    .description("measure encoder layers on every pair of memory sizes, with and without fusion")
    .option("-c, --config <name>", "preset or configuration file that the others are derived from", "transformer")
    .option("--scratchpad <list>", "sizes in KiB", "64,128,256")
    .option("--accumulator <list>", "sizes in KiB", "64,128,256")
    .option("--fusion <list>", `schedules to compare, of ${FUSIONS.join(", ")}`, "off,softmax,all")
    .option("-s, --shape <shape>", "a well-known encoder, or hidden,heads,intermediate", "bert-base")
    .addOption(new Option("--seq <n>", "sequence length").argParser(integer(1, 4096)).default(512))
    .addOption(new Option("--layers <n>", "layers in one program").argParser(integer(1, 48)).default(1))
    .addOption(simulatorOption())
    .addOption(softmaxOption())
    .option(
      "--predict",
      "by the compiler's cost model, in seconds, but for points that --resume has; otherwise every point is measured on the RTL",
    )
    .option("--check", "compare every tensor written with the integer reference", true)
    .option("--no-check", "do not compare")
    .option("--resume <file>", "keep measured points in this file, and take from it those that would be the same")
    .option("--json", "print one JSON object on standard output and nothing else")
    .option("--html <file>", "write heat maps and table as an HTML page")
    .option("--svg <file>", "write the heat maps as a picture")
    .option("--csv <file>", "write the points as CSV");
  addMemoryOptions(command)
    .addHelpText(
      "after",
      [
        "",
        "Every pair of sizes is a build of its own, and every point a run. Sizes that no program fits are reported as such.",
        "Interrupted, it prints what it has; with --resume the next call goes on from there.",
        "",
        "Examples:",
        "  systole sweep --scratchpad 64,128,256 --accumulator 64,128,256 --shape bert-base --seq 512 --resume out/sweep.json",
        "  systole sweep --predict --html out/sweep.html",
        "  systole sweep --config edge --scratchpad 16,32 --accumulator 32 --fusion all --shape bert-tiny --seq 32 --csv out/edge.csv",
      ].join("\n"),
    )
    .action(async (flags: SweepFlags) => interruptible((signal) => sweep(flags, signal)));
}
