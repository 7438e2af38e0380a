import type { Expr, MemoryPort, Module, Net, Statement } from "./ir.ts";

/** Traversals of the intermediate form that passes share. */

/** The operands of an expression, in order. */
export function operandsOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case "const":
    case "ref":
      return [];
    case "unary":
    case "slice":
    case "resize":
    case "cast":
      return [expr.operand];
    case "binary":
      return [expr.left, expr.right];
    case "mux":
      return [expr.condition, expr.whenTrue, expr.whenFalse];
    case "case":
      return [expr.selector, ...expr.arms.map((arm) => arm.expr), expr.otherwise];
    case "cat":
      return expr.parts;
  }
}

/** The same node over other operands; itself when none changes. */
export function withOperands(expr: Expr, f: (operand: Expr) => Expr): Expr {
  switch (expr.kind) {
    case "const":
    case "ref":
      return expr;
    case "unary":
    case "slice":
    case "resize":
    case "cast": {
      const operand = f(expr.operand);
      return operand === expr.operand ? expr : { ...expr, operand };
    }
    case "binary": {
      const [left, right] = [f(expr.left), f(expr.right)];
      return left === expr.left && right === expr.right ? expr : { ...expr, left, right };
    }
    case "mux": {
      const [condition, whenTrue, whenFalse] = [f(expr.condition), f(expr.whenTrue), f(expr.whenFalse)];
      const same = condition === expr.condition && whenTrue === expr.whenTrue && whenFalse === expr.whenFalse;
      return same ? expr : { ...expr, condition, whenTrue, whenFalse };
    }
    case "case": {
      const selector = f(expr.selector);
      const arms = expr.arms.map(({ value, expr: arm }) => ({ value, expr: f(arm) }));
      const otherwise = f(expr.otherwise);
      const same = arms.every((arm, index) => arm.expr === expr.arms[index]!.expr);
      return same && selector === expr.selector && otherwise === expr.otherwise
        ? expr
        : { ...expr, selector, arms, otherwise };
    }
    case "cat": {
      const parts = expr.parts.map(f);
      return parts.every((part, index) => part === expr.parts[index]) ? expr : { ...expr, parts };
    }
  }
}

/** The branches of a statement. */
export function branchesOf(statement: Statement): readonly (readonly Statement[])[] {
  if (statement.kind === "when") return [statement.then, statement.otherwise];
  if (statement.kind === "switch") return [...statement.arms.map((arm) => arm.body), statement.otherwise];
  return [];
}

/** Calls `f` with every statement, outer ones first. */
export function eachStatement(statements: readonly Statement[], f: (statement: Statement) => void): void {
  for (const statement of statements) {
    f(statement);
    for (const branch of branchesOf(statement)) eachStatement(branch, f);
  }
}

/** The expression a statement itself holds: value, condition or selector. */
export function expressionOf(statement: Statement): Expr {
  switch (statement.kind) {
    case "assign":
      return statement.value;
    case "when":
    case "property":
      return statement.condition;
    case "switch":
      return statement.selector;
  }
}

/** The expressions of a memory port with the role of each. */
export function portExpressions(port: MemoryPort): (readonly [role: string, expr: Expr])[] {
  const { address, enable, write, value, mask } = port;
  const named: [string, Expr | undefined][] = [
    ["address", address],
    ["enable", enable],
    ["write", write],
    ["value", value],
    ["mask", mask],
  ];
  return named.filter((entry): entry is [string, Expr] => entry[1] !== undefined);
}

/** Calls `f` with every outermost expression of a module. */
export function eachRoot(module: Module, f: (expr: Expr) => void): void {
  eachStatement(module.body, (statement) => {
    f(expressionOf(statement));
  });
  for (const memory of module.memories) {
    for (const port of memory.ports) for (const [, expr] of portExpressions(port)) f(expr);
  }
  for (const { reset, resets } of module.instances) {
    if (reset !== undefined) f(reset);
    for (const domainReset of resets.values()) f(domainReset);
  }
}

/** Calls `f` with every node under `expr` once, operands first; `seen` spans calls. */
export function eachNode(expr: Expr, seen: Set<Expr>, f: (expr: Expr) => void): void {
  if (seen.has(expr)) return;
  seen.add(expr);
  for (const operand of operandsOf(expr)) eachNode(operand, seen, f);
  f(expr);
}

