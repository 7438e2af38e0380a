import { Substitution, type Term } from "./terms/index.ts";
import type { StateVariable, TransitionSystem } from "./translate/index.ts";

/**
 * Where the first cycle starts. `any`: in any state. `powerOn`: memories with contents hold them, the rest may be anything.
 * `zero`: as the simulators start, registers at their reset values, all else 0.
 */
export type Beginning = "any" | "powerOn" | "zero";

/** Options of an {@link Unrolling}. */
export interface UnrollingOptions {
  readonly beginning: Beginning;
  /** The resets in a cycle; `undefined` leaves them free. */
  readonly reset: (cycle: number) => boolean | undefined;
}

/** A transition system cycle by cycle: every cycle's values as terms over the inputs of all cycles and the first state. */
export class Unrolling {
  readonly #system: TransitionSystem;
  readonly #options: UnrollingOptions;
  readonly #cycles: Substitution[] = [];

  constructor(system: TransitionSystem, options: UnrollingOptions) {
    this.#system = system;
    this.#options = options;
  }

  /** A term of the system in a cycle, counted from 0. */
  at(cycle: number, term: Term): Term {
    return this.#cycle(cycle).apply(term);
  }

  #cycle(cycle: number): Substitution {
    for (let next = this.#cycles.length; next <= cycle; next++) this.#cycles.push(this.#open(next));
    return this.#cycles[cycle]!;
  }

  #open(cycle: number): Substitution {
    const { terms, states, inputs } = this.#system;
    const values = new Map<Term, Term>();
    const before = this.#cycles[cycle - 1];
    const now = states.map((state) => (before === undefined ? this.#first(state) : before.apply(state.next)));
    states.forEach((state, i) => values.set(state.term, now[i]!));
    for (const { port, term } of inputs) {
      const forced = forcedInput(this.#system, term, this.#options.reset(cycle));
      const free = terms.variable(cycleName(port.name, cycle), port.width);
      values.set(term, forced === undefined ? free : terms.constant(forced ? 1n : 0n, 1));
    }
    return new Substitution(terms, values);
  }

  #first({ name, term, next, initial, net }: StateVariable): Term {
    const { terms } = this.#system;
    const { beginning } = this.#options;
    // What nothing writes keeps its contents for ever.
    if (initial !== undefined && (beginning !== "any" || next === term)) return initial;
    if (beginning !== "zero") return terms.variable(cycleName(name, 0), term.width, term.index);
    if (term.index !== undefined) return terms.uniform(0n, term.width, term.index);
    return terms.constant(net?.reset ?? 0n, term.width);
  }
}

/** What an input must be in a cycle with such a reset: `undefined` leaves it free. While the reset is forced high every clock ticks. */
export function forcedInput(
  { resets, ticks }: TransitionSystem,
  input: Term,
  reset: boolean | undefined,
): boolean | undefined {
  if (resets.includes(input)) return reset;
  return reset === true && ticks.includes(input) ? true : undefined;
}

/** The name of an input or of first state in a cycle. */
export function cycleName(name: string, cycle: number): string {
  return `${name}@${cycle}`;
}
