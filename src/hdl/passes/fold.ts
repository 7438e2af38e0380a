import { constant } from "../build.ts";
import { evaluate } from "../evaluate.ts";
import type { Expr, Module, Net, Statement } from "../ir.ts";
import { project, targetsOf } from "../verilog/drivers.ts";
import { countUses, operandsOf, rewriteRoots, withOperands } from "../walk.ts";
import { simplify } from "./simplify.ts";

/**
 * Computes constants, removes operations without effect, and narrows operators to the bits that are kept of their
 * results (`a.add(b).wrap(8)` becomes an addition of 8 bits). Branches of constant conditions are resolved.
 */
export function fold(module: Module): void {
  const uses = countUses(module);
  const memo = new Map<Expr, Expr>();
  const visit = (expr: Expr): Expr => {
    let result = memo.get(expr);
    if (result !== undefined) return result;
    result = withOperands(expr, visit);
    for (let step = 0; step < 64; step++) {
      const next = foldConstant(result) ?? simplify(result, (operand) => (uses.get(operand) ?? 1) <= 1);
      if (next === undefined) break;
      // What a rule builds has operands that are folded already, except those it made itself.
      result = withOperands(keepSite(next, expr), visit);
    }
    memo.set(expr, result);
    memo.set(result, result);
    const count = uses.get(expr);
    if (count !== undefined) uses.set(result, Math.max(count, uses.get(result) ?? 0));
    return result;
  };
  rewriteRoots(module, visit);
  const body = withoutOverwritten(module.body.flatMap(resolve));
  module.body.splice(0, module.body.length, ...body);
}

/** A rewritten expression is found under the source position of what it replaces. */
function keepSite(next: Expr, replaced: Expr): Expr {
  return next.kind === "const" || next.kind === "ref" || next.site !== undefined
    ? next
    : { ...next, site: replaced.site, field: replaced.field };
}

function foldConstant(expr: Expr): Expr | undefined {
  if (expr.kind === "const" || expr.kind === "ref") return undefined;
  if (!operandsOf(expr).every((operand) => operand.kind === "const")) return undefined;
  return constant(
    evaluate(expr, () => 0n),
    expr.width,
    expr.signed,
  );
}

/** Statements without the assignments that a later one of the same list replaces in every case. */
function withoutOverwritten(statements: readonly Statement[]): Statement[] {
  const replaced = new Set<Net>();
  const kept: Statement[] = [];
  for (const statement of [...statements].reverse()) {
    if (statement.kind === "assign") {
      if (replaced.has(statement.target)) continue;
      replaced.add(statement.target);
    }
    kept.push(...(replaced.size === 0 || statement.kind === "assign" ? [statement] : without(replaced, statement)));
  }
  return kept.reverse().map((statement) => {
    if (statement.kind === "when") {
      const [then, otherwise] = [withoutOverwritten(statement.then), withoutOverwritten(statement.otherwise)];
      return { ...statement, then, otherwise };
    }
    if (statement.kind !== "switch") return statement;
    const arms = statement.arms.map(({ value, body }) => ({ value, body: withoutOverwritten(body) }));
    return { ...statement, arms, otherwise: withoutOverwritten(statement.otherwise) };
  });
}

function without(nets: ReadonlySet<Net>, statement: Statement): Statement[] {
  for (const target of targetsOf(statement)) {
    if (nets.has(target)) {
      return project([statement], (inner) => inner.kind !== "assign" || !nets.has(inner.target));
    }
  }
  return [statement];
}

/** A statement without branches that never run. */
function resolve(statement: Statement): Statement[] {
  switch (statement.kind) {
    case "assign":
      return [statement];
    case "property":
      return statement.check !== "cover" && isOne(statement.condition) ? [] : [statement];
    case "when": {
      const [then, otherwise] = [statement.then.flatMap(resolve), statement.otherwise.flatMap(resolve)];
      if (statement.condition.kind === "const") return isOne(statement.condition) ? then : otherwise;
      return then.length + otherwise.length === 0 ? [] : [{ ...statement, then, otherwise }];
    }
    case "switch": {
      const { selector } = statement;
      const arms = statement.arms.map(({ value, body }) => ({ value, body: body.flatMap(resolve) }));
      const otherwise = statement.otherwise.flatMap(resolve);
      if (selector.kind === "const") return arms.find((arm) => arm.value.value === selector.value)?.body ?? otherwise;
      return [{ ...statement, arms, otherwise }];
    }
  }
}

function isOne(expr: Expr): boolean {
  return expr.kind === "const" && expr.value === 1n;
}
