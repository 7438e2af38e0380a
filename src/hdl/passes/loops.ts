import type { Expr, Module, Net, Statement } from "../ir.ts";
import type { Site } from "../location.ts";
import type { Problem } from "../problems.ts";
import { bitsBehind } from "./bit-dependencies.ts";

/**
 * Combinational loops. Nets are looked at whole first, through instances by what their outputs follow; only where nets
 * lie on a cycle are single bits traced. A loop of bits is an error with its path; so is a vector that feeds only other
 * bits of itself, which no Verilog tool orders well.
 */
export class LoopFinder {
  /** For each output of a module, the inputs it follows in the same cycle. */
  readonly #follows = new Map<Module, Map<Net, Set<Net>>>();

  check(module: Module, problems: Problem[]): void {
    const { external } = module;
    const inputs = module.ports.filter((port) => port.kind === "input");
    if (external !== undefined) {
      const all = new Set(external.combinational ? inputs : []);
      this.#follows.set(module, new Map(module.ports.map((port) => [port, all])));
      return;
    }
    const edges = this.#edges(module);
    const cycle = findCycle([...edges.keys()], (net) => [...(edges.get(net)?.keys() ?? [])]);
    if (cycle !== undefined) problems.push(this.#describe(cycle, edges));
    const follows = new Map<Net, Set<Net>>();
    for (const port of module.ports) {
      if (port.kind === "output") follows.set(port, reachableInputs(port, edges));
    }
    this.#follows.set(module, follows);
  }

  /** What each net follows in the same cycle, and where that is said. */
  #edges(module: Module): Edges {
    const edges: Edges = new Map<Net, Map<Net, Edge[]>>();
    const add = (target: Net, exprs: readonly Expr[], site: Site | undefined): void => {
      let sources = edges.get(target);
      if (sources === undefined) edges.set(target, (sources = new Map<Net, Edge[]>()));
      for (const expr of exprs) {
        for (const net of bitsBehind(expr, undefined).keys()) {
          const known = sources.get(net);
          const entry = { expr, site };
          if (known === undefined) sources.set(net, [entry]);
          else if (known.length < 64) known.push(entry);
        }
      }
    };
    const walk = (statements: readonly Statement[], conditions: readonly Expr[]): void => {
      for (const statement of statements) {
        if (statement.kind === "assign" && statement.target.kind !== "reg") {
          add(statement.target, [statement.value, ...conditions], statement.site);
        } else if (statement.kind === "when") {
          walk(statement.then, [...conditions, statement.condition]);
          walk(statement.otherwise, [...conditions, statement.condition]);
        } else if (statement.kind === "switch") {
          const inner = [...conditions, statement.selector];
          for (const arm of statement.arms) walk(arm.body, inner);
          walk(statement.otherwise, inner);
        }
      }
    };
    walk(module.body, []);
    for (const port of module.memories.flatMap((memory) => memory.ports)) {
      if (!port.sync && port.data !== undefined) add(port.data, [port.address], port.site);
    }
    for (const instance of module.instances) {
      const follows = this.#follows.get(instance.module)!;
      const pinOf = new Map(instance.pins.map((pin) => [pin.port!, pin]));
      for (const pin of instance.pins) {
        if (pin.port!.kind !== "output") continue;
        const sources = [...(follows.get(pin.port!) ?? [])].map((port) => pinOf.get(port)!);
        add(
          pin,
          sources.map((net) => ({ kind: "ref", net, width: net.width, signed: net.signed })),
          instance.site,
        );
      }
    }
    return edges;
  }

