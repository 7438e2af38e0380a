import type { Design } from "../hdl/ir.ts";
import { Evaluator, writeWords, readWords, type Failure } from "../hdl/simulate/index.ts";
import { WaveRecorder } from "../waves/index.ts";
import { steppedDesign } from "./clocks.ts";
import type { Trace } from "./counterexample.ts";

/** What a design did under a trace. */
export interface Replay {
  /** Assertions and assumptions that failed, each with its cycle. */
  readonly failures: readonly Failure[];
  /** The outputs in every cycle, before its clock edge, as bit patterns. */
  readonly outputs: readonly Readonly<Record<string, bigint>>[];
}

/** Options of {@link replay}. */
export interface ReplayOptions {
  /** Record the run as a waveform: a VCD file of this name, every net in it. */
  readonly wave?: string;
}

/** Runs a trace on the evaluator of the intermediate form, which knows nothing of solvers. */
export function replay(design: Design, { state, cycles }: Trace, { wave }: ReplayOptions = {}): Replay {
  const evaluator = new Evaluator(steppedDesign(design).design);
  evaluator.load(state);
  const recorder = wave === undefined ? undefined : new WaveRecorder(evaluator.inspect(), { file: wave });
  const { now, sampled, layout } = evaluator;
  const outputs = cycles.map((inputs, cycle) => {
    for (const { name, direction, offset, width } of layout.slots) {
      if (direction === "input") writeWords(now, offset, width, inputs[name] ?? 0n);
    }
    evaluator.settle();
    recorder?.before(cycle);
    evaluator.step(1);
    recorder?.after(cycle);
    const driven = layout.slots.filter((slot) => slot.direction === "output");
    return Object.fromEntries(driven.map(({ name, offset, width }) => [name, readWords(sampled, offset, width)]));
  });
  recorder?.close();
  return { failures: evaluator.takeFailures(), outputs };
}
