import type { Goals, Obligation } from "./obligations.ts";
import type { Query } from "./solver/index.ts";
import { TermEvaluation, type Term } from "./terms/index.ts";
import type { TransitionSystem } from "./translate/index.ts";
import { Unrolling } from "./unrolling.ts";
import type { ResetPlan } from "./refute.ts";

/**
 * The step of k-induction: which events cannot take place in cycle k when none of them did in cycles 0 to k - 1, from any
 * state whatever. Events that can are dropped and the others tried again, so that what is left holds together.
 */
export class Induction {
  readonly #system: TransitionSystem;
  readonly #goals: Goals;
  readonly #query: Query;
  readonly #unrolling: Unrolling;

  /** `reset`: what holds in every cycle after the first ones. */
  constructor(system: TransitionSystem, goals: Goals, query: Query, reset: ResetPlan) {
    this.#system = system;
    this.#goals = goals;
    this.#query = query;
    this.#unrolling = new Unrolling(system, { beginning: "any", reset });
  }

  /** Those of `candidates` that are proven with `k` cycles; `known` never take place. */
  async prove(k: number, candidates: readonly Obligation[], known: readonly Obligation[]): Promise<Obligation[]> {
    const { terms } = this.#system;
    const at = (cycle: number, term: Term): Term => this.#unrolling.at(cycle, term);
    const never = (cycle: number, list: readonly Obligation[]): Term[] =>
      list.map(({ event }) => terms.not(at(cycle, event)));
    let left = [...candidates];
    while (left.length > 0) {
      const constraints = [terms.or(...left.map(({ event }) => at(k, event)))];
      for (let cycle = 0; cycle <= k; cycle++) {
        constraints.push(...this.#goals.assumptions.map((term) => at(cycle, term)), ...never(cycle, known));
        if (cycle < k) constraints.push(...never(cycle, left));
      }
      const model = await this.#query.solve(constraints);
      if (model === undefined) return left;
      const evaluation = new TermEvaluation(({ name, index }) => {
        return model.get(name) ?? (index === undefined ? 0n : { words: new Map(), otherwise: 0n });
      });
      left = left.filter(({ event }) => !evaluation.holds(at(k, event)));
    }
    return [];
  }
}
