import * as build from "../build.ts";
import type { Expr, Instance, Memory, MemoryPort, Module, Net, Property, Statement } from "../ir.ts";
import { operandsOf, portExpressions, withOperands } from "../walk.ts";
import { compare, isAtom, isWiring, reduceOperators, wantsNet, WORD_BITS } from "./trees.ts";

/**
 * A module as equations. Branches have become multiplexers. Out of `lowerModule` expressions still share their nodes; after
 * `hoistShared` what is used more than once has become a net, so that every expression is a tree over nets.
 */
export interface Lowered {
  readonly module: Module;
  readonly registers: readonly Net[];
  /** Registers that are a part of one in the module: of which, and from which bit on. */
  readonly parts: ReadonlyMap<Net, { readonly whole: Net; readonly low: number }>;
  /** What drives each wire, output and input pin, and what each register takes at the clock edge. */
  readonly definitions: ReadonlyMap<Net, Expr>;
  /** The pin of each port of each instance. */
  readonly pins: ReadonlyMap<Instance, ReadonlyMap<Net, Net>>;
  readonly memories: readonly { readonly memory: Memory; readonly ports: readonly MemoryPort[] }[];
  /** The resets that instances have of their own: nets with a definition. */
  readonly resets: ReadonlyMap<Instance, Net>;
  readonly properties: readonly LoweredProperty[];
}

/** A property with the condition under which it is broken, outside reset. */
export interface LoweredProperty {
  readonly property: Property;
  readonly broken: Expr;
}

/** The equations of a module. */
export function lowerModule(module: Module): Lowered {
  const properties: { property: Property; broken: Expr }[] = [];
  const assigned = runStatements(module.body, () => undefined, [], properties);
  const made = new NetMaker(module);
  const resets = new Map<Instance, Net>();
  for (const instance of module.instances) {
    if (instance.reset === undefined) continue;
    const net = made.net(1, false, `${instance.hint}_reset`);
    resets.set(instance, net);
    assigned.set(net, instance.reset);
  }

  const pins = module.instances.map(
    (instance) => [instance, new Map(instance.pins.map((pin) => [pin.port!, pin]))] as const,
  );
  const memories = module.memories.map((memory) => ({ memory, ports: memory.ports }));
  const registers = module.nets.filter((net) => net.kind === "reg");
  const parts = new Map<Net, never>();
  const lowered = {
    module,
    registers,
    parts,
    definitions: assigned,
    pins: new Map(pins),
    memories,
    resets,
    properties,
  };
  return rewriteLowered(lowered, reduceOperators());
}

/** A module with every expression replaced. */
export function rewriteLowered(lowered: Lowered, f: (expr: Expr) => Expr): Lowered {
  return {
    ...lowered,
    definitions: new Map([...lowered.definitions].map(([net, expr]) => [net, f(expr)])),
    properties: lowered.properties.map(({ property, broken }) => ({ property, broken: f(broken) })),
    memories: lowered.memories.map(({ memory, ports }) => ({
      memory,
      ports: ports.map((port) => rewritePort(port, f)),
    })),
  };
}

/** Gives nets to what is used more than once, and to operands that code needs whole. */
export function hoistShared(lowered: Lowered): Lowered {
  const made = new NetMaker(lowered.module);
  const uses = new Map<Expr, number>();
  const count = (expr: Expr): void => {
    const before = uses.get(expr) ?? 0;
    uses.set(expr, before + 1);
    if (before === 0) operandsOf(expr).forEach(count);
  };
  rewriteLowered(lowered, (expr) => {
    count(expr);
    return expr;
  });

  const replaced = new Map<Expr, Expr>();
  const hoisted = new Map<Net, Expr>();
  const hoist = (expr: Expr): Expr => {
    const known = replaced.get(expr);
    if (known !== undefined) return known;
    const inner = withOperands(expr, (operand) => {
      const result = hoist(operand);
      return wantsNet(expr, operand) && !isAtom(result) ? toNet(result) : result;
    });
    const result = (uses.get(expr) ?? 0) > 1 && deservesNet(inner) ? toNet(inner) : inner;
    replaced.set(expr, result);
    return result;
  };
  const toNet = (expr: Expr): Expr => {
    const net = made.net(expr.width, expr.signed, "shared");
    hoisted.set(net, expr);
    return { kind: "ref", net, width: expr.width, signed: expr.signed };
  };
  const result = rewriteLowered(lowered, hoist);
  return { ...result, definitions: new Map([...result.definitions, ...hoisted]) };
}

