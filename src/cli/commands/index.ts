/** The commands in the order of the help. Each is loaded when it is asked for, with all that it needs. */
import type { Command } from "commander";

/** Adds a command to the program. */
type Add = (program: Command) => void;

export const COMMANDS: Readonly<Record<string, () => Promise<Add>>> = {
  run: async () => (await import("./run.ts")).addRun,
  bench: async () => (await import("./bench.ts")).addBench,
  figures: async () => (await import("./figures.ts")).addFigures,
  sweep: async () => (await import("./sweep.ts")).addSweep,
  study: async () => (await import("./study.ts")).addStudy,
  generate: async () => (await import("./generate.ts")).addGenerate,
  compile: async () => (await import("./compile.ts")).addCompile,
  map: async () => (await import("./map.ts")).addMap,
  report: async () => (await import("./report.ts")).addReport,
  disasm: async () => (await import("./disasm.ts")).addDisasm,
  check: async () => (await import("./check.ts")).addCheck,
  docs: async () => (await import("./docs.ts")).addDocs,
};
