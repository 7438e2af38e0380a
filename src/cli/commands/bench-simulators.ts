/** `systole bench simulators`: the embedded simulator against Verilator. */
import { makeWorkload, measureSimulators } from "../../bench/index.ts";
import type { PerSimulator, SimulatorSpeeds, WorkloadChoice } from "../../bench/index.ts";
import type { Params } from "../../config/index.ts";
import { duration, formatTable, rate } from "../../report/index.ts";
import type { MemorySettings } from "../../runtime/index.ts";
import { buildNote } from "../build-note.ts";
import { checkpoint } from "../interrupt.ts";
import type { Progress } from "../progress.ts";

/** Hidden size, heads and intermediate size of the layer that runs unless a shape is given. */
export const SIMULATORS_SHAPE = "192,3,768";
/** Rounds of each simulator; the best counts. */
const ROUNDS = 5;

function table({ array, accelerator, startup }: SimulatorSpeeds, { name }: Params): string {
  const line = (what: string, values: PerSimulator, format: (value: number) => string, ratio: number): string[] => [
    what,
    format(values.embedded),
    format(values.verilator),
    `${ratio.toFixed(1)} x`,
  ];
  const faster = ({ embedded, verilator }: PerSimulator): number => embedded / verilator;
  return formatTable(
    [{ head: "", align: "left" }, { head: "embedded" }, { head: "Verilator" }, { head: "embedded is faster by" }],
    [
      line("array alone, 16 x 16", array, rate, faster(array)),
      line(`${name}, an encoder layer`, accelerator, rate, faster(accelerator)),
      line(`${name}, start`, startup, duration, 1 / faster(startup)),
    ],
  );
}

/** Measures, and prints a table or one JSON object. */
export async function benchSimulators(
  params: Params,
  choice: WorkloadChoice,
  options: { readonly memory: MemorySettings; readonly json: boolean; readonly progress: Progress },
  signal: AbortSignal,
): Promise<void> {
  const { memory, json, progress } = options;
  const shape = choice.shape ?? SIMULATORS_SHAPE;
  progress.step("preparing a layer");
  const workload = makeWorkload("layer", params, { ...choice, shape }, { memory });
  try {
    const speeds = await measureSimulators(params, workload, {
      memory,
      rounds: ROUNDS,
      signal,
      checkpoint: () => checkpoint(signal),
      onBuild: (p) => {
        progress.update(p.done / p.total, buildNote(p));
      },
      onStep: (what) => {
        progress.step(what);
      },
      onProgress: (fraction) => {
        progress.update(fraction, "");
      },
    });
    progress.clear();
    const setting = { config: params.name, shape, seq: choice.seq };
    process.stdout.write(json ? `${JSON.stringify({ ...setting, ...speeds })}\n` : `${table(speeds, params)}\n`);
  } finally {
    progress.clear();
  }
}
