/** Solvers behind one interface: z3 as WebAssembly, or a program on the PATH. */
export { openSolver, type SolverName } from "./open.ts";
export { Query, type Model } from "./query.ts";
export type { Patience, Solver } from "./solver.ts";
