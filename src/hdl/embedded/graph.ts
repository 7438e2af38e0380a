import type { Expr, Memory, MemoryPort, Net, Property } from "../ir.ts";
import { operandsOf, portExpressions } from "../walk.ts";
import { loopError, portOf, type Leaf, type Network, type Pack, type Signal } from "./network.ts";
import { strongComponents } from "./order.ts";
import { observedLeaves } from "./shown.ts";

/** Something that a clock edge changes: a register, the data of a sync read, the words of a memory. */
export interface State {
  /** Nodes that need the value from before the edge. */
  readonly readers: Set<Node>;
}

/**
 * A piece of work of one clock cycle, for some lanes of a pack:
 * - `compute`: an equation; `load`: an async read;
 * - `register`: a register takes its next value; `shift`: so do the registers of a delay line; `read`, `write`: a memory port at the edge;
 * - `property`: a check; `reset`: remembers a reset until the registers have taken their values;
 * - `publish`: an output port shows what the edge sees.
 */
export interface Node {
  readonly kind: "compute" | "load" | "register" | "shift" | "read" | "write" | "property" | "reset" | "publish";
  readonly pack: Pack;
  readonly lanes: readonly number[];
  /** What it computes or changes. */
  readonly signal: Signal | undefined;
  readonly exprs: readonly Expr[];
  readonly memory: Memory | undefined;
  readonly port: MemoryPort | undefined;
  readonly property: Property | undefined;
  /** The reset that it remembers, or under which a property is not checked. */
  readonly reset: Leaf | undefined;
  /** The output port that it publishes. */
  readonly output: { readonly net: Net; readonly leaf: Leaf } | undefined;
  /** Nodes whose results it needs. */
  readonly producers: Set<Node>;
  readonly states: Set<State>;
  /** What it changes at the edge. */
  readonly changes: State | undefined;
  /** A register keeps its value, and its inner nodes rest, where this is 0: a bit that all lanes share. */
  guard: Expr | undefined;
  /** The registers of a delay line, the first of which is changed elsewhere. */
  readonly line: readonly Signal[];
  /** Nodes that work for this one alone, in order. */
  readonly inner: Node[];
  /** Its result is kept aside and takes its place when all else is done. */
  deferred: boolean;
}

/** The work of a cycle: what the edge changes, and what the outputs follow. */
export interface Graph {
  /** Nodes that change something or check something; in the order of the hierarchy. */
  readonly edge: readonly Node[];
  /** Nodes behind the output ports of the top, and behind all nets of a design that is observed. */
  readonly outputs: readonly Node[];
  /** The resets under which registers are reset. */
  readonly resets: ReadonlyMap<string, ResetGroup>;
}

/** Registers that share a reset; `always`: those of instances that nothing takes out of reset. */
export interface ResetGroup {
  readonly reset: (Leaf & { readonly kind: "signal" }) | "always";
  readonly targets: { readonly signal: Signal; readonly lane: number }[];
}

/**
 * Builds the graph; where the lanes of a pack wait for each other within a cycle, their nodes are split. `observe`: the nodes
 * behind all nets are outputs.
 */
export function buildGraph(network: Network, observe = false): Graph {
  const split = new Set<Signal>();
  for (;;) {
    const builder = new GraphBuilder(network, split, observe);
    const graph = builder.build();
    let again = false;
    for (const component of strongComponents([...graph.edge, ...graph.outputs], (node) => [...node.producers])) {
      const first = component[0]!;
      if (component.length === 1 && !first.producers.has(first)) continue;
      const packed = component.filter((node) => node.lanes.length > 1);
      if (packed.length === 0) throw loopError(first.signal!.net);
      for (const node of packed) split.add(node.signal!);
      again = true;
    }
    if (!again) return graph;
  }
}

