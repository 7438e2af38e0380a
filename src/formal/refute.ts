import { SystoleError } from "../errors.ts";
import { traceOf, type Trace } from "./counterexample.ts";
import type { Obligation } from "./obligations.ts";
import { replay } from "./replay.ts";
import type { Model, Query } from "./solver/index.ts";
import { TermEvaluation, type Term } from "./terms/index.ts";
import type { TransitionSystem } from "./translate/index.ts";
import { Unrolling } from "./unrolling.ts";

export type ResetPlan = (cycle: number) => boolean | undefined;

/** Where events were found: all of them take place in the last of `cycles` cycles of the model. */
export interface Finding {
  readonly events: readonly Obligation[];
  readonly model: Model;
  readonly cycles: number;
  readonly assumptions: readonly Term[];
  readonly reset: ResetPlan;
}

/**
 * A trace in which the events take place, confirmed on the evaluator; starts as the simulators do when there is such a trace,
 * else in the state that the solver chose. Throws when the evaluator does not agree.
 */
export async function findTrace(system: TransitionSystem, finding: Finding, query: Query): Promise<Trace> {
  const { events, model, cycles, assumptions, reset } = finding;
  const unrolling = new Unrolling(system, { beginning: "zero", reset });
  const plain = await query.solve([
    ...Array.from({ length: cycles }, (_, cycle) => assumptions.map((term) => unrolling.at(cycle, term))).flat(),
    ...events.map(({ event }) => unrolling.at(cycles - 1, event)),
  ]);
  const trace = traceOf(system, plain ?? model, cycles, reset);
  for (const obligation of events) confirm(system, obligation, trace);
  return trace;
}

/** Runs a trace on the evaluator and on the terms, and demands that both see the event. */
function confirm(system: TransitionSystem, obligation: Obligation, trace: Trace): void {
  const { failures, outputs } = replay(system.design, trace);
  const last = trace.cycles.length - 1;
  const { property, path, kind } = obligation;
  if (property !== undefined && kind !== "cover") {
    const seen = failures.some((f) => f.cycle === last && f.property === property && f.path === path);
    if (!seen) throw disagreement(obligation, "the evaluator does not see it fail");
  }
  const evaluations = runTerms(system, trace);
  evaluations.forEach((evaluation, cycle) => {
    for (const { port, term } of system.outputs) {
      if (evaluation.bits(term) !== outputs[cycle]![port.name]) {
        throw disagreement(obligation, `output ${port.name} differs in cycle ${cycle}`);
      }
    }
  });
  if (!evaluations[last]!.holds(obligation.event)) throw disagreement(obligation, "its event does not take place");
}

/** The values of a system's terms in every cycle of a trace. */
function runTerms(system: TransitionSystem, { state, cycles }: Trace): TermEvaluation[] {
  const known = new Map(
    system.states.map(({ name, term, initial, net }) => {
      const start = state[name];
      if (typeof start === "object") {
        const words = Object.entries(start).map(([address, word]) => [BigInt(address), word] as const);
        return [term, { words: new Map(words), otherwise: 0n }] as const;
      }
      if (term.index === undefined) return [term, BigInt.asUintN(term.width, start ?? net?.reset ?? 0n)] as const;
      const none = { words: new Map<bigint, bigint>(), otherwise: 0n };
      return [term, initial === undefined ? none : new TermEvaluation(() => 0n).value(initial)] as const;
    }),
  );
  let now: Map<Term, ReturnType<TermEvaluation["value"]>> = new Map(known);
  return cycles.map((inputs) => {
    const values = new Map(now);
    for (const { port, term } of system.inputs) {
      values.set(term, BigInt.asUintN(port.width, inputs[port.name] ?? 0n));
    }
    const evaluation = new TermEvaluation((variable) => values.get(variable)!);
    now = new Map(system.states.map(({ term, next }) => [term, evaluation.value(next)]));
    return evaluation;
  });
}

function disagreement({ message }: Obligation, what: string): SystoleError {
  return new SystoleError({
    code: "formal-disagreement",
    message: `the trace of "${message}" does not replay: ${what}`,
    remedy: "This is a fault of the translation to SMT-LIB; report it with the design.",
  });
}
