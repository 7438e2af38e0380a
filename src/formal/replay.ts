import type { Design } from "../hdl/ir.ts";
import { Evaluator, writeWords, readWords, type Failure } from "../hdl/simulate/index.ts";
import type { Trace } from "./counterexample.ts";

/** What a design did under a trace. */
export interface Replay {
  /** Assertions and assumptions that failed, each with its cycle. */
  readonly failures: readonly Failure[];
  /** The outputs in every cycle, before its clock edge, as bit patterns. */
  readonly outputs: readonly Readonly<Record<string, bigint>>[];
}

/** Runs a trace on the evaluator of the intermediate form, which knows nothing of solvers. */
export function replay(design: Design, { state, cycles }: Trace): Replay {
  const evaluator = new Evaluator(design);
  evaluator.load(state);
  const { now, sampled, layout } = evaluator;
  const outputs = cycles.map((inputs) => {
    for (const { name, direction, offset, width } of layout.slots) {
      if (direction === "input") writeWords(now, offset, width, inputs[name] ?? 0n);
    }
    evaluator.step(1);
    const driven = layout.slots.filter((slot) => slot.direction === "output");
    return Object.fromEntries(driven.map(({ name, offset, width }) => [name, readWords(sampled, offset, width)]));
  });
  return { failures: evaluator.takeFailures(), outputs };
}
