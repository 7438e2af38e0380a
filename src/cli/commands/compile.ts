/** `systole compile`: an encoder becomes a program file. */
import { Option } from "commander";
import type { Command } from "commander";
import { layerWorkload, parseLayerShape } from "../../bench/index.ts";
import { commandCount, compileEncoder, encodeProgram } from "../../compiler/index.ts";
import type { Compiled } from "../../compiler/index.ts";
import { loadConfig } from "../../config/index.ts";
import { SystoleError } from "../../errors.ts";
import { writeFileAtomic } from "../../files/index.ts";
import type { SoftmaxMode } from "../../model/index.ts";
import { bytes } from "../../report/index.ts";
import { DEFAULT_MODEL, loadQuantised } from "../model.ts";
import { integer } from "../options.ts";

interface CompileFlags {
  readonly config: string;
  readonly model?: string;
  readonly shape?: string;
  readonly seq: number;
  readonly valid?: number;
  readonly layers?: number;
  readonly softmax: SoftmaxMode;
  readonly latency: number;
  readonly output: string;
  readonly json?: boolean;
}

function compileProgram(flags: CompileFlags): Compiled {
  const params = loadConfig(flags.config);
  const { seq, softmax } = flags;
  const valid = flags.valid ?? seq;
  const memory = { latencyCycles: flags.latency };
  if (flags.shape !== undefined) {
    if (flags.model !== undefined) {
      throw new SystoleError({ code: "option-conflict", message: "--model and --shape: give one of them" });
    }
    const shape = { ...parseLayerShape(flags.shape), seq, valid, layers: flags.layers ?? 1, softmax, seed: 1 };
    return layerWorkload(params, shape, { memory }).compiled;
  }
  const { bert } = loadQuantised(flags.model ?? DEFAULT_MODEL, { softmax });
  const layers = flags.layers ?? bert.layers.length;
  return compileEncoder(params, bert, { seq, valid: [valid], layers, memory });
}

function compileToFile(flags: CompileFlags): void {
  const { program, expectedCycles } = compileProgram(flags);
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
    .addOption(
      new Option("--softmax <mode>", "when rows are divided by their sum")
        .choices(["deferred", "normalised"])
        .default("deferred"),
    )
    .addOption(
      new Option("--latency <cycles>", "memory latency to schedule for").argParser(integer(0, 100_000)).default(100),
    )
    .option("-o, --output <file>", "program file", "out/program.systole")
    .option("--json", "print one JSON object instead of text")
    .addHelpText(
      "after",
      "\nExamples:\n  systole compile --seq 64 -o out/snippet.systole\n  systole compile --shape bert-base --seq 128 --config wide\n  systole disasm out/program.systole | less",
    )
    .action(compileToFile);
}
