/** `systole compile`: an encoder becomes a program file. */
import { Option } from "commander";
import type { Command } from "commander";
import { layerWorkload, parseLayerShape } from "../../bench/index.ts";
import { commandCount, compileEncoder, encodeProgram } from "../../compiler/index.ts";
import type { Compiled, Fusion } from "../../compiler/index.ts";
import { loadConfig } from "../../config/index.ts";
import { SystoleError } from "../../errors.ts";
import { writeFileAtomic } from "../../files/index.ts";
import type { CalibrationMethod, SoftmaxMode } from "../../model/index.ts";
import { bytes } from "../../report/index.ts";
import { interruptible } from "../interrupt.ts";
import { openModel, quantiseModel } from "../model.ts";
import { bandwidthOption, calibrationOption, fusionOption, integer, memoryModel, softmaxOption } from "../options.ts";
import { Progress } from "../progress.ts";

interface CompileFlags {
  readonly config: string;
  readonly model?: string;
  readonly shape?: string;
  readonly seq: number;
  readonly valid?: number;
  readonly layers?: number;
  readonly softmax: SoftmaxMode;
  readonly fusion: Fusion;
  readonly calibration: CalibrationMethod;
  readonly latency: number;
  readonly bandwidth?: number;
  readonly output: string;
  readonly json?: boolean;
}

async function compileProgram(flags: CompileFlags, signal: AbortSignal): Promise<Compiled> {
  const params = loadConfig(flags.config);
  const { seq, softmax, fusion } = flags;
  const valid = flags.valid ?? seq;
  const memory = memoryModel(flags, params);
  if (flags.shape !== undefined) {
    if (flags.model !== undefined) {
      throw new SystoleError({ code: "option-conflict", message: "--model and --shape: give one of them" });
    }
    const shape = { ...parseLayerShape(flags.shape), seq, valid, layers: flags.layers ?? 1, softmax, seed: 1 };
    return layerWorkload(params, shape, { memory, fusion }).compiled;
  }
  const progress = new Progress({ quiet: flags.json === true });
  const bert = await quantiseModel(
    openModel(flags.model),
    { ...flags, variants: params.variants, texts: [] },
    progress,
    signal,
  );
  progress.clear();
  const layers = flags.layers ?? bert.layers.length;
  if (layers > bert.layers.length) {
    throw new SystoleError({
      code: "option-layers",
      message: `--layers ${layers}: the model has ${bert.layers.length} layers`,
    });
  }
  return compileEncoder(params, bert, { seq, valid: [valid], layers, memory, fusion });
}

async function compileToFile(flags: CompileFlags, signal: AbortSignal): Promise<void> {
  const { program, expectedCycles } = await compileProgram(flags, signal);
  const file = encodeProgram(program);
  writeFileAtomic(flags.output, file);
  const commands = commandCount(program);
  if (flags.json === true) {
    const { dataBytes, segments } = program;
    process.stdout.write(
      `${JSON.stringify({ output: flags.output, commands, segments: segments.length, fileBytes: file.length, dataBytes, expectedCycles })}\n`,
    );
    return;
  }
  process.stdout.write(
    `${flags.output}: ${commands} commands for ${program.config}, ${bytes(file.length)}; needs ${bytes(program.dataBytes)} of memory\n`,
  );
}

/** Adds the command to the program. */
export function addCompile(program: Command): void {
  program
    .command("compile")
    .description("compile an encoder for an accelerator into a program file")
    .option("-c, --config <name>", "preset name or configuration file", "transformer")
    .option("-m, --model <dir>", "model in the Hugging Face layout (default: the shipped models/code-language)")
    .option(
      "-s, --shape <shape>",
      "instead of a model: a well-known encoder, or hidden,heads,intermediate, with random weights",
    )
    .addOption(new Option("--seq <n>", "sequence length").argParser(integer(1, 4096)).default(128))
    .addOption(new Option("--valid <n>", "valid tokens, the rest is masked (default: all)").argParser(integer(1, 4096)))
    .addOption(new Option("--layers <n>", "only the first n layers").argParser(integer(1, 1000)))
    .addOption(softmaxOption())
    .addOption(fusionOption())
    .addOption(calibrationOption())
    .addOption(
      new Option("--latency <cycles>", "memory latency to schedule for").argParser(integer(0, 100_000)).default(100),
    )
    .addOption(bandwidthOption())
    .option("-o, --output <file>", "program file", "out/program.systole")
    .option("--json", "print one JSON object instead of text")
    .addHelpText(
      "after",
      "\nExamples:\n  systole compile --seq 64 -o out/snippet.systole\n  systole compile --shape bert-base --seq 128 --config wide\n  systole disasm out/program.systole | less",
    )
    .action(async (flags: CompileFlags) => interruptible((signal) => compileToFile(flags, signal)));
}
