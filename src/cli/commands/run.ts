/** `systole run`: texts in; predictions and a latency table computed by the RTL out. */
import { isDeepStrictEqual } from "node:util";
import { Option } from "commander";
import type { Command as CommandLine } from "commander";
import { loadConfig } from "../../config/index.ts";
import type { Params } from "../../config/index.ts";
import { SystoleError } from "../../errors.ts";
import { compileEncoder, imageBytes } from "../../compiler/index.ts";
import type { Compiled, Fusion, MemoryModel, Program } from "../../compiler/index.ts";
import { argmax, classify, encoderInput, logitsFloat, logitsFromOutput, requireHead } from "../../model/index.ts";
import type { BertModel, CalibrationMethod, QuantisedBert, SoftmaxMode } from "../../model/index.ts";
import { buildReport } from "../../report/index.ts";
import type { PredictionRow } from "../../report/index.ts";
import { Device, firstLayers, runEncoderOn } from "../../runtime/index.ts";
import type { EncoderResult } from "../../runtime/index.ts";
import { buildNote } from "../build-note.ts";
import { checkpoint, interruptible } from "../interrupt.ts";
import { openModel, quantiseModel } from "../model.ts";
import {
  addSimulationOptions,
  calibrationOption,
  commandLine,
  fusionOption,
  integer,
  memorySettings,
  softmaxOption,
  waveOptions,
} from "../options.ts";
import type { SimulationFlags } from "../options.ts";
import { emitReport } from "../output.ts";
import { readProgram } from "../program-file.ts";
import { Progress } from "../progress.ts";
import { gather, makeJobs } from "../texts.ts";
import type { Job, TextFlags } from "../texts.ts";

interface RunFlags extends SimulationFlags, TextFlags {
  readonly model?: string;
  readonly program?: string;
  readonly layers?: number;
  readonly check: boolean;
  readonly softmax: SoftmaxMode;
  readonly fusion: Fusion;
  readonly calibration: CalibrationMethod;
}

/** Compiles once for each pair of padded and valid length; or takes the given program, when it is for such a text. */
function programCache(
  params: Params,
  bert: QuantisedBert,
  flags: RunFlags,
  memory: MemoryModel,
): (job: Job) => Compiled {
  const cache = new Map<string, Compiled>();
  const given = flags.program === undefined ? undefined : readProgram(flags.program, params);
  return ({ name, ids }) => {
    const seq = flags.seq ?? ids.length;
    const key = `${seq}/${ids.length}`;
    let compiled = cache.get(key);
    if (compiled === undefined) {
      compiled = compileEncoder(params, bert, { seq, valid: [ids.length], memory, fusion: flags.fusion });
      if (given !== undefined) compiled = withProgram(compiled, given, name);
      cache.set(key, compiled);
    }
    return compiled;
  };
}

/** The given program on the image of the one compiled for a text. Error: `program-other-text`. */
function withProgram(compiled: Compiled, program: Program, text: string): Compiled {
  const same =
    isDeepStrictEqual(compiled.program.tensors, program.tensors) && compiled.program.dataBytes === program.dataBytes;
  if (!same) {
    throw new SystoleError({
      code: "program-other-text",
      message: `the program is for another model or another length than the text "${text}"`,
      remedy:
        "Compile it for this text's number of tokens: systole compile --seq <n> (see --valid, --fusion), or leave out --program.",
    });
  }
  return { ...compiled, program };
}

function predict(
  model: BertModel,
  bert: QuantisedBert,
  job: Job,
  result: EncoderResult,
  flags: RunFlags,
): PredictionRow {
  const { labels } = model.config;
  const { label, probability } = classify(logitsFromOutput(model, bert, result.output), labels);
  const head = flags.check && model.head !== undefined ? model.head : undefined;
  const floatLabel = head === undefined ? undefined : labels[argmax(logitsFloat({ ...model, head }, job.ids))];
  return {
    name: job.name,
    text: job.text,
    tokens: job.ids.length,
    label,
    probability,
    ...(job.expected === undefined ? {} : { expected: job.expected }),
    ...(floatLabel === undefined ? {} : { floatLabel }),
  };
}

/** What runs, ready for the hardware. */
interface Prepared {
  readonly model: BertModel;
  readonly bert: QuantisedBert;
  readonly layers: number;
  readonly jobs: readonly Job[];
  readonly compiledFor: (job: Job) => Compiled;
  /** Bytes of DRAM that hold any of the programs. */
  readonly bytes: number;
}

