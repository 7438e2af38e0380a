import { SystoleError } from "../../../src/errors.ts";
import { simulateVerilog } from "../../../src/harness/index.ts";
import { elaborate, emitVerilog, instance, module, type EmittedDesign } from "../../../src/hdl/index.ts";
import type { Stimulus } from "../icarus.ts";
import { dependence, differences, FAILURES, type Disagreement, type Trial } from "./agreement.ts";
import { buildModule } from "./build.ts";
import type { DesignPlan } from "./plan.ts";

/** Changes Verilog before it is run: how the tests make an emitter with a mistake in it. */
export type Mutation = (verilog: EmittedDesign) => EmittedDesign;

/** Trials side by side in one emitted design. */
export interface Bench {
  readonly trials: readonly Trial[];
  readonly verilog: EmittedDesign;
  readonly stimuli: readonly Stimulus[];
  /** Where a simulator that gave `found` differs from the evaluator, trial after trial. */
  readonly compare: (
    engine: Disagreement["engine"],
    found: readonly Stimulus[],
  ) => Generator<Disagreement, void, undefined>;
}

export function makeBench(trials: readonly Trial[], mutate: Mutation = (verilog) => verilog): Bench {
  const verilog = mutate(emitVerilog(elaborate(sideBySide(trials.map(({ plan }) => plan)))));
  const names = new Set(verilog.ports.map(({ name }) => name));
  const stimuli = trials[0]!.stimuli.map((_, cycle): Stimulus => {
    const pokes = trials.flatMap((trial, index) =>
      Object.entries(trial.stimuli[cycle]!).map(([name, value]) => [portOf(index, name), value] as const),
    );
    // The passes may find that no design needs a reset.
    return Object.fromEntries(pokes.filter(([name]) => names.has(name)));
  });
  const excuses = trials.map(dependence);
  return {
    trials,
    verilog,
    stimuli,
    *compare(engine, found) {
      for (const [index, { expected }] of trials.entries()) {
        const read = (cycle: number, port: string): bigint | undefined =>
          port === FAILURES ? undefined : found[cycle]![portOf(index, port)];
        yield* differences({ engine, index }, expected, read, excuses[index]);
      }
    },
  };
}

/** The port of a bench that is a port of one of its trials. */
export const portOf = (index: number, name: string): string => (name === "reset" ? name : `d${index}_${name}`);

/** The first disagreement of each trial. */
export function firstOfEach(disagreements: Iterable<Disagreement>): Disagreement[] {
  const first = new Map<number, Disagreement>();
  for (const one of disagreements) if (!first.has(one.index)) first.set(one.index, one);
  return [...first.values()];
}

/** Outputs of each cycle in Verilator, as bit patterns. */
export async function runVerilator({ verilog, stimuli }: Bench): Promise<Stimulus[]> {
  const { dut, step, close } = await openVerilator(verilog);
  const outputs = verilog.ports.filter(({ direction }) => direction === "output");
  const found = stimuli.map((stimulus): Stimulus => {
    for (const [name, value] of Object.entries(stimulus)) dut[name]!.poke(value);
    step();
    return Object.fromEntries(
      outputs.map(({ name, width }) => [name, BigInt.asUintN(width, dut[name]!.sampledBig())] as const),
    );
  });
  close();
  return found;
}

/**
 * Verilator 5.006 takes `a[0] ^ (^a)` of wide signals for something else where many of them meet, but not without this
 * optimisation; and without it stumbles over the parity of a single bit, which it makes of wider ones itself.
 */
async function openVerilator(verilog: EmittedDesign): ReturnType<typeof simulateVerilog> {
  const options = { optimise: 0, assertions: false, resetCycles: 0, seed: 1 } as const;
  try {
    return await simulateVerilog(verilog, { ...options, verilatorFlags: ["-fno-const-bit-op-tree"] });
  } catch (error) {
    if (!(error instanceof SystoleError) || !error.message.includes("Reduction over single bit value")) throw error;
    return simulateVerilog(verilog, { ...options, verilatorFlags: ["-fno-const-bit-op-tree", "-fno-expand"] });
  }
}

/** Designs side by side, each with ports of its own. */
function sideBySide(plans: readonly DesignPlan[]) {
  const inner = plans.map((plan, index) => buildModule(plan, `unit${index}`));
  return module(
    "batch",
    () => Object.fromEntries(inner.map((each, index) => [`d${index}`, each.ports(undefined)])),
    (io) => {
      inner.forEach((each, index) => {
        const outer = io[`d${index}`]!;
        const made = instance(each, undefined, { name: `unit_${index}` });
        made.go.set(outer.go);
        made.in.forEach((port, i) => {
          // The input has the shape of the port that it came from.
          (port as { set: (value: unknown) => void }).set(outer.in[i]);
        });
        outer.u.forEach((port, i) => {
          port.set(made.u[i]!);
        });
        outer.s.forEach((port, i) => {
          port.set(made.s[i]!);
        });
      });
    },
  );
}
