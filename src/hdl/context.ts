import type { Module, Statement } from "./ir.ts";
import { callSite, type Site } from "./location.ts";
import { HdlError, type Problem } from "./problems.ts";

/** One elaboration: the problems so far and the modules already built, by module and parameters. */
export interface Session {
  readonly problems: Problem[];
  readonly built: Map<string, Module>;
  /** Keys of the modules under construction, to catch a module that contains itself. */
  readonly open: Set<string>;
  /** In order of completion: children before parents. */
  readonly modules: Module[];
  /** Modules whose bodies hold mistakes already: what else the checks said of them would follow from these. */
  readonly faulty: Set<Module>;
}

/** The module body being run: where declarations and statements go. */
export interface Scope {
  readonly session: Session;
  readonly module: Module;
  /** The innermost open branch. */
  statements: Statement[];
  /** The open clock domain; `undefined` is the module's own. */
  domain: string | undefined;
  /** The running indices of enclosing `times`. */
  indices: readonly number[];
  /** Checks that wait for the end of the body. */
  readonly atEnd: (() => void)[];
}

let current: Scope | undefined;

/** The module body being run; outside one, declaring hardware is an error that names `what`. */
export function scope(what: string): Scope {
  if (current !== undefined) return current;
  throw new HdlError([
    {
      code: "hdl-outside-module",
      message: `${what} outside a module body`,
      site: callSite(),
      help: "declare hardware in the body of module(name, ports, body)",
    },
  ]);
}

/** The module body being run, if any. */
export function openScope(): Scope | undefined {
  return current;
}

/** Runs `f` with `next` as the open module body. */
export function withScope<T>(next: Scope | undefined, f: () => T): T {
  const outer = current;
  current = next;
  try {
    return f();
  } finally {
    current = outer;
  }
}

/** Runs `f` with `statements` as the open branch. */
export function withStatements(statements: Statement[], f: () => void): void {
  const here = scope("a branch");
  const outer = here.statements;
  here.statements = statements;
  try {
    f();
  } finally {
    here.statements = outer;
  }
}

/** Notes a problem of the user's call; outside an elaboration it is thrown at once. */
export function report(problem: Omit<Problem, "site"> & { readonly site?: Site | undefined }): void {
  const located: Problem = { ...problem, site: problem.site ?? callSite() };
  if (current === undefined) throw new HdlError([located]);
  current.session.problems.push(located);
  current.session.faulty.add(current.module);
}
