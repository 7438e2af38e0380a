/** Options that several commands share, and how their values are checked. */
import { InvalidArgumentError, Option } from "commander";
import type { Command } from "commander";
import type { MemoryModel } from "../compiler/index.ts";
import { FUSIONS } from "../compiler/index.ts";
import type { Params } from "../config/index.ts";
import { SystoleError } from "../errors.ts";
import { requireWritable } from "../files/index.ts";
import { SIMULATORS } from "../harness/index.ts";
import type { SimulatorName, WaveOptions } from "../harness/index.ts";
import type { CalibrationMethod } from "../model/index.ts";
import type { MemorySettings } from "../runtime/index.ts";

/** Parses an integer from `min` to `max`. */
export function integer(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(`It must be an integer from ${min} to ${max}.`);
    }
    return value;
  };
}

/** Parses a number from `min` to `max`. */
export function number(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === "" || !Number.isFinite(value) || value < min || value > max) {
      throw new InvalidArgumentError(`It must be a number from ${min} to ${max}.`);
    }
    return value;
  };
}

/** Options of the memory behind the simulated accelerator. */
export interface MemoryFlags {
  readonly latency: number;
  readonly bandwidth?: number;
  readonly stalls: number;
  readonly seed: number;
}

/** Options of waves. */
export interface WaveFlags {
  readonly wave?: string;
  readonly waveFrom?: number;
  readonly waveTo?: number;
  readonly waveScope?: string;
}

/** Options of every command that simulates. */
export interface SimulationFlags extends MemoryFlags, WaveFlags {
  readonly simulator: SimulatorName;
  readonly config: string;
  readonly json?: boolean;
  readonly html?: string;
  readonly svg?: string;
  readonly trace?: string;
}

const MAX_CYCLE = Number.MAX_SAFE_INTEGER;

/** What cannot be written is better known before the simulation than after it. */
function requireOutputs({ html, svg, trace, wave }: SimulationFlags): void {
  for (const file of [html, svg, trace, wave]) if (file !== undefined) requireWritable(file);
}

/** Adds the options of {@link MemoryFlags} to a command. */
export function addMemoryOptions(command: Command): Command {
  return command
    .addOption(new Option("--latency <cycles>", "memory latency").argParser(integer(0, 100_000)).default(100))
    .addOption(bandwidthOption())
    .addOption(
      new Option("--stalls <probability>", "probability that a memory channel stalls in a cycle")
        .argParser(number(0, 0.95))
        .default(0),
    )
    .addOption(
      new Option("--seed <n>", "seed of stalls and random data").argParser(integer(1, 2 ** 31 - 1)).default(1),
    );
}

/** Adds the options of {@link SimulationFlags} to a command. */
export function addSimulationOptions(command: Command): Command {
  command
    .hook("preAction", (_, action) => {
      requireOutputs(action.opts<SimulationFlags>());
    })
    .option("-c, --config <name>", "preset name or configuration file", "transformer")
    .addOption(simulatorOption())
    .option("--json", "print one JSON object on standard output and nothing else (docs/report.md)")
    .option("--html <file>", "write the report as an HTML page")
    .option(
      "--trace <file>",
      "write every command, wait and its cause, and counters as trace events (JSON), for Perfetto",
    )
    .option("--svg <file>", "write the timeline of the engines as a picture");
  return addMemoryOptions(command)
    .option(
      "--wave <file>",
      "record waves (.vcd; with --simulator verilator also .fst); slow and large, so give a window",
    )
    .addOption(new Option("--wave-from <cycle>", "first cycle recorded").argParser(integer(0, MAX_CYCLE)))
    .addOption(new Option("--wave-to <cycle>", "first cycle not recorded any more").argParser(integer(1, MAX_CYCLE)))
    .option("--wave-scope <path>", "record only what is inside this instance, dots between names");
}

