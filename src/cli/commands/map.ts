/** `systole map`: the tilings that were considered for every operation, what each is expected to cost, and why one won. */
import { Argument, Option } from "commander";
import type { Command } from "commander";
import { layerWorkload, matmulWorkload, parseDimensions, parseLayerShape } from "../../bench/index.ts";
import type { Workload } from "../../bench/index.ts";
import type { CompileOptions, Fusion, OperationMapping } from "../../compiler/index.ts";
import { DEFAULT_LATENCY_CYCLES } from "../../compiler/index.ts";
import { loadConfig } from "../../config/index.ts";
import type { Params } from "../../config/index.ts";
import { SystoleError } from "../../errors.ts";
import type { SoftmaxMode } from "../../model/index.ts";
import { grouped, percent } from "../../report/index.ts";
import { fusionText, operationText, shortNames } from "../mapping-text.ts";
import { bandwidthOption, fusionOption, integer, memoryModel, softmaxOption } from "../options.ts";

interface MapFlags {
  readonly config: string;
  readonly shape?: string;
  readonly matmul?: string;
  readonly seq: number;
  readonly layers: number;
  readonly softmax: SoftmaxMode;
  readonly fusion: Fusion;
  readonly latency: number;
  readonly bandwidth?: number;
  readonly json?: boolean;
  readonly all?: boolean;
}

const DEFAULT_SHAPE = "bert-base";

function makeWorkload(params: Params, flags: MapFlags, options: CompileOptions): Workload {
  const { matmul, shape = DEFAULT_SHAPE, seq, layers, softmax } = flags;
  if (matmul === undefined)
    return layerWorkload(params, { ...parseLayerShape(shape), seq, layers, softmax, seed: 1 }, options);
  if (flags.shape !== undefined) {
    throw new SystoleError({ code: "option-conflict", message: "--matmul and --shape: give one of them" });
  }
  return matmulWorkload(
    params,
    { ...parseDimensions(matmul, ["rows", "cols", "inner"], "--matmul"), seed: 1 },
    options,
  );
}

/** The searches for the named operation, or all of them. Error: `map-operation`. */
function select(operations: readonly OperationMapping[], name: string | undefined): readonly OperationMapping[] {
  if (name === undefined) return operations;
  const selected = operations.filter((mapping) => shortNames(mapping).includes(name));
  if (selected.length > 0) return selected;
  throw new SystoleError({
    code: "map-operation",
    message: `no operation "${name}"`,
    remedy: `There are ${operations.flatMap(shortNames).join(", ")}.`,
  });
}

function map(operation: string | undefined, flags: MapFlags): void {
  const params = loadConfig(flags.config);
  const memory = memoryModel(flags, params);
  const { kind, shape, compiled } = makeWorkload(params, flags, { memory, fusion: flags.fusion });
  const { mapping, expectedCycles, program, seconds } = compiled;
  const operations = select(mapping.operations, operation);
  const macs = program.operations.reduce((sum, o) => sum + o.macs, 0);
  const floorCycles = macs / (params.rows * params.cols);
  const utilization = floorCycles / expectedCycles;
  if (flags.json === true) {
    const { fusions } = mapping;
    const result = { kind, shape, config: params.name, memory, fusion: flags.fusion, expectedCycles, floorCycles };
    process.stdout.write(
      `${JSON.stringify({ ...result, utilization, compileSeconds: seconds, operations, fusions })}\n`,
    );
    return;
  }
  const texts = operations.map((o) => operationText(o, flags.all === true));
  if (operation === undefined) {
    if (mapping.fusions.length > 0) texts.push(fusionText(mapping.fusions));
    texts.push(
      `${grouped(expectedCycles)} cycles expected for all of it, floor ${grouped(floorCycles)} (MACs / PEs): ` +
        `the array is used ${percent(utilization)}; compiled in ${seconds.toFixed(2)} s`,
    );
  }
  process.stdout.write(`${texts.join("\n\n")}\n`);
}

/** Adds the command to the program. */
export function addMap(program: Command): void {
  program
    .command("map")
    .description("show how operations are tiled: candidates, expected cycles, and why one won")
    .addArgument(new Argument("[operation]", "only this operation, e.g. query, attention-output"))
    .option("-c, --config <name>", "preset name or configuration file", "transformer")
    .option("-s, --shape <shape>", `a well-known encoder, or hidden,heads,intermediate (default: "${DEFAULT_SHAPE}")`)
    .option("--matmul <shape>", "instead of an encoder: rows x columns x inner dimension of one product")
    .addOption(new Option("--seq <n>", "sequence length").argParser(integer(1, 4096)).default(128))
    .addOption(new Option("--layers <n>", "number of layers").argParser(integer(1, 48)).default(1))
    .addOption(softmaxOption())
    .addOption(fusionOption())
    .addOption(
      new Option("--latency <cycles>", "memory latency").argParser(integer(0, 100_000)).default(DEFAULT_LATENCY_CYCLES),
    )
    .addOption(bandwidthOption())
    .option("--all", "every candidate that was remembered, not only the best")
    .option("--json", "print one JSON object instead of text")
    .addHelpText(
      "after",
      [
        "",
        "Examples:",
        "  systole map --shape bert-base --seq 128",
        "  systole map attention-output --fusion all --all",
        "  systole map --matmul 8x768x768 --latency 20",
      ].join("\n"),
    )
    .action(map);
}
