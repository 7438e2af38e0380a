import type { Session } from "./context.ts";
import type { Design } from "./ir.ts";
import { buildModule, type Module } from "./module.ts";
import { problemsOf, runPasses } from "./passes/index.ts";
import type { Ports } from "./ports.ts";
import { HdlError } from "./problems.ts";

/** Parameters may be left out when the module takes none. */
type ElaborateArguments<P> = unknown extends P ? [params?: undefined] : [params: P];

/**
 * Runs the bodies of a module and of everything in it (each module and parameter set once), then the passes.
 * Throws one `HdlError` that lists all mistakes.
 */
export function elaborate<P, Io extends Ports>(top: Module<P, Io>, ...[params]: ElaborateArguments<P>): Design {
  return runPasses(runBodies(top, params as P));
}

/** The design as its bodies describe it, before any pass. */
export function runBodies<P, Io extends Ports>(top: Module<P, Io>, params: P): Design {
  const session: Session = { problems: [], built: new Map(), open: new Set(), modules: [], faulty: new Set() };
  try {
    const built = buildModule(top, params, session);
    if (session.problems.length === 0) return { top: built, modules: session.modules };
  } catch (error) {
    if (error instanceof HdlError) session.problems.push(...error.problems);
    else throw error;
  }
  const sound = session.modules.filter((module) => !session.faulty.has(module));
  throw new HdlError([...session.problems, ...problemsOf(sound, false)]);
}
