import { SystoleError } from "../errors.ts";
import type { Design } from "../hdl/ir.ts";
import { elaborate } from "../hdl/elaborate.ts";
import type { Module } from "../hdl/module.ts";
import type { Ports } from "../hdl/ports.ts";
import { Induction } from "./induction.ts";
import { invariantsOf, type Invariants } from "./invariants.ts";
import { goalsOf, type Assumptions, type Goals, type Obligation } from "./obligations.ts";
import { findTrace, type ResetPlan } from "./refute.ts";
import type { Outcome, ProofResult, PropertyResult } from "./result.ts";
import { openSolver, Query, type Model, type Solver, type SolverName } from "./solver/index.ts";
import { TermEvaluation, type Term } from "./terms/index.ts";
import { translateDesign, type TransitionSystem } from "./translate/index.ts";
import { Unrolling } from "./unrolling.ts";

/** How far a proof has come. */
export interface ProofProgress {
  /** `search`: for a violation in this cycle after reset. `induction`: over this many cycles. */
  readonly phase: "search" | "induction";
  readonly depth: number;
  /** Properties without an outcome. */
  readonly open: number;
}

/** Options of {@link prove}. */
export interface ProveOptions {
  /** Cycles after reset that are searched for a violation, and cycles of induction that are tried at most. Default 20. */
  readonly depth?: number;
  /** `false` only searches. Default `true`. */
  readonly induction?: boolean;
  /** A solver by name, which is started for this proof, or one that is open and stays so. Default `"wasm"`. */
  readonly solver?: SolverName | Solver;
  /** For one question to the solver. Default 60. */
  readonly timeoutSeconds?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ProofProgress) => void;
  /** `top` (default): assumptions of children are proved of their parents. `all`: they are relied on. */
  readonly assumptions?: Assumptions;
  /** What else always holds inside the design; proven too, and often what makes an induction succeed. */
  readonly invariants?: Invariants;
  /** `first` (default): the reset is high in the first cycle only. `free`: in the first cycle, and whenever it likes. */
  readonly reset?: "first" | "free";
}

type ModuleParams<P> = unknown extends P ? undefined : P;

/**
 * Searches the first cycles of a design for a failing assertion and tries to prove by k-induction that there is none at
 * all. Registers without reset and memories without contents may start with anything; several clocks tick as they like.
 *
 * Throws SystoleError: no properties, external modules, no such solver, timeout, interrupted, contradicting assumptions.
 */
export function prove(design: Design, options?: ProveOptions): Promise<ProofResult>;
export function prove<P, Io extends Ports>(
  module: Module<P, Io>,
  params: ModuleParams<P>,
  options?: ProveOptions,
): Promise<ProofResult>;
export function prove(
  subject: Design | Module<unknown, Ports>,
  second: unknown,
  third?: ProveOptions,
): Promise<ProofResult> {
  if ("modules" in subject) return proveDesign(subject, (second as ProveOptions | undefined) ?? {});
  const elaborateAny = elaborate as (module: Module<unknown, Ports>, params: unknown) => Design;
  return proveDesign(elaborateAny(subject, second), third ?? {});
}

async function proveDesign(design: Design, options: ProveOptions): Promise<ProofResult> {
  const { solver: choice = "wasm", timeoutSeconds = 60, signal } = options;
  const system = translateDesign(design);
  const stated = goalsOf(system, options.assumptions ?? "top");
  const invariants = options.invariants === undefined ? [] : invariantsOf(system, options.invariants);
  const goals: Goals = { ...stated, obligations: [...stated.obligations, ...invariants] };
  if (goals.obligations.length === 0) throw noProperties(design);
  const solver = typeof choice === "string" ? openSolver(choice) : choice;
  try {
    return await new Proof(system, goals, new Query(solver, { timeoutSeconds, signal }), options).run();
  } finally {
    if (typeof choice === "string") solver.close();
  }
}

/** One run of {@link prove}. */
class Proof {
  readonly #system: TransitionSystem;
  readonly #goals: Goals;
  readonly #query: Query;
  readonly #options: ProveOptions;
  readonly #outcomes = new Map<Obligation, Outcome>();
  readonly #unrolling: Unrolling;
  readonly #reset: ResetPlan;
  /** Cycles in reset at the start. */
  readonly #lead: number;

  constructor(system: TransitionSystem, goals: Goals, query: Query, options: ProveOptions) {
    this.#system = system;
    this.#goals = goals;
    this.#query = query;
    this.#options = options;
    this.#lead = system.resets.length === 0 ? 0 : 1;
    const later = options.reset === "free" ? undefined : false;
    this.#reset = (cycle) => (cycle < this.#lead ? true : later);
    this.#unrolling = new Unrolling(system, { beginning: "powerOn", reset: this.#reset });
  }

