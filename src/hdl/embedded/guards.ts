import type { Expr, Net } from "../ir.ts";
import { operandsOf } from "../walk.ts";
import type { Graph, Node } from "./graph.ts";
import { isUniform, type Network, type Pack } from "./network.ts";
import { strongComponents } from "./order.ts";

/** Operators that are worth a branch around them; fewer are computed and thrown away. */
const WORTH_A_BRANCH = 6;
/** Operators in the condition of a branch. */
const LARGEST_GUARD = 6;

/**
 * Puts branches around registers that keep their values: what a register takes, and all that is computed for it alone, is
 * computed only when it takes something. An engine that waits then costs little more than its conditions.
 */
export function guardRegisters({ edge }: Graph, network: Network): void {
  const consumers = consumersOf(edge);
  for (const node of edge) {
    if (node.kind !== "register") continue;
    const guard = guardOf(node.exprs[0]!, node.signal!.net);
    if (guard === undefined || sizeOf(guard) > LARGEST_GUARD) continue;
    const nets = netsOf(guard);
    if (!nets.every((net) => isUniform(network.leaves(node.pack, net)))) continue;
    const owned = ownedBy(node, producersOf(node.pack, nets, node, network), consumers);
    const work = [node, ...owned].reduce((sum, { exprs }) => sum + exprs.reduce((size, e) => size + sizeOf(e), 0), 0);
    if (work < WORTH_A_BRANCH + sizeOf(guard)) continue;
    node.guard = guard;
    take(node, owned);
  }
}

/** When a register whose definition is `expr` takes a value other than its own; `undefined` when it always may. */
function guardOf(expr: Expr, self: Net): Expr | undefined {
  const changes = changesOf(expr, self);
  return changes === true || changes === false ? undefined : changes;
}

function changesOf(expr: Expr, self: Net): Expr | boolean {
  if (expr.kind === "ref" && expr.net === self) return false;
  if (expr.kind !== "mux") return true;
  const { condition } = expr;
  const [whenTrue, whenFalse] = [changesOf(expr.whenTrue, self), changesOf(expr.whenFalse, self)];
  if (whenTrue === whenFalse && typeof whenTrue === "boolean") return whenTrue;
  const inverse: Expr = { kind: "unary", op: "not", operand: condition, width: 1, signed: false };
  if (whenTrue === true) return whenFalse === false ? condition : bit("or", condition, whenFalse as Expr);
  if (whenFalse === true) return whenTrue === false ? inverse : bit("or", inverse, whenTrue);
  if (whenTrue === false) return bit("and", inverse, whenFalse as Expr);
  if (whenFalse === false) return bit("and", condition, whenTrue);
  return { kind: "mux", condition, whenTrue: whenTrue, whenFalse: whenFalse, width: 1, signed: false };
}

function bit(op: "and" | "or", left: Expr, right: Expr): Expr {
  return { kind: "binary", op, left, right, width: 1, signed: false };
}

function consumersOf(edge: readonly Node[]): Map<Node, Set<Node>> {
  const consumers = new Map<Node, Set<Node>>();
  for (const [node] of strongComponents(edge, ({ producers }) => [...producers])) {
    for (const producer of node!.producers) {
      const known = consumers.get(producer);
      if (known === undefined) consumers.set(producer, new Set([node!]));
      else known.add(node!);
    }
  }
  return consumers;
}

/** The producers of a node that compute one of the nets. */
function producersOf(pack: Pack, nets: readonly Net[], node: Node, network: Network): Set<Node> {
  const signals = new Set(
    nets.flatMap((net) => network.leaves(pack, net).map((leaf) => (leaf.kind === "signal" ? leaf.signal : undefined))),
  );
  return new Set([...node.producers].filter((producer) => signals.has(producer.signal)));
}

/** Nodes that work for `node` alone, each after those that it needs. */
function ownedBy(node: Node, excluded: ReadonlySet<Node>, consumers: ReadonlyMap<Node, ReadonlySet<Node>>): Node[] {
  const owned = new Set<Node>();
  const pending = [...node.producers];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const isWork = next.kind === "compute" || next.kind === "load";
    if (!isWork || owned.has(next) || excluded.has(next)) continue;
    if (![...consumers.get(next)!].every((consumer) => consumer === node || owned.has(consumer))) continue;
    owned.add(next);
    pending.push(...next.producers);
  }
  const needs = ({ producers }: Node): Node[] => [...producers].filter((producer) => owned.has(producer));
  return strongComponents([...owned], needs).flat();
}

/** Makes nodes part of another one. */
function take(node: Node, owned: readonly Node[]): void {
  for (const inner of owned) {
    for (const producer of inner.producers) node.producers.add(producer);
    for (const state of inner.states) {
      node.states.add(state);
      state.readers.delete(inner);
      state.readers.add(node);
    }
  }
  for (const inner of owned) node.producers.delete(inner);
  node.inner.push(...owned);
}

function netsOf(expr: Expr): Net[] {
  return expr.kind === "ref" ? [expr.net] : operandsOf(expr).flatMap(netsOf);
}

function sizeOf(expr: Expr): number {
  return operandsOf(expr).reduce((sum, operand) => sum + sizeOf(operand), expr.kind === "ref" ? 0 : 1);
}
