import { SystoleError } from "../../errors.ts";
import { findProgram } from "../../harness/process.ts";
import { ProgramSolver } from "./program-solver.ts";
import type { Solver } from "./solver.ts";
import { WasmSolver } from "./wasm-solver.ts";

/** `wasm` is z3 from npm; the others are programs on the PATH. */
export type SolverName = "wasm" | "z3" | "yices2" | "bitwuzla";

const programs = {
  z3: { program: "z3", args: ["-in", "-smt2"] },
  yices2: { program: "yices-smt2", args: ["--incremental"] },
  bitwuzla: { program: "bitwuzla", args: ["--lang", "smt2"] },
} as const;

/** Starts a solver. Throws SystoleError when it is not on the PATH. */
export function openSolver(name: SolverName = "wasm"): Solver {
  if (name === "wasm") return new WasmSolver();
  const { program, args } = programs[name];
  const path = findProgram(program);
  if (path === undefined) {
    throw new SystoleError({
      code: "formal-solver-missing",
      message: `the solver ${name} needs the program ${program}, which is not on the PATH`,
      remedy: `Install ${name}, or use the solver "wasm", which comes with npm.`,
    });
  }
  return new ProgramSolver(name, path, args);
}