async function prepare(
  files: readonly string[],
  flags: RunFlags,
  params: Params,
  memory: MemoryModel,
  progress: Progress,
  signal: AbortSignal,
): Promise<Prepared> {
  const loaded = openModel(flags.model);
  const { model } = loaded;
  const all = model.config.layers;
  const layers = flags.layers ?? all;
  if (layers > all) {
    throw new SystoleError({ code: "option-layers", message: `--layers ${layers}: the model has ${all} layers` });
  }
  if (layers === all) requireHead(model);
  const { texts, shipped } = gather(files, flags, loaded.directory);
  const jobs = makeJobs(loaded, texts, shipped, flags);
  const quantised = await quantiseModel(loaded, { ...flags, variants: params.variants, texts }, progress, signal);
  const bert = firstLayers(quantised, layers);
  const compiledFor = programCache(params, bert, flags, memory);
  let bytes = 0;
  progress.step(`compiling for ${params.name}`);
  for (const [i, job] of jobs.entries()) {
    bytes = Math.max(bytes, imageBytes(compiledFor(job).program));
    progress.update((i + 1) / jobs.length, job.name);
    await checkpoint(signal);
  }
  return { model, bert, layers, jobs, compiledFor, bytes };
}

async function run(files: readonly string[], flags: RunFlags, signal: AbortSignal): Promise<void> {
  const progress = new Progress({ quiet: flags.json === true });
  const params = loadConfig(flags.config);
  const memory = memorySettings(flags, params);
  const wave = waveOptions(flags);
  const { model, bert, layers, jobs, compiledFor, bytes } = await prepare(
    files,
    flags,
    params,
    memory,
    progress,
    signal,
  );

  progress.step(`preparing the simulation of ${params.name}`);
  const device = await Device.open(params, {
    memory,
    imageBytes: Math.ceil(bytes / 4096) * 4096,
    wave,
    simulator: flags.simulator,
    signal,
    onBuild: (p) => {
      progress.update(p.done / p.total, buildNote(p));
    },
  });
  try {
    progress.step(`running ${jobs.length} texts through ${layers} layers`);
    const results: EncoderResult[] = [];
    const predictions: PredictionRow[] = [];
    for (const job of jobs) {
      const input = encoderInput(model, bert, job.ids, flags.seq === undefined ? {} : { seq: flags.seq });
      const result = await runEncoderOn(device, bert, compiledFor(job), input, {
        check: flags.check,
        signal,
        onProgress: (fraction) => {
          progress.update((results.length + fraction) / jobs.length, job.name);
        },
      });
      results.push(result);
      if (layers === model.config.layers) predictions.push(predict(model, bert, job, result, flags));
      progress.update(results.length / jobs.length, job.name);
      await checkpoint(signal);
    }
    progress.clear();
    const { hidden, heads, intermediate } = bert.shape;
    const report = buildReport({
      command: commandLine(),
      kind: "run",
      shape: { texts: jobs.length, layers, hidden, heads, intermediate },
      params,
      memory,
      runs: results.map((r) => r.run),
      comparisons: flags.check ? results.map((r) => r.comparisons ?? []) : undefined,
      predictions,
      simulator: device.simulator,
      buildSeconds: device.buildSeconds,
    });
    emitReport(
      report,
      results.map(({ run }, i) => ({ ...run, name: jobs[i]!.name })),
      flags,
    );
  } finally {
    progress.clear();
    device.close();
  }
}

const collect = (value: string, before: readonly string[] = []): string[] => [...before, value];

/** Adds the command to the program. */
export function addRun(program: CommandLine): void {
  const command = program
    .command("run")
    .description("classify texts with a BERT that runs on the generated RTL, and say where its cycles went")
    .argument("[files...]", "text files; default: the model's own samples")
    .option("-m, --model <dir>", "model in the Hugging Face layout (default: the shipped models/code-language)")
    .option("-t, --text <text>", "a text to classify; may be repeated", collect)
    .addOption(
      new Option("--seq <n>", "pad every text to n tokens (masked); default: each text's own length").argParser(
        integer(1, 4096),
      ),
    )
    .option("--program <file>", "run this program, made by systole compile, instead of compiling one")
    .addOption(new Option("--layers <n>", "run only the first n layers").argParser(integer(1, 1000)))
    .option("--check", "compare every tensor written with the integer reference", true)
    .option("--no-check", "do not compare")
    .option("--truncate", "cut texts that are too long instead of refusing them")
    .addOption(softmaxOption())
    .addOption(fusionOption())
    .addOption(calibrationOption());
  addSimulationOptions(command)
    .addHelpText(
      "after",
      [
        "",
        "Examples:",
        "  systole run                                   classify the shipped snippets on the default accelerator",
        "  systole run src/hdl/index.ts --config edge --truncate",
        '  systole run --text "def f(x): return x" --html out/report.html',
        "  systole run --json --latency 200 --stalls 0.1 > result.json",
        '  systole run --text "body { margin: 0 }" --wave out/first.vcd --wave-to 5000',
      ].join("\n"),
    )
    .action(async (files: string[], flags: RunFlags) => interruptible((signal) => run(files, flags, signal)));
}