  async run(): Promise<ProofResult> {
    const { depth = 20, induction = true } = this.#options;
    const step = new Induction(this.#system, this.#goals, this.#query, () => this.#reset(this.#lead));
    let searched = 0;
    while (searched < depth && this.#open().length > 0) {
      this.#tell("search", searched + 1);
      await this.#search(searched);
      searched++;
      if (!induction || this.#open().length === 0) continue;
      this.#tell("induction", searched);
      const never = [...this.#outcomes].flatMap(([one, { status }]) => (isNever(status) ? [one] : []));
      for (const obligation of await step.prove(searched, this.#open(), never)) {
        const status = obligation.kind === "cover" ? "unreachable" : "proven";
        this.#outcomes.set(obligation, { status, cycles: searched });
      }
    }
    await this.#demandPossible(depth);
    return this.#result(searched);
  }

  #open(): Obligation[] {
    return this.#goals.obligations.filter((one) => !this.#outcomes.has(one));
  }

  #tell(phase: ProofProgress["phase"], depth: number): void {
    this.#options.onProgress?.({ phase, depth, open: this.#open().length });
  }

  #assumptions(cycles: number): Term[] {
    return Array.from({ length: cycles }, (_, cycle) =>
      this.#goals.assumptions.map((term) => this.#unrolling.at(cycle, term)),
    ).flat();
  }

  /** Finds every open event that can take place in cycle `n` after reset; with n = 0 also during reset. */
  async #search(n: number): Promise<void> {
    const first = n === 0 ? 0 : this.#lead + n;
    for (let cycle = first; cycle <= this.#lead + n; cycle++) {
      const assumptions = this.#assumptions(cycle + 1);
      for (;;) {
        const open = this.#open();
        const events = open.map(({ event }) => this.#unrolling.at(cycle, event));
        const model = await this.#query.solve([...assumptions, ...this.#past(cycle), this.#system.terms.or(...events)]);
        if (model === undefined) break;
        const evaluation = new TermEvaluation(({ name, index }) => {
          return model.get(name) ?? (index === undefined ? 0n : { words: new Map(), otherwise: 0n });
        });
        const found = open.filter((_, i) => evaluation.holds(events[i]!));
        await this.#found(found, model, cycle + 1);
      }
    }
  }

  /** What cannot have been before a cycle: events that were searched for in vain. They spare the solver to find it out again. */
  #past(cycles: number): Term[] {
    const never = this.#goals.obligations.filter((one) => {
      const outcome = this.#outcomes.get(one);
      return outcome === undefined || isNever(outcome.status);
    });
    return Array.from({ length: cycles }, (_, cycle) =>
      never.map(({ event }) => this.#system.terms.not(this.#unrolling.at(cycle, event))),
    ).flat();
  }

  async #found(events: readonly Obligation[], model: Model, cycles: number): Promise<void> {
    const { assumptions } = this.#goals;
    const finding = { events, model, cycles, assumptions, reset: this.#reset };
    const trace = await findTrace(this.#system, finding, this.#query);
    for (const one of events) {
      this.#outcomes.set(one, { status: one.kind === "cover" ? "reached" : "refuted", cycles, trace });
    }
  }

  /** Assumptions that contradict each other would prove anything. */
  async #demandPossible(depth: number): Promise<void> {
    if (this.#goals.assumptions.length === 0) return;
    const cycles = this.#lead + depth;
    if ((await this.#query.solve(this.#assumptions(cycles))) !== undefined) return;
    throw new SystoleError({
      code: "formal-contradiction",
      message: `the assumptions contradict each other: no run of ${cycles} cycles keeps them all`,
      remedy: "Weaken an assumption: as they are, they prove anything.",
    });
  }

  #result(depth: number): ProofResult {
    const properties = this.#goals.obligations.map((obligation): PropertyResult => {
      const { kind, message, path, site } = obligation;
      const none: Outcome = { status: kind === "cover" ? "unreached" : "holds", cycles: depth };
      return { ...(this.#outcomes.get(obligation) ?? none), kind, message, path, site };
    });
    const demanded = properties.filter(({ kind }) => kind !== "cover");
    const refuted = demanded.some(({ status }) => status === "refuted");
    const proven = demanded.every(({ status }) => status === "proven");
    return {
      status: refuted ? "refuted" : proven ? "proven" : "holds",
      design: this.#system.design,
      depth,
      properties,
    };
  }
}

function isNever(status: Outcome["status"]): boolean {
  return status === "proven" || status === "unreachable";
}

function noProperties(design: Design): SystoleError {
  return new SystoleError({
    code: "formal-no-properties",
    message: `${design.top.name} has nothing to prove: no assert and no cover in it or in what it contains`,
    remedy: 'State what must hold with assert(condition, "…") in the body of a module.',
  });
}