/** `--bandwidth`. */
export const bandwidthOption = (): Option =>
  new Option("--bandwidth <bytes>", "memory bytes per cycle each way (default: a DMA beat)").argParser(
    number(0.125, 64),
  );

/** `--simulator`. */
export const simulatorOption = (): Option =>
  new Option(
    "--simulator <name>",
    "what runs the RTL: the simulator within this program, or Verilator's model of the Verilog",
  )
    .choices(SIMULATORS)
    .default("embedded");

/** `--softmax`. */
export const softmaxOption = (): Option =>
  new Option("--softmax <mode>", "when rows are divided by their sum: after P·V, or before")
    .choices(["deferred", "normalised"])
    .default("deferred");

/** `--fusion`. */
export const fusionOption = (): Option =>
  new Option(
    "--fusion <choice>",
    "Softmax and LayerNorm between and behind the products on chip (all), Softmax only (softmax), both through DRAM (off), " +
      "or what is expected to be faster",
  )
    .choices([...FUSIONS])
    .default("auto");

/** Parses `max` or `percentile:99.9`. */
function calibrationMethod(text: string): CalibrationMethod {
  if (text === "max") return { kind: "max" };
  const percent = Number(/^percentile:(\d+(?:\.\d+)?)$/.exec(text)?.[1] ?? NaN);
  if (percent > 0 && percent <= 100) return { kind: "percentile", percent };
  throw new InvalidArgumentError("It must be max, or percentile:<0 to 100>.");
}

/** `--calibration`. */
export const calibrationOption = (): Option =>
  new Option("--calibration <method>", "how activation ranges are found: max, or percentile:<p>")
    .argParser(calibrationMethod)
    .default(calibrationMethod("max"), "max");

/** Latency and bandwidth of the memory that the options describe. Errors: `option-bandwidth`. */
export function memoryModel(flags: Pick<MemoryFlags, "latency" | "bandwidth">, params: Params): MemoryModel {
  const bytesPerCycle = flags.bandwidth ?? params.beatBytes;
  if (bytesPerCycle > params.beatBytes) {
    throw new SystoleError({
      code: "option-bandwidth",
      message: `--bandwidth ${bytesPerCycle}: the configuration ${params.name} moves at most ${params.beatBytes} bytes a cycle`,
      remedy: "Lower it, or widen dma.bits in the configuration.",
    });
  }
  return { latencyCycles: flags.latency, bytesPerCycle };
}

/** The memory that the options describe. Errors: `option-bandwidth`. */
export const memorySettings = (flags: MemoryFlags, params: Params): MemorySettings => ({
  ...memoryModel(flags, params),
  stallProbability: flags.stalls,
  seed: flags.seed,
});

/** The waves that the options ask for. Errors: `option-wave`. */
export function waveOptions(flags: WaveFlags & Pick<SimulationFlags, "simulator">): WaveOptions | undefined {
  if (flags.wave === undefined) {
    if (flags.waveFrom === undefined && flags.waveTo === undefined && flags.waveScope === undefined) return undefined;
    throw new SystoleError({
      code: "option-wave",
      message: "--wave-from, --wave-to and --wave-scope need --wave <file>",
    });
  }
  if (!/\.(vcd|fst)$/.test(flags.wave)) {
    throw new SystoleError({ code: "option-wave", message: `--wave ${flags.wave}: the name must end in .vcd or .fst` });
  }
  if (flags.simulator === "embedded" && flags.wave.endsWith(".fst")) {
    throw new SystoleError({
      code: "option-wave",
      message: `--wave ${flags.wave}: the embedded simulator writes .vcd only`,
      remedy: "End the name in .vcd, or add --simulator verilator.",
    });
  }
  return { file: flags.wave, fromCycle: flags.waveFrom, toCycle: flags.waveTo, scope: flags.waveScope };
}

/** The command line as the user may repeat it. */
export const commandLine = (): string => ["systole", ...process.argv.slice(2)].join(" ");
