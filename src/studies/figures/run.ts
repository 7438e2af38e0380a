/** Runs figures on the RTL one after another and judges them. */
import { makeWorkload, measureSimulators, measureTestbench, measureWaves } from "../../bench/index.ts";
import type { SimulatorSpeeds, Workload } from "../../bench/index.ts";
import { loadConfig } from "../../config/index.ts";
import type { Params } from "../../config/index.ts";
import type { MemorySettings } from "../../runtime/index.ts";
import { SystoleError, isHardwareError } from "../../errors.ts";
import type { BuildProgress, SimulatorName } from "../../harness/index.ts";
import { measure } from "../measure.ts";
import { COST, FIGURES, GENERATION, SIMULATORS_RACE, TESTBENCH, WAVES, PARTS } from "./bars.ts";
import type { Bar, Figure } from "./bars.ts";
import { measureParts, measureReport } from "./cost.ts";
import { measureGeneration } from "./generation.ts";
import { QUANTITIES } from "./quantities.ts";
import type { Observed } from "./quantities.ts";
import type { BarResult, FigureRow } from "./result.ts";

/** Seed of the random data. */
const SEED = 1;
/** Passes over rows in the accumulator, so that loading and storing the rows counts for little. */
const REPEAT = 16;

/** The figures whose name the pattern (a regular expression) matches. Errors: `figures-pattern`, `figures-none`. */
export function chooseFigures(pattern: string | undefined): readonly Figure[] {
  if (pattern === undefined) return FIGURES;
  let expression: RegExp;
  try {
    expression = new RegExp(pattern);
  } catch (cause) {
    throw new SystoleError({
      code: "figures-pattern",
      message: `--only ${pattern}: not a regular expression`,
      remedy: "systole figures --list prints the names it is held against.",
      cause,
    });
  }
  const chosen = FIGURES.filter(({ name }) => expression.test(name));
  if (chosen.length > 0) return chosen;
  throw new SystoleError({
    code: "figures-none",
    message: `--only ${pattern}: matches no figure`,
    remedy: "systole figures --list prints their names.",
  });
}

/** Told what a run is doing. */
export interface FigureHooks {
  readonly signal: AbortSignal;
  /** Between two stretches of work that keep the process busy. Throws when the run was interrupted. */
  readonly checkpoint: () => Promise<void>;
  readonly onBuild: (progress: BuildProgress) => void;
  readonly onStart: () => void;
  /** What runs the RTL. */
  readonly simulator: SimulatorName;
  readonly onProgress: (fraction: number) => void;
}

const RELATIONS: Readonly<Record<Bar["relation"], (measured: number, value: number) => boolean>> = {
  "<=": (measured, value) => measured <= value,
  "<": (measured, value) => measured < value,
  ">=": (measured, value) => measured >= value,
};

/** Holds a run against a bar; a run that failed or differs from the reference meets none. */
export function judge(bar: Bar, observed: Observed | undefined): BarResult {
  const measured = observed === undefined ? null : QUANTITIES[bar.quantity].read(observed);
  // The race of the simulators throws when they differ.
  const right = observed !== undefined && (observed.report === undefined || observed.report.differences === 0);
  return { ...bar, measured, met: right && measured !== null && RELATIONS[bar.relation](measured, bar.value) };
}

/** Rounds of each simulator; the best counts. */
const ROUNDS = 5;

function raceSimulators(
  params: Params,
  workload: Workload,
  memory: MemorySettings,
  { signal, checkpoint, onBuild, onStart, onProgress }: FigureHooks,
): Promise<SimulatorSpeeds> {
  return measureSimulators(params, workload, {
    memory,
    rounds: ROUNDS,
    signal,
    checkpoint,
    onBuild,
    onStep: onStart,
    onProgress,
  });
}

/** Runs one figure. A fault or a hang of the hardware becomes the row's `failure`; only interruptions and mistakes throw. */
export async function runFigure(figure: Figure, command: string, hooks: FigureHooks): Promise<FigureRow> {
  const { name, what, kernel, config = "transformer", shape, seq = 128, processes = 1, latencyCycles } = figure;
  const params = loadConfig(config);
  const { bytesPerCycle = params.beatBytes } = figure;
  const memory = { latencyCycles, bytesPerCycle, stallProbability: 0, seed: SEED };
  const started = performance.now();
  let observed: Observed | undefined;
  let failure: string | null = null;
  const seconds = (): number => (performance.now() - started) / 1000;
  const observe = async (): Promise<Observed> => {
    if (kernel === GENERATION || kernel === TESTBENCH || kernel === WAVES) {
      hooks.onStart();
      if (kernel === WAVES) return { waves: measureWaves(), wallSeconds: seconds() };
      if (kernel === TESTBENCH) return { processNanoseconds: measureTestbench({ processes }), wallSeconds: seconds() };
      return { generateSeconds: await measureGeneration(config, hooks.signal), wallSeconds: seconds() };
    }
    if (kernel === COST || kernel === PARTS) {
      hooks.onStart();
      const observedCost =
        kernel === COST
          ? { cost: await measureReport(config, figure.fpga ?? [], hooks.signal) }
          : { parts: await measureParts(hooks.signal) };
      return { ...observedCost, wallSeconds: seconds() };
    }
    const choice = {
      ...(shape === undefined ? {} : { shape }),
      seq,
      repeat: REPEAT,
      softmax: "deferred",
      seed: SEED,
    } as const;
    const race = kernel === SIMULATORS_RACE;
    const workload = makeWorkload(race ? "layer" : kernel, params, choice, { memory });
    await hooks.checkpoint();
    return race
      ? { speeds: await raceSimulators(params, workload, memory, hooks), wallSeconds: seconds() }
      : {
          report: (await measure(params, workload, { ...hooks, memory, command, check: true })).report,
          wallSeconds: seconds(),
        };
  };
  try {
    observed = await observe();
  } catch (error) {
    if (!(error instanceof SystoleError) || !isHardwareError(error)) throw error;
    failure = error.message;
  }
  const report = observed?.report;
  return {
    name,
    what,
    kernel,
    config,
    latencyCycles,
    bytesPerCycle,
    cycles: report?.cycles ?? null,
    floorCycles: report?.floorCycles ?? null,
    expectedCycles: report?.expectedCycles ?? null,
    differences: observed === undefined ? null : (report?.differences ?? 0),
    comparedValues: report?.comparedValues ?? 0,
    simulatedCyclesPerSecond: report?.simulatedCyclesPerSecond ?? observed?.speeds?.accelerator.embedded ?? null,
    wallSeconds: seconds(),
    failure,
    bars: figure.bars.map((bar) => judge(bar, observed)),
  };
}
