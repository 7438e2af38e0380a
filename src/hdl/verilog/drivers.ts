import type { Assign, Module, Net, Statement } from "../ir.ts";
import { branchesOf, eachNode, eachStatement, expressionOf } from "../walk.ts";

/** How the nets of a module are driven: by one plain assignment, or by statements with conditions. */
export interface Drivers {
  /** Nets with exactly one assignment, outside any condition. */
  readonly plain: ReadonlyMap<Net, Assign>;
  /** The top-level statements that assign each net, in order. */
  readonly statements: ReadonlyMap<Net, readonly Statement[]>;
}

/** Finds the drivers of every net. */
export function findDrivers(module: Module): Drivers {
  const statements = new Map<Net, Statement[]>();
  for (const statement of module.body) {
    for (const net of targetsOf(statement)) statements.set(net, [...(statements.get(net) ?? []), statement]);
  }
  const plain = new Map<Net, Assign>();
  for (const [net, drivers] of statements) {
    const [first] = drivers;
    if (drivers.length === 1 && first?.kind === "assign") plain.set(net, first);
  }
  return { plain, statements };
}

/** The nets assigned in a statement. */
export function targetsOf(statement: Statement): Set<Net> {
  const targets = new Set<Net>();
  eachStatement([statement], (inner) => {
    if (inner.kind === "assign") targets.add(inner.target);
  });
  return targets;
}

/** The nets read by statements, conditions included. */
export function readsOf(statements: readonly Statement[]): Set<Net> {
  const reads = new Set<Net>();
  const seen = new Set<Parameters<typeof eachNode>[0]>();
  eachStatement(statements, (statement) => {
    eachNode(expressionOf(statement), seen, (expr) => {
      if (expr.kind === "ref") reads.add(expr.net);
    });
  });
  return reads;
}

/** The statements restricted to what `keep` selects; branches left empty disappear. */
export function project(statements: readonly Statement[], keep: (statement: Statement) => boolean): Statement[] {
  return statements.flatMap((statement): Statement[] => {
    if (statement.kind === "assign" || statement.kind === "property") return keep(statement) ? [statement] : [];
    if (statement.kind === "when") {
      const [then, otherwise] = [project(statement.then, keep), project(statement.otherwise, keep)];
      return then.length + otherwise.length === 0 ? [] : [{ ...statement, then, otherwise }];
    }
    const arms = statement.arms.map(({ value, body }) => ({ value, body: project(body, keep) }));
    const otherwise = project(statement.otherwise, keep);
    const empty = otherwise.length === 0 && arms.every((arm) => arm.body.length === 0);
    return empty ? [] : [{ ...statement, arms, otherwise }];
  });
}

/** Nets in groups: two are together when some top-level statement assigns both. Order of first assignment. */
export function groupTargets(body: readonly Statement[], keep: (net: Net) => boolean): Net[][] {
  const groupOf = new Map<Net, Net[]>();
  for (const statement of body) {
    const targets = [...targetsOf(statement)].filter(keep);
    const groups = new Set(targets.map((net) => groupOf.get(net)).filter((group) => group !== undefined));
    const merged = [...new Set([...[...groups].flat(), ...targets])];
    for (const net of merged) groupOf.set(net, merged);
  }
  return [...new Set(groupOf.values())];
}

/** Whether a statement has branches. */
export function branches(statement: Statement): boolean {
  return branchesOf(statement).length > 0;
}