  #describe(cycle: readonly Net[], edges: Edges): Problem {
    const bits = bitCycle(cycle, edges);
    const nets = bits ?? cycle;
    const path = [...nets, nets[0]!].map((net) => net.hint).join(" -> ");
    const first = nets[0]!;
    const notes = nets.map((net, index) => {
      const source = nets[(index + 1) % nets.length]!;
      const site = edges.get(net)?.get(source)?.[0]?.site;
      return { text: `"${net.hint}" follows "${source.hint}"`, site };
    });
    if (bits === undefined) {
      return {
        code: "hdl-vector-loop",
        message: `bits of "${first.hint}" follow other bits of it: ${path}`,
        site: first.site,
        notes,
        help: "give the parts wires of their own and join them with cat",
      };
    }
    return {
      code: "hdl-loop",
      message: `combinational loop: ${path}`,
      site: first.site,
      notes,
      help:
        nets.length === 1 && first.kind === "wire"
          ? "a wire has no memory: what counts or keeps a value is a register, const n = reg(shape)"
          : "break the loop with a register",
    };
  }
}

interface Edge {
  readonly expr: Expr;
  readonly site: Site | undefined;
}

type Edges = Map<Net, Map<Net, Edge[]>>;

function reachableInputs(from: Net, edges: Edges): Set<Net> {
  const inputs = new Set<Net>();
  const seen = new Set([from]);
  const pending = [from];
  for (let net = pending.pop(); net !== undefined; net = pending.pop()) {
    if (net.kind === "input") inputs.add(net);
    for (const source of edges.get(net)?.keys() ?? []) {
      if (seen.has(source)) continue;
      seen.add(source);
      pending.push(source);
    }
  }
  return inputs;
}

/** A cycle in a graph, or `undefined`; depth first without recursion. */
function findCycle<T>(roots: readonly T[], next: (node: T) => readonly T[]): T[] | undefined {
  const done = new Set<T>();
  for (const root of roots) {
    const path: T[] = [];
    const open = new Set<T>();
    const stack: { node: T; rest: T[] }[] = [];
    const enter = (node: T): void => {
      path.push(node);
      open.add(node);
      stack.push({ node, rest: [...next(node)] });
    };
    if (!done.has(root)) enter(root);
    while (stack.length > 0) {
      const top = stack.at(-1)!;
      const node = top.rest.pop();
      if (node === undefined) {
        stack.pop();
        path.pop();
        open.delete(top.node);
        done.add(top.node);
      } else if (open.has(node)) {
        return path.slice(path.indexOf(node));
      } else if (!done.has(node)) enter(node);
    }
  }
  return undefined;
}

/** The nets of a cycle of single bits among the nets that can reach the cycle's, or `undefined`. */
function bitCycle(cycle: readonly Net[], edges: Edges): Net[] | undefined {
  const nodes = new Map<string, { net: Net; bit: number }>();
  const intern = (net: Net, bit: number): { net: Net; bit: number } => {
    const key = `${idOf(net)}:${bit}`;
    let node = nodes.get(key);
    if (node === undefined) nodes.set(key, (node = { net, bit }));
    return node;
  };
  const next = ({ net, bit }: { net: Net; bit: number }): { net: Net; bit: number }[] => {
    const found: { net: Net; bit: number }[] = [];
    const exprs = new Set([...(edges.get(net)?.values() ?? [])].flatMap((entries) => entries.map(({ expr }) => expr)));
    for (const expr of exprs) {
      // A condition or an instance is followed by every bit.
      const asked = expr.width === net.width ? 1n << BigInt(bit) : undefined;
      for (const [source, mask] of bitsBehind(expr, asked)) {
        for (let i = 0; i < source.width; i++) if ((mask >> BigInt(i)) & 1n) found.push(intern(source, i));
      }
    }
    return found;
  };
  const roots = cycle.flatMap((net) => Array.from({ length: net.width }, (_, bit) => intern(net, bit)));
  const bits = findCycle(roots, next)?.map(({ net }) => net);
  return bits?.filter((net, index) => net !== bits[index - 1]);
}

const ids = new WeakMap<Net, number>();
let lastId = 0;

function idOf(net: Net): number {
  let id = ids.get(net);
  if (id === undefined) ids.set(net, (id = ++lastId));
  return id;
}
