import type { Expr, Instance, Memory, Module, Net, Statement } from "../ir.ts";
import { branchesOf, eachNode, eachStatement, expressionOf, portExpressions } from "../walk.ts";
import { project } from "../verilog/drivers.ts";

/** Removes what no output, assertion or external module can see: nets, memories, instances and their statements. */
export function removeDeadCode(module: Module): void {
  if (module.external !== undefined) return;
  const live = findLive(module);
  if (module.resetPin !== undefined && !live.nets.has(module.resetPin)) module.resetPin = undefined;
  for (const [domain, net] of module.domainResets) if (!live.nets.has(net)) module.domainResets.delete(domain);
  const body = project(
    module.body,
    (inner) => inner.kind === "property" || (inner.kind === "assign" && live.nets.has(inner.target)),
  );
  replace(module.body, body);
  replace(
    module.instances,
    module.instances.filter((instance) => live.instances.has(instance)),
  );
  replace(
    module.memories,
    module.memories.filter((memory) => live.memories.has(memory)),
  );
  replace(
    module.nets,
    module.nets.filter((net) => live.nets.has(net)),
  );
}

function replace<T>(array: T[], items: readonly T[]): void {
  array.splice(0, array.length, ...items);
}

interface Live {
  readonly nets: Set<Net>;
  readonly instances: Set<Instance>;
  readonly memories: Set<Memory>;
}

function findLive(module: Module): Live {
  const drivers = driversOf(module);
  const memoryOf = new Map<Net, Memory>();
  for (const memory of module.memories) {
    for (const port of memory.ports) if (port.data !== undefined) memoryOf.set(port.data, memory);
  }
  const live: Live = { nets: new Set(), instances: new Set(), memories: new Set() };
  const pending: Net[] = [];
  const seen = new Set<Expr>();
  const need = (net: Net): void => {
    if (live.nets.has(net)) return;
    live.nets.add(net);
    pending.push(net);
  };
  const needExpr = (expr: Expr): void => {
    eachNode(expr, seen, (node) => {
      if (node.kind === "ref") need(node.net);
    });
  };
  const needInstance = (instance: Instance): void => {
    if (live.instances.has(instance)) return;
    live.instances.add(instance);
    instance.pins.forEach(need);
    if (instance.reset !== undefined) needExpr(instance.reset);
    for (const reset of instance.resets.values()) needExpr(reset);
  };
  module.ports.forEach(need);
  module.instances.filter((instance) => isObservable(instance.module)).forEach(needInstance);
  for (const expr of drivers.properties) needExpr(expr);
  for (let net = pending.pop(); net !== undefined; net = pending.pop()) {
    for (const expr of drivers.of.get(net) ?? []) needExpr(expr);
    if (net.instance !== undefined) needInstance(net.instance);
    const memory = memoryOf.get(net);
    if (memory === undefined || live.memories.has(memory)) continue;
    live.memories.add(memory);
    for (const port of memory.ports) {
      if (port.data !== undefined) need(port.data);
      for (const [, expr] of portExpressions(port)) needExpr(expr);
    }
  }
  return live;
}

/** The values and conditions that decide each net, and those that decide properties. */
function driversOf(module: Module): { of: Map<Net, Set<Expr>>; properties: Set<Expr> } {
  const of = new Map<Net, Set<Expr>>();
  const properties = new Set<Expr>();
  const walk = (statement: Statement, conditions: readonly Expr[]): void => {
    if (statement.kind === "assign" || statement.kind === "property") {
      let exprs = properties;
      if (statement.kind === "assign") {
        exprs = of.get(statement.target) ?? new Set();
        of.set(statement.target, exprs);
      }
      for (const expr of [expressionOf(statement), ...conditions]) exprs.add(expr);
      return;
    }
    const inner = [...conditions, expressionOf(statement)];
    for (const branch of branchesOf(statement)) for (const nested of branch) walk(nested, inner);
  };
  for (const statement of module.body) walk(statement, []);
  return { of, properties };
}

const observable = new WeakMap<Module, boolean>();

/** Whether a module does something besides driving its outputs: assertions, external modules. */
function isObservable(module: Module): boolean {
  let result = observable.get(module);
  if (result === undefined) {
    result = module.external !== undefined || module.instances.some((instance) => isObservable(instance.module));
    eachStatement(module.body, (statement) => {
      if (statement.kind === "property") result = true;
    });
    observable.set(module, result);
  }
  return result;
}