class GraphBuilder {
  readonly #network: Network;
  readonly #split: ReadonlySet<Signal>;
  readonly #observe: boolean;
  readonly #nodes = new Map<Signal, Node[]>();
  readonly #states = new Map<Signal, State[]>();
  readonly #words = new Map<Pack, Map<Memory, State[]>>();
  readonly #netsOf = new Map<Expr, readonly Net[]>();

  constructor(network: Network, split: ReadonlySet<Signal>, observe: boolean) {
    this.#network = network;
    this.#split = split;
    this.#observe = observe;
  }

  build(): Graph {
    const edge: Node[] = [];
    const resets = new Map<string, ResetGroup>();
    for (const pack of this.#network.packs) {
      const { lowered, lanes } = pack;
      const all = lanes.map((_, lane) => lane);
      const reset = this.#network.resets(pack);
      for (const net of lowered.registers) {
        const signal = this.#signalOf(pack, net);
        if (net.reset !== undefined) groupResets(resets, reset, signal);
        if (signal.definition !== undefined) {
          edge.push(
            this.#node("register", pack, all, [signal.definition], { signal, changes: this.#state(signal, 0) }),
          );
        }
      }
      for (const { memory, ports } of lowered.memories) {
        for (const lane of all) edge.push(...this.#ports(pack, memory, ports, lane));
      }
      for (const { property, broken } of lowered.properties) {
        for (const lane of all) {
          edge.push(this.#node("property", pack, [lane], [broken], { property, reset: reset[lane]! }));
        }
      }
    }
    for (const { reset } of resets.values()) {
      if (reset === "always") continue;
      edge.push(this.#node("reset", reset.signal.pack, [reset.lane], [], { reset }));
    }
    const { top } = this.#network;
    const outputs = new Set<Node>();
    for (const port of top.lowered.module.ports) {
      if (port.kind !== "output") continue;
      const leaf = this.#network.leaf(top, port, 0);
      const node = this.#producer(leaf);
      if (node !== undefined) outputs.add(node);
      edge.push(this.#node("publish", top, [0], [], { output: { net: port, leaf } }));
    }
    for (const leaf of this.#observe ? observedLeaves(this.#network) : []) {
      const node = this.#producer(leaf);
      if (node !== undefined) outputs.add(node);
    }
    return { edge, outputs: [...outputs], resets };
  }

  #signalOf(pack: Pack, net: Net): Signal {
    const leaf = this.#network.leaf(pack, net, 0);
    if (leaf.kind === "const") throw new Error(`${net.name} is constant`);
    return leaf.signal;
  }

  #ports(pack: Pack, memory: Memory, ports: readonly MemoryPort[], lane: number): Node[] {
    const nodes: Node[] = [];
    const words = this.#wordsOf(pack, memory, lane);
    for (const port of ports) {
      if (!port.sync || port.data === undefined) continue;
      const signal = this.#signalOf(pack, port.data);
      const exprs = [port.address, port.enable, port.write].filter((expr) => expr !== undefined);
      const changes = this.#state(signal, lane);
      const node = this.#node("read", pack, [lane], exprs, { signal, memory, port, changes });
      read(node, words);
      nodes.push(node);
    }
    let before: Node | undefined;
    for (const port of ports) {
      if (port.kind === "read") continue;
      const exprs = portExpressions(port).map(([, expr]) => expr);
      const node = this.#node("write", pack, [lane], exprs, { memory, port, changes: words });
      // Of two writes to a word the later port's stays.
      if (before !== undefined) node.producers.add(before);
      before = node;
      nodes.push(node);
    }
    return nodes;
  }

  #node(
    kind: Node["kind"],
    pack: Pack,
    lanes: readonly number[],
    exprs: readonly Expr[],
    parts: Partial<Pick<Node, "signal" | "memory" | "port" | "property" | "reset" | "output" | "changes">>,
  ): Node {
    const node: Node = {
      kind,
      pack,
      lanes,
      exprs,
      signal: parts.signal,
      memory: parts.memory,
      port: parts.port,
      property: parts.property,
      reset: parts.reset,
      output: parts.output,
      changes: parts.changes,
      producers: new Set(),
      states: new Set(),
      guard: undefined,
      line: [],
      inner: [],
      deferred: false,
    };
    if (node.kind === "compute" || node.kind === "load") this.#remember(node);
    for (const expr of exprs) {
      for (const net of this.#nets(expr)) {
        const leaves = this.#network.leaves(pack, net);
        for (const lane of lanes) this.#use(node, leaves[lane]!);
      }
    }
    if (parts.reset !== undefined) this.#use(node, parts.reset);
    if (parts.output !== undefined) this.#use(node, parts.output.leaf);
    return node;
  }

  #remember(node: Node): void {
    const nodes = this.#nodes.get(node.signal!) ?? [];
    for (const lane of node.lanes) nodes[lane] = node;
    this.#nodes.set(node.signal!, nodes);
  }