/** Whether a node that is used several times is worth a net: wide wiring and single bits picked out of nets are not. */
function deservesNet(expr: Expr): boolean {
  if (isAtom(expr)) return false;
  if (!isWiring(expr)) return true;
  if (expr.width > WORD_BITS) return false;
  return expr.kind === "cat" || !operandsOf(expr).every(isAtom);
}

function rewritePort(port: MemoryPort, f: (expr: Expr) => Expr): MemoryPort {
  const rewritten = portExpressions(port).map(([role, expr]) => [role, f(expr)]);
  return { ...port, ...(Object.fromEntries(rewritten) as Partial<MemoryPort>) };
}

class NetMaker {
  readonly nets: Net[] = [];
  readonly #module: Module;

  constructor(module: Module) {
    this.#module = module;
  }

  net(width: number, signed: boolean, hint: string): Net {
    const name = `${hint}_${this.nets.length}`;
    const net: Net = { kind: "wire", owner: this.#module, width, signed, hint, name, site: undefined };
    this.nets.push(net);
    return net;
  }
}

/** What the statements leave in the nets that they assign; `before` tells what an earlier statement assigned. */
function runStatements(
  statements: readonly Statement[],
  before: (net: Net) => Expr | undefined,
  path: readonly Expr[],
  properties: { property: Property; broken: Expr }[],
): Map<Net, Expr> {
  const values = new Map<Net, Expr>();
  const present = (net: Net): Expr | undefined => {
    const value = values.get(net) ?? before(net);
    if (value !== undefined || net.kind !== "reg") return value;
    return { kind: "ref", net, width: net.width, signed: net.signed };
  };
  const join = (conditions: readonly Expr[], branches: readonly Map<Net, Expr>[], otherwise: Map<Net, Expr>): void => {
    const nets = new Set([...branches, otherwise].flatMap((branch) => [...branch.keys()]));
    for (const net of nets) {
      const unchanged = present(net);
      const rest = otherwise.get(net) ?? unchanged;
      const value = branches.reduceRight<Expr | undefined>((chosen, branch, index) => {
        const taken = branch.get(net) ?? unchanged;
        if (taken === undefined || taken === rest) return chosen;
        if (chosen === undefined) return taken;
        return choose(conditions[index]!, taken, chosen);
      }, rest);
      if (value !== undefined) values.set(net, value);
    }
  };
  for (const statement of statements) {
    switch (statement.kind) {
      case "assign":
        values.set(statement.target, statement.value);
        break;
      case "when": {
        const { condition } = statement;
        const then = runStatements(statement.then, present, [...path, condition], properties);
        const otherwise = runStatements(statement.otherwise, present, [...path, invert(condition)], properties);
        join([condition], [then], otherwise);
        break;
      }
      case "switch": {
        const conditions = statement.arms.map((arm) => compare("eq", statement.selector, arm.value));
        const branches = statement.arms.map((arm, index) =>
          runStatements(arm.body, present, [...path, conditions[index]!], properties),
        );
        const none = conditions.map(invert);
        const otherwise = runStatements(statement.otherwise, present, [...path, ...none], properties);
        join(conditions, branches, otherwise);
        break;
      }
      case "property":
        if (statement.check === "cover") break;
        properties.push({ property: statement, broken: [...path, invert(statement.condition)].reduce(both) });
    }
  }
  return values;
}

function choose(condition: Expr, whenTrue: Expr, whenFalse: Expr): Expr {
  return { kind: "mux", condition, whenTrue, whenFalse, width: whenTrue.width, signed: whenTrue.signed };
}

function invert(condition: Expr): Expr {
  return { kind: "unary", op: "not", operand: condition, width: 1, signed: false };
}

function both(left: Expr, right: Expr): Expr {
  return build.arithmetic("and", left, right, 1);
}