/** Where an outermost expression is used: the net it drives, or what else it is for. */
export interface Consumer {
  /** The name from which temporaries take theirs. */
  readonly name: string;
  readonly target?: Net;
}

/** Replaces every outermost expression of a module. */
export function rewriteRoots(module: Module, f: (expr: Expr, consumer: Consumer) => Expr): void {
  const body = rewriteStatements(module.body, f);
  module.body.splice(0, module.body.length, ...body);
  for (const memory of module.memories) {
    const ports = memory.ports.map((port): MemoryPort => {
      const rewritten = portExpressions(port).map(([role, expr]) => [
        role,
        f(expr, { name: `${memory.hint}_${role}` }),
      ]);
      return { ...port, ...(Object.fromEntries(rewritten) as Partial<MemoryPort>) };
    });
    memory.ports.splice(0, memory.ports.length, ...ports);
  }
  for (const instance of module.instances) {
    if (instance.reset !== undefined) instance.reset = f(instance.reset, { name: `${instance.hint}_reset` });
    for (const [domain, reset] of instance.resets) {
      instance.resets.set(domain, f(reset, { name: `${instance.hint}_${domain}_reset` }));
    }
  }
}

function rewriteStatements(statements: readonly Statement[], f: (expr: Expr, consumer: Consumer) => Expr): Statement[] {
  return statements.map((statement): Statement => {
    switch (statement.kind) {
      case "assign":
        return { ...statement, value: f(statement.value, { name: statement.target.hint, target: statement.target }) };
      case "property":
        return { ...statement, condition: f(statement.condition, { name: statement.check }) };
      case "when":
        return {
          ...statement,
          condition: f(statement.condition, { name: `${firstTarget(statement)}_enable` }),
          then: rewriteStatements(statement.then, f),
          otherwise: rewriteStatements(statement.otherwise, f),
        };
      case "switch":
        return {
          ...statement,
          selector: f(statement.selector, { name: `${firstTarget(statement)}_selector` }),
          arms: statement.arms.map(({ value, body }) => ({ value, body: rewriteStatements(body, f) })),
          otherwise: rewriteStatements(statement.otherwise, f),
        };
    }
  });
}

function firstTarget(statement: Statement): string {
  let name: string | undefined;
  eachStatement([statement], (inner) => {
    if (inner.kind === "assign") name ??= inner.target.hint;
  });
  return name ?? "branch";
}

/** How often each node is used: by nodes that are themselves counted once, and by statements. */
export function countUses(module: Module): Map<Expr, number> {
  const uses = new Map<Expr, number>();
  const visit = (expr: Expr): void => {
    const count = uses.get(expr) ?? 0;
    uses.set(expr, count + 1);
    if (count === 0) operandsOf(expr).forEach(visit);
  };
  eachRoot(module, visit);
  return uses;
}

/** The statement with every expression in it replaced; `f` also gets the statement that holds it. */
export function mapExpressions(statement: Statement, f: (expr: Expr, holder: Statement) => Expr): Statement {
  const all = (statements: readonly Statement[]): Statement[] => statements.map((inner) => mapExpressions(inner, f));
  switch (statement.kind) {
    case "assign":
      return { ...statement, value: f(statement.value, statement) };
    case "property":
      return { ...statement, condition: f(statement.condition, statement) };
    case "when": {
      const { condition, then, otherwise } = statement;
      return { ...statement, condition: f(condition, statement), then: all(then), otherwise: all(otherwise) };
    }
    case "switch": {
      const arms = statement.arms.map(({ value, body }) => ({ value, body: all(body) }));
      return { ...statement, selector: f(statement.selector, statement), arms, otherwise: all(statement.otherwise) };
    }
  }
}

/** Whether an expression is one bit of a net at a changing place that always exists: Verilog's `vector[index]`. */
export function isIndexed(expr: Expr): boolean {
  if (expr.kind !== "slice" || expr.width !== 1 || expr.low !== 0) return false;
  const shift = expr.operand;
  if (shift.kind !== "binary" || shift.op !== "shr") return false;
  const vector = shift.left.kind === "cast" ? shift.left.operand : shift.left;
  return vector.kind === "ref" && 2 ** shift.right.width === vector.width;
}
