import { EmbeddedSimulator } from "../../../src/hdl/embedded/index.ts";
import { runBodies } from "../../../src/hdl/elaborate.ts";
import { elaborate, type Design } from "../../../src/hdl/index.ts";
import { Evaluator, readWords, writeWords, type Simulator } from "../../../src/hdl/simulate/index.ts";
import { Random } from "../../../src/harness/index.ts";
import type { Stimulus } from "../icarus.ts";
import { buildModule } from "./build.ts";
import type { DesignPlan } from "./plan.ts";

/** Cycles of reset at the start: enough for what most memories have read to be known, also in rows of instances. */
const RESET_CYCLES = 16;

/** Where an engine gives something else than the evaluator. */
export interface Disagreement {
  readonly engine: "embedded" | "Verilator" | "Icarus";
  /** Position of the design among those that were run. */
  readonly index: number;
  readonly cycle: number;
  readonly port: string;
  readonly expected: bigint;
  readonly found: bigint;
}

/** Changes a design before the embedded simulator compiles it: a lowering with a mistake in it. */
export type DesignMutation = (design: Design) => void;

/** A random design, its stimuli, and what the evaluator makes of them. */
export interface Trial {
  readonly plan: DesignPlan;
  readonly seed: number;
  readonly stimuli: readonly Stimulus[];
  /** Outputs and failed properties of each cycle. */
  readonly expected: readonly Stimulus[];
}

/** Runs a plan in the evaluator, before any pass. `seed` makes the stimuli; the resets among them are the same for all plans. */
export function makeTrial(plan: DesignPlan, seed: number, cycles: number): Trial {
  const oracle = makeOracle(plan);
  const random = new Random(seed);
  const resets = new Random(1);
  const inputs = oracle.layout.slots.filter(({ direction, name }) => direction === "input" && name !== "clock");
  const stimuli = Array.from({ length: RESET_CYCLES + cycles }, (_, cycle): Stimulus => {
    const isReset = cycle < RESET_CYCLES || resets.chance(0.04);
    return Object.fromEntries(
      inputs.map(({ name, width, signed }) => {
        const bits = random.chance(0.3) ? random.pick([0n, -1n, 1n]) : random.bits(width);
        if (name === "reset") return [name, isReset ? 1n : 0n];
        return [name, signed ? BigInt.asIntN(width, bits) : BigInt.asUintN(width, bits)];
      }),
    );
  });
  return { plan, seed, stimuli, expected: respond(oracle, stimuli) };
}

const makeOracle = (plan: DesignPlan): Evaluator => new Evaluator(runBodies(buildModule(plan, "unit"), undefined));

/** How many states the evaluator starts from before it is said that none of them matters. */
const STARTS = 40;

/**
 * Whether an output in a cycle depends on what registers and the data of reads held before the reset: the evaluator itself
 * gives two answers then. Nothing else excuses an engine. The states are tried when they are asked for.
 */
export function dependence({ plan, seed, stimuli, expected }: Trial): (cycle: number, port: string) => boolean {
  const random = new Random(seed + 1);
  const answers: Stimulus[][] = [];
  const start = (): Stimulus[] => {
    const oracle = makeOracle(plan);
    const held = oracle.inspect().signals.filter(({ kind }) => kind === "reg" || kind === "read");
    oracle.load(
      Object.fromEntries(
        held.map(({ path, name, width }) => [path === "" ? name : `${path}.${name}`, random.bits(width)]),
      ),
    );
    return respond(oracle, stimuli);
  };
  return (cycle, port) => {
    for (let index = 0; index < STARTS; index++) {
      const answer = (answers[index] ??= start());
      if (answer[cycle]![port] !== expected[cycle]![port]) return true;
    }
    return false;
  };
}

/** Outputs of each cycle before its clock edge as bit patterns, and the number of properties that fail at it. */
function respond(simulator: Simulator, stimuli: readonly Stimulus[]): Stimulus[] {
  const slots = new Map(simulator.layout.slots.map((slot) => [slot.name, slot]));
  const outputs = simulator.layout.slots.filter(({ direction }) => direction === "output");
  return stimuli.map((stimulus) => {
    for (const [name, value] of Object.entries(stimulus)) {
      // The passes may find that a design needs no reset.
      const slot = slots.get(name);
      if (slot !== undefined) writeWords(simulator.now, slot.offset, slot.width, value);
    }
    simulator.step(1);
    const values = outputs.map(
      ({ name, offset, width }) => [name, readWords(simulator.sampled, offset, width)] as const,
    );
    return { ...Object.fromEntries(values), [FAILURES]: BigInt(simulator.takeFailures().length) };
  });
}

/** Among the outputs: how many properties failed. Verilog runs without its assertions. */
export const FAILURES = "failed properties";

/** Where a simulator gives something else than the evaluator after the reset; what it does not show counts as equal. */
export function* differences(
  { engine, index }: Pick<Disagreement, "engine" | "index">,
  expected: readonly Stimulus[],
  found: (cycle: number, port: string) => bigint | undefined,
  isExcused: (cycle: number, port: string) => boolean = () => false,
): Generator<Disagreement> {
  for (let cycle = RESET_CYCLES; cycle < expected.length; cycle++) {
    for (const [port, value] of Object.entries(expected[cycle]!)) {
      const other = found(cycle, port);
      if (other === undefined || other === value || isExcused(cycle, port)) continue;
      yield { engine, index, cycle, port, expected: value, found: other };
    }
  }
}

/** Compares the embedded simulator with the evaluator. */
export function runEmbedded(trial: Trial, index = 0, mutate?: DesignMutation): Disagreement | undefined {
  const design = elaborate(buildModule(trial.plan, "unit"));
  mutate?.(design);
  const found = respond(new EmbeddedSimulator(design), trial.stimuli);
  const [first] = differences({ engine: "embedded", index }, trial.expected, (cycle, port) => found[cycle]![port]);
  return first;
}
