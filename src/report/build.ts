/** Puts a {@link Report} together from runs of programs. */
import type { Params } from "../config/index.ts";
import { COMMAND_BYTES, ENGINES, decodeCommand } from "../isa/index.ts";
import { NO_COUNTERS, addCounters } from "../runtime/index.ts";
import type { MemorySettings, ProgramRun, TensorComparison } from "../runtime/index.ts";
import { LOSS_CAUSES, noLosses } from "./array-time.ts";
import { addEngineTime, noEngineTime } from "./engine-states.ts";
import { attributeRun, sumAttributions } from "./latency.ts";
import { buildTimeline } from "./timeline-data.ts";
import type { EngineRow, Losses, OperationRow, PredictionRow, Report, TensorRow } from "./schema.ts";

/** Everything a report is made of. */
export interface ReportParts {
  /** The command line, for the record. */
  readonly command: string;
  /** `run`, or the kernel of a benchmark. */
  readonly kind: string;
  readonly shape: Readonly<Record<string, number>>;
  readonly params: Params;
  readonly memory: MemorySettings;
  readonly runs: readonly ProgramRun[];
  /** One list a run; undefined when nothing was compared. */
  readonly comparisons: readonly (readonly TensorComparison[])[] | undefined;
  /** Elements that the norm unit's passes handled, for benchmarks of it. */
  readonly elements?: number | undefined;
  /** Bytes of weights, for benchmarks of a single product. */
  readonly weightBytes?: number | undefined;
  /** Cycles that the compiler's cost model expects, all runs together. */
  readonly expectedCycles?: number | undefined;
  readonly predictions: readonly PredictionRow[];
  readonly simulator: string;
  readonly buildSeconds: number;
}

/** Sums the comparisons of equal tensors over all runs. */
function sumTensors(comparisons: readonly (readonly TensorComparison[])[]): TensorRow[] {
  const byName = new Map<string, TensorRow>();
  for (const { name, values, differences } of comparisons.flat()) {
    const sum = byName.get(name) ?? { name, values: 0, differences: 0 };
    byName.set(name, { name, values: sum.values + values, differences: sum.differences + differences });
  }
  return [...byName.values()];
}

/** How the norm unit did from its first command to its last; a pass takes a slice of each of its rows in turn. */
function normFigures(
  runs: readonly ProgramRun[],
  elements: number | undefined,
): Pick<Report, "sustainedElementsPerCycle" | "rowsInFlight"> {
  if (elements === undefined) return { sustainedElementsPerCycle: null, rowsInFlight: null };
  let window = 0;
  let rowsInFlight = 0;
  for (const { program, traces } of runs) {
    const passes = traces.filter((t) => t.engine === "norm");
    if (passes.length === 0) continue;
    const starts = passes.map((t) => t.start);
    const ends = passes.map((t) => t.retire);
    window += ends.reduce((a, b) => Math.max(a, b)) - starts.reduce((a, b) => Math.min(a, b));
    for (const { index } of passes) {
      const command = decodeCommand(program.commands, index * COMMAND_BYTES);
      if (command?.engine === "norm") rowsInFlight = Math.max(rowsInFlight, command.fields.rows);
    }
  }
  return { sustainedElementsPerCycle: elements / Math.max(1, window), rowsInFlight };
}

function sumLosses(operations: readonly OperationRow[]): Losses {
  const losses = noLosses();
  for (const o of operations) for (const cause of LOSS_CAUSES) losses[cause] += o.losses[cause];
  return losses;
}

/** The report of one or more runs on one configuration; cycles and counters are summed over the runs. */
export function buildReport(parts: ReportParts): Report {
  const { params, runs } = parts;
  const processingElements = params.rows * params.cols;
  const counters = runs.reduce((sum, run) => addCounters(sum, run.counters), NO_COUNTERS);
  const { operations, idle, waits } = sumAttributions(runs.map((run) => attributeRun(run, processingElements)));
  const macs = operations.reduce((sum, o) => sum + (o.where === "accelerator" ? o.macs : 0), 0);
  const norm = counters.engines.norm;
  const normCycles = norm.busy + norm.memoryWait;
  const tensors = sumTensors(parts.comparisons ?? []);
  const seconds = runs.reduce((sum, run) => sum + run.seconds, 0);
  const simulated = runs.reduce((sum, run) => sum + run.simulatedCycles, 0);
  const engines = ENGINES.map((name): EngineRow => {
    const { busy, semaphoreWait, memoryWait, retired } = counters.engines[name];
    const time = noEngineTime();
    for (const o of operations) addEngineTime(time, o.engines[name]);
    const { waiting, dispatch } = time;
    return { name, busy, semaphoreWait, memoryWait, waiting, dispatch, idle: idle[name], commands: retired };
  });
  const weightCycles = parts.weightBytes === undefined ? null : parts.weightBytes / parts.memory.bytesPerCycle;
  const [first] = runs;
  return {
    command: parts.command,
    kind: parts.kind,
    shape: parts.shape,
    config: {
      name: params.name,
      rows: params.rows,
      cols: params.cols,
      scratchpadKib: params.config.scratchpad.kib,
      accumulatorKib: params.config.accumulator.kib,
      functions: [...params.features],
      variants: Object.fromEntries([...params.features].map((name) => [name, params.variants[name]])),
      fingerprint: params.fingerprint,
      beatBytes: params.beatBytes,
    },
    memory: parts.memory,
    cycles: counters.cycles,
    floorCycles: macs / processingElements,
    utilization: counters.cycles === 0 ? 0 : macs / processingElements / counters.cycles,
    floorRatio: macs === 0 ? null : (counters.cycles * processingElements) / macs,
    expectedCycles: parts.expectedCycles ?? null,
    weightCycles,
    weightRatio: weightCycles === null ? null : counters.cycles / weightCycles,
    macs,
    elementsPerCycle: parts.elements === undefined ? null : parts.elements / Math.max(1, normCycles),
    ...normFigures(runs, parts.elements),
    arrayCycles: counters.arrayCycles,
    readBytes: counters.readBytes,
    writeBytes: counters.writeBytes,
    differences: parts.comparisons === undefined ? null : tensors.reduce((sum, t) => sum + t.differences, 0),
    comparedValues: tensors.reduce((sum, t) => sum + t.values, 0),
    tensors,
    simulator: parts.simulator,
    simulatedCyclesPerSecond: seconds === 0 ? 0 : simulated / seconds,
    simulationSeconds: seconds,
    buildSeconds: parts.buildSeconds,
    losses: macs === 0 ? null : sumLosses(operations),
    engines,
    waits: [...waits],
    operations: [...operations],
    predictions: [...parts.predictions],
    timeline: first === undefined ? null : buildTimeline(first),
  };
}
