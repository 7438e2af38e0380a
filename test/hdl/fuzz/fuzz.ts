import fc from "fast-check";
import { Random } from "../../../src/harness/index.ts";
import { runBodies } from "../../../src/hdl/elaborate.ts";
import { elaborate } from "../../../src/hdl/index.ts";
import { makeTrial, runEmbedded, type Disagreement, type DesignMutation, type Trial } from "./agreement.ts";
import { firstOfEach, makeBench, runVerilator, type Mutation } from "./bench.ts";
import { buildModule } from "./build.ts";
import { describePlan } from "./describe.ts";
import { countKinds, type KindCounts } from "./kinds.ts";
import { designPlan, type DesignPlan } from "./plan.ts";
import { judge, type SimulatorMistake } from "./referee.ts";

export interface FuzzOptions {
  readonly seed: number;
  readonly designs: number;
  /** Designs side by side in one Verilog model. */
  readonly batch: number;
  /** Cycles with random inputs. */
  readonly cycles: number;
  /** Whether Verilator runs the emitted Verilog; else only the embedded simulator is compared. */
  readonly verilog: boolean;
  /** Mistakes made on purpose. */
  readonly emitterMistake?: Mutation;
  readonly loweringMistake?: DesignMutation;
  /** Whether Icarus Verilog has a say where Verilator disagrees; without it every disagreement is one. */
  readonly referee?: boolean;
  readonly onBatch?: (designs: number) => void;
}

export interface FuzzResult {
  /** Designs compared, the one that disagrees included. */
  readonly designs: number;
  readonly kinds: KindCounts;
  /** The first disagreement; `batch` and `index` repeat its design. */
  readonly found: (Disagreement & { readonly batch: number; readonly remark?: string }) | undefined;
  /** Designs on which Verilator differs while Icarus Verilog and the evaluator agree. */
  readonly simulatorMistakes: readonly (SimulatorMistake & { readonly batch: number })[];
}

/** Candidates of a shrinking step that are run together. */
const TOGETHER = 12;

/** fast-check's source of random numbers, from ours. */
function source(random: Random): fc.Random {
  type Generator = Extract<ConstructorParameters<typeof fc.Random>[0], { readonly unsafeNext: unknown }>;
  const generator: Generator = {
    clone: () => generator,
    next: () => [random.word() | 0, generator],
    unsafeNext: () => random.word() | 0,
    getState: () => [],
  };
  return new fc.Random(generator);
}

/** The plans of a batch, with what fast-check knows of how to shrink them. */
function generate(seed: number, count: number): fc.Value<DesignPlan>[] {
  const random = source(new Random(seed));
  return Array.from({ length: count }, () => designPlan.generate(random, undefined));
}

/** The plans of a batch. */
export const plansOf = (seed: number, count: number): DesignPlan[] => generate(seed, count).map(({ value }) => value);

/** Compares random designs in all simulators until one disagrees with the evaluator. */
export async function fuzz(options: FuzzOptions): Promise<FuzzResult> {
  const kinds: KindCounts = new Map();
  const simulatorMistakes: (SimulatorMistake & { batch: number })[] = [];
  let designs = 0;
  const end = (batch: number, found: Disagreement & { remark?: string }): FuzzResult => {
    return { designs: designs + found.index + 1, kinds, found: { ...found, batch }, simulatorMistakes };
  };
  for (let batch = 0; designs < options.designs; batch++) {
    const plans = generate(options.seed + batch, Math.min(options.batch, options.designs - designs));
    const trials = plans.map(({ value }, index) => makeTrial(value, index, options.cycles));
    if (options.emitterMistake === undefined) {
      for (const [index, trial] of trials.entries()) {
        const found = runEmbedded(trial, index, options.loweringMistake);
        if (found !== undefined) return end(batch, found);
        countKinds(runBodies(buildModule(trial.plan, "unit"), undefined), kinds);
        countKinds(elaborate(buildModule(trial.plan, "unit")), kinds);
      }
    }
    if (options.verilog) {
      const found = await runVerilog(trials, options.emitterMistake);
      if (found.length > 0 && options.referee !== true) return end(batch, found[0]!);
      if (found.length > 0) {
        const { ours, mistakes } = await judge(trials, found, options.emitterMistake);
        simulatorMistakes.push(...mistakes.map((mistake) => ({ ...mistake, batch })));
        if (ours !== undefined) return end(batch, ours);
      }
    }
    designs += plans.length;
    options.onBatch?.(designs);
  }
  return { designs, kinds, found: undefined, simulatorMistakes };
}

/** Compares Verilator, on all trials side by side in one model, with the evaluator: the first disagreement of each. */
async function runVerilog(trials: readonly Trial[], mutate?: Mutation): Promise<Disagreement[]> {
  const bench = makeBench(trials, mutate);
  return firstOfEach(bench.compare("Verilator", await runVerilator(bench)));
}

/** A small design that disagrees, and how fast-check came to it. */
export interface Shrunk {
  readonly steps: number;
  /** The design as it was found. */
  readonly before: string;
  readonly description: string;
  readonly disagreement: Disagreement;
}

/**
 * Reduces the design of a disagreement in at most `rounds` rounds of candidates: of what fast-check has to offer the first that disagrees is
 * taken, and so on. Candidates are run together, side by side in one model.
 */
export async function shrink(
  { batch, index, engine }: NonNullable<FuzzResult["found"]>,
  options: FuzzOptions,
  rounds: number,
): Promise<Shrunk> {
  const firstOf = async (plans: readonly DesignPlan[]): Promise<Disagreement | undefined> => {
    const trials = plans.map((plan) => makeTrial(plan, index, options.cycles));
    if (engine === "Verilator") return (await runVerilog(trials, options.emitterMistake))[0];
    for (const [position, trial] of trials.entries()) {
      const found = runEmbedded(trial, position, options.loweringMistake);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const first = generate(options.seed + batch, index + 1)[index]!;
  let smallest = first;
  let disagreement = (await firstOf([smallest.value]))!;
  let steps = 0;
  let offers = offersOf(smallest);
  for (let round = 0; round < rounds; round++) {
    const candidates = [...take(offers, TOGETHER)];
    if (candidates.length === 0) break;
    const found = await firstOf(candidates.map(({ value }) => value));
    if (found === undefined) continue;
    smallest = candidates[found.index]!;
    disagreement = found;
    offers = offersOf(smallest);
    steps++;
  }
  return { steps, before: describePlan(first.value), description: describePlan(smallest.value), disagreement };
}

function offersOf({ value, context }: fc.Value<DesignPlan>): Iterator<fc.Value<DesignPlan>> {
  return designPlan.shrink(value, context);
}

function* take<T>(from: Iterator<T>, count: number): Generator<T> {
  for (let i = 0; i < count; i++) {
    const next = from.next();
    if (next.done === true) return;
    yield next.value;
  }
}
