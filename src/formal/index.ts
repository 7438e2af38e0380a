/** Proofs about designs: bounded search and k-induction by an SMT solver, from the intermediate form. */
export { prove, type ProofProgress, type ProveOptions } from "./prove.ts";
export { formatProof, type Outcome, type ProofResult, type PropertyResult } from "./result.ts";
export { replay, type Replay, type ReplayOptions } from "./replay.ts";
export { traceTest, type TraceTestOptions } from "./trace-test.ts";
export type { Trace } from "./counterexample.ts";
export type { Invariants, StateView } from "./invariants.ts";
export type { Assumptions, Obligation } from "./obligations.ts";
export { openSolver, type Patience, type Solver, type SolverName } from "./solver/index.ts";
export { translateDesign, type TransitionSystem } from "./translate/index.ts";
export { checkEmission, type CheckEmissionOptions, type ModuleEquivalence } from "./emission/index.ts";
