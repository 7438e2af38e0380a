/** `systole study`: what variants cost in area and energy, one question a group. */
import pc from "picocolors";
import { Argument, Option } from "commander";
import type { Command } from "commander";
import { loadConfig } from "../../config/index.ts";
import { requireWritable, writeFileAtomic } from "../../files/index.ts";
import { FPGA_FAMILIES, GENERIC_LIBRARY, nodeNames, technologyNode } from "../../silicon/index.ts";
import type { CostReport, SynthesisProgress } from "../../silicon/index.ts";
import {
  AREA_PARTS,
  Encoders,
  ReportStore,
  areaCsv,
  areaPoints,
  areaResults,
  measureFpga,
  measureOperands,
  measurePoint,
  programKey,
  renderAreaStudy,
  renderAreaStudyPicture,
  runAreaStudy,
} from "../../studies/index.ts";
import type { AreaPoint, AreaRow, AreaStudy, FpgaTotals, OperandRow } from "../../studies/index.ts";
import { checkpoint, interruptible } from "../interrupt.ts";
import { addMemoryOptions, integer, memorySettings } from "../options.ts";
import type { MemoryFlags } from "../options.ts";
import { Progress } from "../progress.ts";

interface StudyFlags extends MemoryFlags {
  readonly config: string;
  readonly node: string;
  readonly shape: string;
  readonly seq: number;
  readonly arrayShape: string;
  readonly arraySeq: number;
  readonly only?: string;
  readonly resume?: string;
  readonly json?: boolean;
  readonly svg?: string;
  readonly csv?: string;
  readonly results?: string;
}

function emit(study: AreaStudy, { json, svg, csv, results }: StudyFlags): void {
  const files: [string | undefined, (study: AreaStudy) => string][] = [
    [svg, renderAreaStudyPicture],
    [csv, areaCsv],
    // Of an interrupted study nothing is written over results that are whole.
    [study.notRun === 0 ? results : undefined, areaResults],
  ];
  for (const [file, render] of files) if (file !== undefined) writeFileAtomic(file, render(study));
  const written = files.flatMap(([file]) => (file === undefined ? [] : [pc.dim(file)]));
  const text = json === true ? JSON.stringify(study) : [renderAreaStudy(study), ...written].join("\n");
  process.stdout.write(`${text}\n`);
}

async function study(flags: StudyFlags, signal: AbortSignal): Promise<void> {
  const base = loadConfig(flags.config);
  const parts = flags.only?.split(",") ?? AREA_PARTS;
  const points = areaPoints(base, flags, parts);
  for (const file of [flags.svg, flags.csv, flags.results, flags.resume]) if (file !== undefined) requireWritable(file);
  const node = technologyNode(flags.node);
  const technology = { library: GENERIC_LIBRARY, node };
  const progress = new Progress({ quiet: flags.json === true });
  const encoders = new Encoders();
  const rows: AreaRow[] = [];
  let operands: OperandRow[] = [];
  let fpga: FpgaTotals[] = [];
  let label = "";
  const onSynthesis = ({ done, total, running }: SynthesisProgress): void => {
    progress.update(done / total, `${done}/${total} ${running.join(", ")}`);
  };
  const measure = (point: AreaPoint): Promise<CostReport> => {
    progress.step(`synthesising ${label}`);
    return measurePoint(point, {
      technology,
      encoders,
      memory: memorySettings(flags, point.params),
      signal,
      onSynthesis,
      onStart: () => {
        progress.step(`running ${point.layer?.name ?? ""} on ${label}`);
      },
      onProgress: (fraction) => {
        progress.update(fraction, "");
      },
    });
  };
  try {
    await runAreaStudy(points, {
      store: new ReportStore(flags.resume),
      setting: { node: node.name, memory: memorySettings(flags, base) },
      measure,
      program: (point) => programKey(point, encoders, memorySettings(flags, point.params)),
      onPoint: async ({ group, name }, index) => {
        label = `${index + 1}/${points.length} ${group}: ${name}`;
        progress.step(`preparing ${label}`);
        await checkpoint(signal);
      },
      onRow: (row) => rows.push(row),
    });
    if (parts.includes("operands")) {
      const { rows, cols } = base;
      operands = await measureOperands({
        ...{ technology, rows, cols, signal, onSynthesis },
        onStart: async (bits) => {
          progress.step(`synthesising and running the array alone, operands of ${bits} bits`);
          await checkpoint(signal);
        },
      });
    }
    if (parts.includes("fpga")) {
      fpga = await measureFpga({
        ...{ params: base, technology, signal, onSynthesis },
        onStart: async (family) => {
          progress.step(`synthesising ${base.name} for ${FPGA_FAMILIES[family]}`);
          await checkpoint(signal);
        },
      });
    }
  } finally {
    progress.clear();
    if (rows.length + operands.length + fpga.length > 0) {
      const { name: library } = GENERIC_LIBRARY;
      const notRun = points.length - rows.length;
      emit({ config: base.name, library, node: node.name, rows, operands, fpga, notRun }, flags);
    }
  }
}

/** Adds the command to the program. */
export function addStudy(program: Command): void {
  const command = program
    .command("study")
    .description("measure what variants of a configuration cost in area, and a layer on them in energy")
    .addArgument(new Argument("<name>", "which study").choices(["area"]))
    .option("-c, --config <name>", "preset or configuration file that the variants are derived from", "transformer")
    .addOption(
      new Option("--node <name>", "technology of areas in µm² and of energies").choices(nodeNames()).default("45nm"),
    )
    .option(
      "-s, --shape <shape>",
      "layer for memories and lanes: a well-known encoder, or hidden,heads,intermediate",
      "bert-base",
    )
    .addOption(new Option("--seq <n>", "its sequence length").argParser(integer(1, 4096)).default(128))
    .option("--array-shape <shape>", "layer for the sizes of the array", "bert-mini")
    .addOption(new Option("--array-seq <n>", "its sequence length").argParser(integer(1, 4096)).default(128))
    .option("--only <list>", `parts of the study, of ${AREA_PARTS.join(", ")}`)
    .option("--resume <file>", "keep reports in this file, and take from it those that would be the same")
    .option("--json", "print one JSON object on standard output and nothing else")
    .option("--svg <file>", "write areas and energies as a picture")
    .option("--csv <file>", "write the variants as CSV")
    .option(
      "--results <file>",
      "write the results as JSON once every variant is measured; systole docs makes docs/studies/area.md of docs/studies/area.json",
    );
  addMemoryOptions(command)
    .addHelpText(
      "after",
      [
        "",
        "Every variant is synthesised, each distinct module once, and its layer runs on the RTL.",
        "Interrupted, it prints what it has; with --resume the next call goes on from there.",
        "",
        "Examples:",
        "  systole study area --resume out/studies/area.json --svg out/area.svg",
        "  systole study area --only memory --shape bert-tiny --seq 32",
      ].join("\n"),
    )
    .action(async (_name: string, flags: StudyFlags) => interruptible((signal) => study(flags, signal)));
}
