/** Proofs about designs: bounded search and k-induction by an SMT solver, from the intermediate form. */
// Proofs
export { prove, type ProofProgress, type ProveOptions } from "./prove.ts";
export { formatProof, type Outcome, type ProofResult, type PropertyResult } from "./result.ts";
// Counterexamples
export { replay, type Replay, type ReplayOptions } from "./replay.ts";
export { traceTest, type TraceTestOptions } from "./trace-test.ts";
export type { Trace } from "./counterexample.ts";
// Invariants and assumptions
export type { Invariants, StateView } from "./invariants.ts";
export type { Assumptions, Obligation } from "./obligations.ts";
// Solvers
export { openSolver, type Patience, type Solver, type SolverName } from "./solver/index.ts";
export { translateDesign, type TransitionSystem } from "./translate/index.ts";
// The emitted Verilog
export { checkEmission, type CheckEmissionOptions, type ModuleEquivalence } from "./emission/index.ts";
