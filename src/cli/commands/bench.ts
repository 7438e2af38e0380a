/** `systole bench`: cycle-accurate latency of one kernel or of whole layers, with random data, against the reference. */
import { Argument, Option } from "commander";
import type { Command } from "commander";
import { WORKLOADS, makeWorkload, runWorkload } from "../../bench/index.ts";

import type { WorkloadName } from "../../bench/index.ts";
import { loadConfig } from "../../config/index.ts";
import type { SoftmaxMode } from "../../model/index.ts";
import { buildReport } from "../../report/index.ts";
import { buildNote } from "../build-note.ts";
import { interruptible } from "../interrupt.ts";
import { addSimulationOptions, commandLine, integer, memorySettings, softmaxOption, waveOptions } from "../options.ts";
import type { SimulationFlags } from "../options.ts";
import { emitReport } from "../output.ts";
import { Progress } from "../progress.ts";

interface BenchFlags extends SimulationFlags {
  readonly shape?: string;
  readonly seq: number;
  readonly layers: number;
  readonly repeat: number;
  readonly softmax: SoftmaxMode;
  readonly check: boolean;
}

async function bench(kind: WorkloadName, flags: BenchFlags, signal: AbortSignal): Promise<void> {
  const progress = new Progress({ quiet: flags.json === true });
  const params = loadConfig(flags.config);
  const memory = memorySettings(flags, params);
  const wave = waveOptions(flags);
  progress.step(`preparing ${kind}`);
  const workload = makeWorkload(kind, params, flags, { memory });
  progress.step(`building the simulation of ${params.name}`);
  try {
    const result = await runWorkload(params, workload, {
      memory,
      wave,
      signal,
      check: flags.check,
      onBuild: (p) => {
        progress.update(p.done / p.total, buildNote(p));
      },
      onStart: () => {
        progress.step(`running ${kind}`);
      },
      onProgress: (fraction) => {
        progress.update(fraction, "");
      },
    });
    progress.clear();
    const report = buildReport({
      command: commandLine(),
      kind,
      shape: workload.shape,
      params,
      memory,
      runs: [result.run],
      comparisons: result.comparisons === undefined ? undefined : [result.comparisons],
      elements: workload.elements,
      predictions: [],
      simulator: result.simulator,
      buildSeconds: result.buildSeconds,
    });
    emitReport(report, [{ ...result.run, name: kind }], flags);
  } finally {
    progress.clear();
  }
}

/** Adds the command to the program. */
export function addBench(program: Command): void {
  const shapes = Object.entries(WORKLOADS).map(
    ([name, { shape, example }]) => `  ${name.padEnd(11)}${shape}, default ${example}`,
  );
  const command = program
    .command("bench")
    .description("measure one kernel, or whole encoder layers, on the generated RTL with random data")
    .addArgument(new Argument("<kernel>", "what to measure").choices(Object.keys(WORKLOADS)))
    .option("-s, --shape <shape>", "dimensions, see below")
    .addOption(new Option("--seq <n>", "layer: sequence length").argParser(integer(1, 4096)).default(128))
    .addOption(
      new Option("--layers <n>", "layer: number of layers in one program").argParser(integer(1, 48)).default(1),
    )
    .addOption(
      new Option("--repeat <n>", "softmax, layernorm, gelu: passes over each block while it is in the accumulator")
        .argParser(integer(1, 1000))
        .default(1),
    )
    .addOption(softmaxOption())
    .option("--check", "compare every tensor written with the integer reference", true)
    .option("--no-check", "do not compare");
  addSimulationOptions(command)
    .addHelpText(
      "after",
      [
        "",
        "Shapes:",
        ...shapes,
        "",
        "Examples:",
        "  systole bench layer --shape bert-base --seq 128",
        "  systole bench matmul --shape 128x768x768 --latency 20 --json",
        "  systole bench layer --shape 120,5,480 --seq 17 --config edge --stalls 0.2",
      ].join("\n"),
    )
    .action(async (kind: WorkloadName, flags: BenchFlags) => interruptible((signal) => bench(kind, flags, signal)));
}
