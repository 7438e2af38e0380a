/** Measures or predicts one point of a sweep. */
import { encoderWorkload } from "../../bench/index.ts";
import type { EncoderData, Workload } from "../../bench/index.ts";
import type { Fusion } from "../../compiler/index.ts";
import { SystoleError } from "../../errors.ts";
import { generateAccelerator } from "../../generators/index.ts";
import { contentKey } from "../../harness/index.ts";
import type { Report } from "../../report/index.ts";
import type { MemorySettings } from "../../runtime/index.ts";
import { measure } from "../measure.ts";
import type { MeasureOptions } from "../measure.ts";
import type { SweepConfig } from "./grid.ts";
import type { MeasuredPoint, SweepPoint } from "./result.ts";
import type { PointStore } from "./store.ts";

/** Raised when a stored point would mean something else. */
const POINT_VERSION = "1";

export interface PointRequest {
  readonly config: SweepConfig;
  readonly fusion: Fusion;
  readonly data: EncoderData;
  readonly memory: MemorySettings;
}

export interface PointOptions extends Omit<MeasureOptions, "memory"> {
  /** What the store lacks by the cost model alone. */
  readonly predict: boolean;
  readonly store: PointStore;
  /** Between two stretches of work that keep the process busy. Throws when the sweep was interrupted. */
  readonly checkpoint: () => Promise<void>;
}

/** Everything that a measurement depends on: the RTL, the program, the data, the memory. */
function pointKey({ config, data, memory }: PointRequest, { compiled }: Workload, check: boolean): string {
  const { files } = generateAccelerator(config.params);
  const { program } = compiled;
  const setting = [POINT_VERSION, data.benchmark, memory, check, program.dataBytes, program.segments];
  const commands = Buffer.from(program.commands).toString("latin1");
  return contentKey([JSON.stringify(setting), commands, ...files.flatMap(({ name, text }) => [name, text])]);
}

/** Sums of operations of one kind, layers together. */
function sumKinds(report: Report): MeasuredPoint["operations"] {
  const kinds = new Map<string, MeasuredPoint["operations"][number]>();
  for (const { kind, cycles, floorCycles, engines } of report.operations) {
    const sum = kinds.get(kind) ?? { kind, cycles: 0, floorCycles: 0, normCycles: 0 };
    kinds.set(kind, {
      kind,
      cycles: sum.cycles + cycles,
      floorCycles: sum.floorCycles + floorCycles,
      normCycles: sum.normCycles + engines.norm.busy + engines.norm.memory,
    });
  }
  return [...kinds.values()];
}

/** One point: measured, predicted, taken from the store, or the reason why no program fits. */
export async function runPoint(request: PointRequest, options: PointOptions): Promise<SweepPoint> {
  const { config, fusion, data, memory } = request;
  const { scratchpadKib, accumulatorKib, params } = config;
  const place = { scratchpadKib, accumulatorKib, fusion };
  let workload: Workload;
  try {
    workload = encoderWorkload(params, data, { memory, fusion });
  } catch (error) {
    if (!(error instanceof SystoleError) || !/^(compile-capacity|program-semaphores)$/.test(error.code)) throw error;
    return { ...place, how: "does not fit", reason: error.message };
  }
  const key = options.predict && options.store.isEmpty ? "" : pointKey(request, workload, options.check);
  const known = options.store.get(key);
  if (known !== undefined) return { ...known, ...place };
  await options.checkpoint();
  const { program, expectedCycles } = workload.compiled;
  if (options.predict) {
    const macs = program.operations.reduce((sum, o) => sum + (o.where === "accelerator" ? o.macs : 0), 0);
    const floorCycles = macs / (params.rows * params.cols);
    const cycles = Math.round(expectedCycles);
    return { ...place, how: "predicted", cycles, floorCycles, utilization: floorCycles / cycles };
  }
  const { report } = await measure(params, workload, { ...options, memory });
  const { cycles, floorCycles, utilization, differences, readBytes, writeBytes, simulatedCyclesPerSecond } = report;
  const point: MeasuredPoint = {
    ...place,
    how: "measured",
    cycles,
    floorCycles,
    utilization,
    expectedCycles,
    differences,
    readBytes,
    writeBytes,
    simulatedCyclesPerSecond,
    operations: sumKinds(report),
  };
  options.store.add(key, point);
  return point;
}