  #use(node: Node, leaf: Leaf): void {
    const producer = this.#producer(leaf);
    if (producer !== undefined) node.producers.add(producer);
    else if (leaf.kind === "signal" && leaf.signal.kind !== "input") read(node, this.#state(leaf.signal, leaf.lane));
  }

  /** The node that computes a leaf within the cycle, made when first asked for. */
  #producer(leaf: Leaf): Node | undefined {
    if (leaf.kind === "const") return undefined;
    const { signal, lane } = leaf;
    if (signal.kind !== "compute" && signal.kind !== "load") return undefined;
    const known = this.#nodes.get(signal)?.[lane];
    if (known !== undefined) return known;
    const { pack } = signal;
    if (signal.kind === "compute") {
      const all = Array.from({ length: signal.lanes }, (_, index) => index);
      return this.#node("compute", pack, this.#split.has(signal) ? [lane] : all, [signal.definition!], { signal });
    }
    const port = portOf(pack.lowered, signal.net);
    const { memory } = pack.lowered.memories.find(({ ports }) => ports.includes(port))!;
    const node = this.#node("load", pack, [lane], [port.address], { signal, memory, port });
    read(node, this.#wordsOf(pack, memory, lane));
    return node;
  }

  /** The state of a register (all lanes together) or of a lane of a sync read. */
  #state(signal: Signal, lane: number): State {
    let states = this.#states.get(signal);
    if (states === undefined) this.#states.set(signal, (states = []));
    return (states[signal.kind === "reg" ? 0 : lane] ??= { readers: new Set() });
  }

  #wordsOf(pack: Pack, memory: Memory, lane: number): State {
    let memories = this.#words.get(pack);
    if (memories === undefined) this.#words.set(pack, (memories = new Map<Memory, State[]>()));
    let states = memories.get(memory);
    if (states === undefined) memories.set(memory, (states = []));
    return (states[lane] ??= { readers: new Set() });
  }

  /** The nets that an expression reads. */
  #nets(expr: Expr): readonly Net[] {
    let nets = this.#netsOf.get(expr);
    if (nets === undefined) {
      const found = new Set<Net>();
      const visit = (node: Expr): void => {
        if (node.kind === "ref") found.add(node.net);
        else operandsOf(node).forEach(visit);
      };
      visit(expr);
      this.#netsOf.set(expr, (nets = [...found]));
    }
    return nets;
  }
}

function read(node: Node, state: State): void {
  node.states.add(state);
  state.readers.add(node);
}

function groupResets(groups: Map<string, ResetGroup>, resets: readonly Leaf[], signal: Signal): void {
  resets.forEach((reset, lane) => {
    if (reset.kind === "const" && reset.value === 0n) return;
    const key = reset.kind === "const" ? "always" : `${reset.signal.index} ${reset.lane}`;
    let group = groups.get(key);
    if (group === undefined) {
      groups.set(key, (group = { reset: reset.kind === "const" ? "always" : reset, targets: [] }));
    }
    group.targets.push({ signal, lane });
  });
}
