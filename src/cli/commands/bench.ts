/** `systole bench`: cycle-accurate latency of one kernel or of whole layers, with random data, against the reference. */
import { Argument, Option } from "commander";
import type { Command } from "commander";
import { WORKLOADS, makeWorkload } from "../../bench/index.ts";
import type { WorkloadName } from "../../bench/index.ts";
import type { Fusion } from "../../compiler/index.ts";
import { loadConfig } from "../../config/index.ts";
import type { SoftmaxMode } from "../../model/index.ts";
import { measure } from "../../studies/index.ts";
import { buildNote } from "../build-note.ts";
import { checkpoint, interruptible } from "../interrupt.ts";
import {
  addSimulationOptions,
  commandLine,
  fusionOption,
  integer,
  memorySettings,
  softmaxOption,
  waveOptions,
} from "../options.ts";
import type { SimulationFlags } from "../options.ts";
import { benchSimulators, SIMULATORS_SHAPE } from "./bench-simulators.ts";
import { emitReport } from "../output.ts";
import { Progress } from "../progress.ts";

interface BenchFlags extends SimulationFlags {
  readonly shape?: string;
  readonly seq: number;
  readonly layers?: number;
  readonly repeat: number;
  readonly softmax: SoftmaxMode;
  readonly fusion: Fusion;
  readonly check: boolean;
}

/** What can be measured that is no kernel. */
const SIMULATORS = "simulators";

async function bench(kind: WorkloadName | typeof SIMULATORS, flags: BenchFlags, signal: AbortSignal): Promise<void> {
  const progress = new Progress({ quiet: flags.json === true });
  const params = loadConfig(flags.config);
  const memory = memorySettings(flags, params);
  if (kind === SIMULATORS) {
    await benchSimulators(params, flags, { memory, json: flags.json === true, progress }, signal);
    return;
  }
  const wave = waveOptions(flags);
  progress.step(`preparing ${kind}`);
  const workload = makeWorkload(kind, params, flags, { memory, fusion: flags.fusion });
  progress.step(`preparing the simulation of ${params.name}`);
  try {
    await checkpoint(signal);
    const { report, run } = await measure(params, workload, {
      command: commandLine(),
      memory,
      wave,
      simulator: flags.simulator,
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
    emitReport({ ...report, kind }, [{ ...run, name: kind }], flags);
  } finally {
    progress.clear();
  }
}

/** Adds the command to the program. */
export function addBench(program: Command): void {
  const kernels = Object.entries(WORKLOADS);
  const shapes = kernels.map(([name, { shape, example }]) => `  ${name.padEnd(11)}${shape}, default ${example}`);
  const meanings = kernels.map(([name, { measures }]) => `  ${name.padEnd(11)}${measures}`);
  const command = program
    .command("bench")
    .description("measure one kernel, an encoder layer or a whole encoder on the generated RTL with random data")
    .addArgument(new Argument("<kernel>", "what to measure").choices([...Object.keys(WORKLOADS), SIMULATORS]))
    .option("-s, --shape <shape>", "dimensions, see below")
    .addOption(
      new Option("--seq <n>", "layer, model, attention: sequence length").argParser(integer(1, 4096)).default(128),
    )
    .addOption(
      new Option("--layers <n>", "layer, model: layers in one program (default: 1, or all of the model)").argParser(
        integer(1, 48),
      ),
    )
    .addOption(
      new Option(
        "--repeat <n>",
        "softmax, layernorm, gelu: how often the passes run over each block of rows while it is in the accumulator; many times, so that loading and storing the rows counts for little",
      )
        .argParser(integer(1, 1000))
        .default(16),
    )
    .addOption(softmaxOption())
    .addOption(fusionOption())
    .option("--check", "compare every tensor written with the integer reference", true)
    .option("--no-check", "do not compare");
  addSimulationOptions(command)
    .addHelpText(
      "after",
      [
        "",
        "Kernels:",
        ...meanings,
        `  ${SIMULATORS.padEnd(11)}the speed of the simulators, embedded and Verilator: the array alone, an encoder layer, the start`,
        "",
        "Shapes:",
        ...shapes,
        `  ${SIMULATORS.padEnd(11)}as layer, default ${SIMULATORS_SHAPE}`,
        "",
        "Examples:",
        "  systole bench layer --shape bert-base --seq 128",
        "  systole bench matmul --shape 128x768x768 --latency 20 --json",
        "  systole bench model --shape bert-base --seq 128 --html out/bert-base.html",
        "  systole bench attention --seq 512",
        "  systole bench layernorm --shape 64x768",
        "  systole bench simulators --json",
        "  systole bench layer --shape 120,5,480 --seq 17 --config edge --stalls 0.2",
      ].join("\n"),
    )
    .action(async (kind: WorkloadName | typeof SIMULATORS, flags: BenchFlags) =>
      interruptible((signal) => bench(kind, flags, signal)),
    );
}
