import { spawnSync } from "node:child_process";
import { runIcarus, UNKNOWN, type Stimulus } from "../icarus.ts";
import type { Disagreement, Trial } from "./agreement.ts";
import { firstOfEach, makeBench, portOf, runVerilator, type Bench, type Mutation } from "./bench.ts";

/** A disagreement that is Verilator's alone: Icarus Verilog gives bit for bit what the evaluator gives. */
export interface SimulatorMistake {
  /** `index` counts among the trials that were run together. */
  readonly disagreement: Disagreement;
  /** Designs on which it shows: the one alone, or all that were run together when it takes their company. */
  readonly bench: Bench;
}

export interface Judgement {
  /** The first disagreement that is not Verilator's alone, with what the referee has to say of it. */
  readonly ours: (Disagreement & { readonly remark: string }) | undefined;
  readonly mistakes: readonly SimulatorMistake[];
}

/** Whether Icarus Verilog is there to be asked. */
export function hasReferee(): boolean {
  return spawnSync("iverilog", ["-V"], { stdio: "ignore" }).error === undefined;
}

const ABSENT =
  "Icarus Verilog, which could tell a mistake of Verilator's from one of the emitter, is not installed: " +
  "apt-get install iverilog, or https://steveicarus.github.io/iverilog";

/** Asks Icarus Verilog about each trial on which Verilator disagrees with the evaluator. */
export async function judge(
  trials: readonly Trial[],
  disagreements: readonly Disagreement[],
  mutate?: Mutation,
): Promise<Judgement> {
  const mistakes: SimulatorMistake[] = [];
  for (const disagreement of disagreements) {
    if (!hasReferee()) return { ours: { ...disagreement, remark: ABSENT }, mistakes };
    const { index } = disagreement;
    const alone = await ran(makeBench([trials[index]!], mutate));
    const { bench, found, differs } = alone.differs ? alone : await ran(makeBench(trials, mutate));
    if (!differs) return { ours: { ...disagreement, remark: "It does not show a second time" }, mistakes };
    const ours = rule(bench, found, alone.differs ? 0 : index);
    if (ours !== undefined) return { ours: { ...ours, index }, mistakes };
    mistakes.push({ disagreement, bench });
  }
  return { ours: undefined, mistakes };
}

async function ran(bench: Bench): Promise<{ bench: Bench; found: Stimulus[]; differs: boolean }> {
  const found = await runVerilator(bench);
  return { bench, found, differs: firstOfEach(bench.compare("Verilator", found)).length > 0 };
}

/**
 * What is left of Verilator's disagreement on trial `index` when Icarus Verilog has run the same text; `undefined` when it
 * agrees with the evaluator wherever it knows the value, and knows it wherever Verilator differs.
 */
export function rule(
  { verilog, stimuli, compare }: Pick<Bench, "verilog" | "stimuli" | "compare">,
  verilated: readonly Stimulus[],
  index: number,
): (Disagreement & { readonly remark: string }) | undefined {
  const known = runIcarus(verilog, stimuli, false);
  for (const one of compare("Icarus", known)) {
    if (one.index === index && one.found !== UNKNOWN) {
      return { ...one, remark: "Icarus Verilog, too, differs from the evaluator" };
    }
  }
  for (const one of compare("Verilator", verilated)) {
    if (one.index === index && known[one.cycle]![portOf(index, one.port)] === UNKNOWN) {
      return { ...one, remark: "Icarus Verilog does not know the value" };
    }
  }
  return undefined;
}
